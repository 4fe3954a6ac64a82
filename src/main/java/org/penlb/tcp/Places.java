package org.penlb.tcp;

import java.util.concurrent.atomic.AtomicInteger;

/// A limited number of places, and whether it was said already that all are taken.
///
/// Owned by: shared (atomic; its own lock for what is said). The limit is passed in, as it may
/// change; when it is lowered, those who have a place keep it.
final class Places {
  /// An episode of fullness is over when there was none for so long.
  static final long EPISODE_NANOS = 10_000_000_000L;

  private final AtomicInteger taken = new AtomicInteger();
  private volatile boolean full;
  private volatile boolean wasFull;
  private volatile long fullUntilNanos;

  int taken() {
    return taken.get();
  }

  boolean isFull(int limit) {
    return taken.get() >= limit;
  }

  boolean tryTake(int limit) {
    for (int now = taken.get(); now < limit; now = taken.get()) {
      if (taken.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  /// Takes one whether or not there is one left.
  void take() {
    taken.incrementAndGet();
  }

  /// Gives one back that could not be used: as if it had not been taken.
  void undo() {
    taken.decrementAndGet();
  }

  void giveBack(int limit, long nowNanos) {
    int left = taken.decrementAndGet();
    // Not at the limit itself, where each who leaves lets one in.
    if (full && left < limit - limit / 10) {
      fullUntilNanos = nowNanos;
      full = false;
    }
  }

  /// All are taken. Returns whether this is a new episode: only to one of several loops at a time.
  synchronized boolean isNews(long nowNanos) {
    if (full) {
      return false;
    }
    full = true;
    boolean isNew = !wasFull || nowNanos - fullUntilNanos > EPISODE_NANOS;
    wasFull = true;
    return isNew;
  }
}
