package org.penlb.balance;

/// Why a client does not go to its server any more.
public enum Departure {
  /// The connect was refused or had no answer.
  FAILED,
  BLACKLISTED,
  FULL,
  DRAINED,
  /// The server's access list denies the client.
  DENIED,
  /// The slot was emptied, is gone, or has become another server's.
  REMOVED,
  /// The administrator pinned the client to another slot.
  PINNED,
  /// Another connection of the client was on its way elsewhere at the same time.
  CROSSED;

  static Departure of(Verdict verdict) {
    return switch (verdict) {
      case TAKES -> FAILED; // it was tried
      case NO_PORT -> REMOVED;
      case DENIED -> DENIED;
      case DRAINED -> DRAINED;
      case BLACKLISTED -> BLACKLISTED;
      case FULL -> FULL;
    };
  }
}
