package org.penlb.stats;

import java.util.Locale;

/// Why a datagram went no further. The labels are for reports: the names in lower case, if nothing
/// else is said.
public enum DropCause {
  /// No server could take the session, nor an emergency server.
  NO_SERVER,
  /// The access list denied the client and there is no abuse server.
  DENIED,
  /// Too many new clients at once.
  FLOOD,
  /// There was no descriptor, port or memory for a session.
  SHORTAGE,
  /// It came to the server's side of a session from an address that is not the server's.
  STRANGER("from elsewhere"),
  /// The kernel would not take it.
  UNSENT;

  private final String label;

  DropCause() {
    label = name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  DropCause(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }
}
