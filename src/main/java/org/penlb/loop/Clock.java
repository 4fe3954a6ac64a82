package org.penlb.loop;

/// Time, passed in so that tests can make it.
///
/// Owned by: shared (implementations are thread-safe).
public interface Clock {
  /// The real clocks of this machine.
  Clock SYSTEM =
      new Clock() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public long wallMillis() {
          return System.currentTimeMillis();
        }
      };

  /// The monotonic clock in nanoseconds from some fixed moment: for every timer.
  long nanos();

  /// The wall clock, milliseconds since 1970: for what people read, never for timers.
  long wallMillis();
}
