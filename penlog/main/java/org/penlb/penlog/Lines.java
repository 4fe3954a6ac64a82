package org.penlb.penlog;

/// Cuts a stream of bytes into lines, however it comes in pieces.
///
/// Owned by: one thread.
final class Lines {
  /// The most bytes of a line that are passed on, without its line feed.
  static final int MAX = 8192;

  /// Takes a line, whose last byte is a line feed; the array is only lent.
  @FunctionalInterface
  interface Sink {
    void line(byte[] bytes, int from, int length);
  }

  private final Sink sink;
  private final byte[] begun = new byte[MAX + 1];
  private int length;
  private boolean tooLong;
  private long cut;

  Lines(Sink sink) {
    this.sink = sink;
  }

  /// Takes the next piece, and passes on the lines that end in it.
  void add(byte[] bytes, int count) {
    int from = 0;
    for (int i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        line(bytes, from, i);
        from = i + 1;
      }
    }
    begin(bytes, from, count);
  }

  private void line(byte[] bytes, int from, int to) {
    if (length == 0 && to - from <= MAX) {
      sink.line(bytes, from, to + 1 - from);
    } else {
      begin(bytes, from, to);
      end();
    }
  }

  /// Keeps the beginning of a line.
  private void begin(byte[] bytes, int from, int to) {
    int more = Math.min(to - from, MAX - length);
    System.arraycopy(bytes, from, begun, length, more);
    length += more;
    tooLong |= more < to - from;
  }

  /// Passes on a last line that has no line feed.
  void end() {
    if (length > 0) {
      begun[length] = '\n';
      cut += tooLong ? 1 : 0;
      sink.line(begun, 0, length + 1);
      length = 0;
      tooLong = false;
    }
  }

  /// How many lines have been cut.
  long cut() {
    return cut;
  }
}
