package org.penlb.stats;

/// Why a connection, or a session of UDP, ended. The labels are for reports: the names in lower
/// case, if nothing else is said.
public enum CloseCause {
  /// Both sides ended their half.
  FINISHED,
  /// `tcp_fastclose`: one side ended.
  FASTCLOSE,
  CLIENT_RESET,
  SERVER_RESET,
  /// No byte for `idle_timeout`.
  IDLE,
  /// A session without a datagram for `udp_timeout`.
  EXPIRED,
  /// The idlest session made room for another at `-x`.
  DISPLACED,
  /// No server could take the connection, nor an emergency server.
  NO_SERVER,
  /// The access list denied the client and there is no abuse server.
  DENIED,
  /// pen itself had no local address or port for the server's side, for as long as `-t`.
  SHORTAGE,
  /// The control command `close`.
  CONTROL("closed by control"),
  /// pen ended.
  SHUTDOWN,
  /// A defect in pen; the log has the details.
  INTERNAL;

  private final String label;

  CloseCause() {
    label = name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }

  CloseCause(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }
}
