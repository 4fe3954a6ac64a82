package org.penlb.mergelogs;

/// Has garbage collected in proportion to what is in the window.
///
/// What is read lives for a window of time, so it is old for a collector that goes by generations;
/// and the JVM's serial one lets the room for old objects grow to the maximum, a quarter of the
/// machine's memory, before it looks there: 160 MB after a million lines of which 25,000 were held.
///
/// Owned by: the main thread.
final class Garbage {
  /// Some 20 MB.
  private static final long LEAST = 100_000;

  private static final long TIMES_HELD = 2;

  private long made;
  private long held;

  /// Something is in the window now.
  void make() {
    made++;
    held++;
  }

  /// It is no longer.
  void drop(long some) {
    held -= some;
  }

  /// To be called often.
  void collect() {
    if (made > Math.max(LEAST, TIMES_HELD * held)) {
      System.gc();
      made = 0;
    }
  }
}
