package org.penlb.tcp;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.penlb.loop.Clock;

/// Two clocks that move when a test says so. A loop looks at them when something wakes it, a
/// snapshot for example.
public final class ManualClock implements Clock {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);
  private final AtomicLong wallMillis = new AtomicLong(1_800_000_000_000L);

  public void advance(Duration time) {
    nanos.addAndGet(time.toNanos());
    wallMillis.addAndGet(time.toMillis());
  }

  /// As when an administrator sets the date.
  void setWall(Duration by) {
    wallMillis.addAndGet(by.toMillis());
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public long wallMillis() {
    return wallMillis.get();
  }
}
