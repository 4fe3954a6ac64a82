package org.penlb.log;

/// Writes one message to the system's log, from any thread.
@FunctionalInterface
public interface SyslogWriter {
  /// Writes a message.
  ///
  /// @param priority of RFC 5424: 3 error, 4 warning, 6 informational, 7 debug
  /// @param message one line without a line end or any other control character
  void write(int priority, String message);
}
