package org.penlb.balance;

/// Why a connection went to its server.
public enum Reason {
  /// The client was not known; the algorithm in force chose.
  NEW,
  /// The server it used last.
  RETURNING,
  /// The administrator pinned the client to it.
  PINNED,
  /// The next in line, as the first choice could not take it.
  FAILOVER,
  /// No regular server could take it.
  EMERGENCY,
  /// The access list denied the client.
  ABUSE;

  public String label() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
