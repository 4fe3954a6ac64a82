package org.penlb.penlog;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// How fast lines leave at most. A file that is read all at once would otherwise come faster than
/// any penlogd on this machine could take it, and UDP does not tell.
///
/// Owned by: penlog's main thread.
final class Pace {
  /// More than web servers log.
  static final int LINES_PER_SECOND = 200_000;

  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(1) / LINES_PER_SECOND;

  /// So many may leave at once after a while of silence.
  static final int AT_ONCE = 4000;

  private static final long CREDIT_NANOS = AT_ONCE * LINE_NANOS;

  /// Shorter than that no thread sleeps.
  private static final long LEAST_NANOS = 100_000;

  private long dueNanos;

  Pace(long nowNanos) {
    dueNanos = nowNanos - CREDIT_NANOS;
  }

  /// Notes that a line leaves.
  ///
  /// @return how long to wait before the next one; 0: not at all
  long onLine(long nowNanos) {
    dueNanos = Math.max(dueNanos, nowNanos - CREDIT_NANOS) + LINE_NANOS;
    long ahead = dueNanos - nowNanos;
    return ahead >= LEAST_NANOS ? ahead : 0;
  }

  static void await(long nanos) {
    if (nanos > 0) {
      LockSupport.parkNanos(nanos);
    }
  }
}
