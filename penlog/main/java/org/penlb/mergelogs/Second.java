package org.penlb.mergelogs;

import java.util.Arrays;

/// Lines of a web server that have the same time, in the order in which they came, in one array.
///
/// Owned by: the main thread. It is used again for other lines.
final class Second {
  private static final int FIRST_BYTES = 512;
  private static final int FIRST_LINES = 4;

  private long time;
  private byte[] bytes = new byte[FIRST_BYTES];
  private int[] ends = new int[FIRST_LINES];
  private int[] times = new int[FIRST_LINES];
  private int lines;

  /// Empties it.
  Second at(long seconds) {
    time = seconds;
    lines = 0;
    return this;
  }

  long time() {
    return time;
  }

  /// @param timeFrom where the time begins in the line's array
  void add(byte[] line, int from, int to, int timeFrom) {
    int at = from(lines);
    int end = Math.addExact(at, to - from);
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end, Math.addExact(bytes.length, bytes.length >> 1)));
    }
    if (lines == ends.length) {
      ends = Arrays.copyOf(ends, 2 * lines);
      times = Arrays.copyOf(times, 2 * lines);
    }
    System.arraycopy(line, from, bytes, at, to - from);
    times[lines] = at + timeFrom - from;
    ends[lines++] = end;
  }

  int lines() {
    return lines;
  }

  byte[] bytes() {
    return bytes;
  }

  int from(int line) {
    return line == 0 ? 0 : ends[line - 1];
  }

  int to(int line) {
    return ends[line];
  }

  /// Where the time begins.
  int timeFrom(int line) {
    return times[line];
  }
}
