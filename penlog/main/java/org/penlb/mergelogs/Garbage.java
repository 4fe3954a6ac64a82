package org.penlb.mergelogs;

/// Has garbage collected in proportion to what is in the window.
///
/// What is read lives for a window of time, so it is old for a collector that goes by generations;
/// and the JVM's serial one lets the room for old objects grow to the maximum, a quarter of the
/// machine's memory, before it looks there: 160 MB after a million lines of which 25,000 were held.
///
/// No option of the JVM does the same. Resident memory in MB after a million lines, of which 25,000
/// or, at 100 a second, 126,000 were held; with this it is 75 and 127:
/// - MinHeapFreeRatio and MaxHeapFreeRatio, from 5 and 10 to 20 and 40: 207, as without. They count
///   after a collection of old objects, and there is none.
/// - a young generation in which the window dies, -Xmn32m with large survivor spaces: 81 and 183.
///   It fits one size of window, and with a small one it costs 13 for nothing.
/// - G1, with the same ratios: 125 to 169 and, with next to nothing held, 94 to 110 in place of 57.
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
