package org.penlb.stats;

/// Why a connection ended. The names, in lower case, are the labels in reports.
public enum CloseCause {
  /// Both sides ended their half.
  FINISHED,
  /// `tcp_fastclose`: one side ended.
  FASTCLOSE,
  CLIENT_RESET,
  SERVER_RESET,
  /// No byte for `idle_timeout`.
  IDLE,
  /// No server could take the connection, nor an emergency server.
  NO_SERVER,
  /// The access list denied the client and there is no abuse server.
  DENIED,
  /// pen itself had no local address or port for the server's side, for as long as `-t`.
  SHORTAGE,
  /// pen ended.
  SHUTDOWN,
  /// A defect in pen; the log has the details.
  INTERNAL;

  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }
}
