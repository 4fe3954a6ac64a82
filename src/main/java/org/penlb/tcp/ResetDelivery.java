package org.penlb.tcp;

import org.penlb.unix.Sockets;

/// What is left to do when one side of a connection was reset: to deliver what that side had sent
/// before, to the last byte that the other side's kernel acknowledges. A reset, which that side
/// gets then, throws away what is still on its way.
///
/// Owned by: loop.
final class ResetDelivery {
  /// How often the kernel is asked whether a slow reader has got everything.
  static final long POLL_NANOS = 10_000_000;

  /// A reader that takes nothing for so long does not get the rest.
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private final Flow reset;
  private final Flow other;
  private int rest;
  private long progressNanos;

  ResetDelivery(Flow reset, Flow other, long nowNanos) {
    this.reset = reset;
    this.other = other;
    this.progressNanos = nowNanos;
  }

  Flow reset() {
    return reset;
  }

  /// The side that has not been reset yet.
  Flow other() {
    return other;
  }

  /// Whether everything is delivered, or cannot be.
  boolean isOver(long nowNanos) {
    int left = reset.waiting() + Sockets.unsentBytes(other.source());
    if (left != rest) {
      rest = left;
      progressNanos = nowNanos;
    }
    return (left == 0 && reset.isFinished())
        || nowNanos - progressNanos > PATIENCE_NANOS
        || isOtherGone();
  }

  /// Whether there is nobody to deliver anything to: the other side was reset as well. Its kernel
  /// keeps saying that bytes are unsent, and the selector may not be watching it.
  private boolean isOtherGone() {
    // A side that has ended and was told of our end has hung up while bytes are still on the way.
    return !reset.hasPassedEnd() && Sockets.hasHungUp(other.source());
  }
}
