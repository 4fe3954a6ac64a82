package org.penlb.log;

/// Where the request log goes. Only the writer thread calls it.
///
/// Nothing here throws: lines that cannot be written are reported to [Losses], and the next ones
/// are tried again.
interface LogTarget {

  /// Is told of lines that were given up.
  @FunctionalInterface
  interface Losses {
    void lost(long lines, String why);
  }

  /// Takes one line with its line feed, at most [LogLine#MAX_LINE] bytes.
  void add(byte[] line);

  /// Writes what has been taken.
  void flush();

  /// Goes on in a new file; the old one stays in use if there cannot be one.
  void reopen();

  /// Ends; what was not flushed is lost.
  void close();
}
