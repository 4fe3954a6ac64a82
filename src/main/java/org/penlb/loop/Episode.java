package org.penlb.loop;

/// Trouble that lasts, and is said once.
///
/// Owned by: shared (its own lock).
public final class Episode {
  /// An episode is over when there was no trouble for so long.
  public static final long QUIET_NANOS = 10_000_000_000L;

  private boolean happened;
  private long lastNanos;

  /// There is trouble now; true if it is the first in an episode.
  public synchronized boolean begins(long nowNanos) {
    boolean first = !happened || nowNanos - lastNanos > QUIET_NANOS;
    lastNanos = nowNanos;
    happened = true;
    return first;
  }
}
