package org.penlb.config;

/// `tcp_fastclose`: which side's end closes both sides at once, instead of half-closing.
public enum FastClose {
  OFF,
  /// The server's end.
  UP,
  /// The client's end.
  DOWN,
  BOTH;

  public boolean onServerEnd() {
    return this == UP || this == BOTH;
  }

  public boolean onClientEnd() {
    return this == DOWN || this == BOTH;
  }
}
