package org.penlb.fault;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.penlb.loop.Clock;

/// Stands still unless it is told to go on.
final class FakeClock implements Clock {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000_000); // overflows soon

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public long wallMillis() {
    return 1_000_000_000_000L;
  }

  void advance(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
