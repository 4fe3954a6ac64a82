package org.penlb.udp;

import java.util.concurrent.Semaphore;
import org.penlb.loop.Clock;

/// The system's clock, at which a loop can be held: it looks at it before it does anything.
final class HeldClock implements Clock {
  private final Semaphore gate = new Semaphore(1);
  private final Semaphore arrived = new Semaphore(0);
  private volatile boolean closed;

  /// The loop does nothing more once it has something to do.
  void hold() {
    gate.acquireUninterruptibly();
    arrived.drainPermits();
    closed = true;
  }

  /// Waits until the loop has something to do, and is held.
  void awaitHeld() {
    arrived.acquireUninterruptibly();
  }

  void letGo() {
    closed = false;
    gate.release();
  }

  @Override
  public long nanos() {
    if (closed && Thread.currentThread().getName().startsWith("loop-")) {
      arrived.release();
      gate.acquireUninterruptibly();
      gate.release();
    }
    return System.nanoTime();
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }
}
