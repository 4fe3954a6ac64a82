package org.penlb.balance;

/// Whether one server can take the connection of one client, and what forbids it.
public enum Verdict {
  TAKES,
  /// The slot is empty.
  NO_PORT,
  /// Its access list denies the client.
  DENIED,
  /// New clients go elsewhere, or the time of its own clients is over too.
  DRAINED,
  BLACKLISTED,
  /// It has as many connections as it may have for this client.
  FULL
}
