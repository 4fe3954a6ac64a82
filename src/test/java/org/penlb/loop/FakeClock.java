package org.penlb.loop;

import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands still until a test moves it, and counts how often it was read.
final class FakeClock implements Clock {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L);
  private final AtomicLong readings = new AtomicLong();

  @Override
  public long nanos() {
    long now = nanos.get();
    readings.incrementAndGet();
    return now;
  }

  @Override
  public long wallMillis() {
    return 1_700_000_000_000L;
  }

  long advance(long byNanos) {
    return nanos.addAndGet(byNanos);
  }

  long readings() {
    return readings.get();
  }
}
