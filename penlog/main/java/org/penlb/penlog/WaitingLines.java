package org.penlb.penlog;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Lines of web servers that have come before pen's line of the same request, and wait for it.
///
/// Owned by: penlogd's thread. All wait equally long, so they are in the order of their deadlines.
/// Bounded in lines and bytes: beyond that the oldest ones have waited long enough.
final class WaitingLines {
  private static final int MAX_LINES = 100_000;
  private static final long MAX_BYTES = 64L << 20;

  /// A line, with the key under which it waits.
  static final class Waiting {
    final RequestKey key;
    final byte[] line;
    final int fieldEnd;
    final long deadlineNanos;
    private boolean gone;

    private Waiting(RequestKey key, byte[] line, int fieldEnd, long deadlineNanos) {
      this.key = key;
      this.line = line;
      this.fieldEnd = fieldEnd;
      this.deadlineNanos = deadlineNanos;
    }
  }

  private final ArrayDeque<Waiting> inOrder = new ArrayDeque<>();
  private final Map<RequestKey, ArrayDeque<Waiting>> byKey = new HashMap<>();
  private int lines;
  private long bytes;

  void add(RequestKey key, byte[] line, int from, int to, int fieldEnd, long deadlineNanos) {
    var own = key.copy();
    var waiting =
        new Waiting(own, Arrays.copyOfRange(line, from, to), fieldEnd - from, deadlineNanos);
    inOrder.add(waiting);
    byKey.computeIfAbsent(own, _ -> new ArrayDeque<>(1)).add(waiting);
    lines++;
    bytes += waiting.line.length;
  }

  boolean isEmpty() {
    return lines == 0;
  }

  /// Takes the one that has waited longest for this server and request; null if there is none.
  Waiting take(RequestKey key) {
    var queue = byKey.get(key);
    return queue == null ? null : remove(queue, queue.peek());
  }

  private Waiting remove(ArrayDeque<Waiting> queue, Waiting waiting) {
    queue.remove(); // the first of its key, as of all
    if (queue.isEmpty()) {
      byKey.remove(waiting.key);
    }
    waiting.gone = true;
    lines--;
    bytes -= waiting.line.length;
    return waiting;
  }

  /// Takes one that need not wait any more; null if there is none.
  Waiting due(long nanos) {
    var first = first();
    boolean due =
        first != null
            && (first.deadlineNanos - nanos <= 0 || lines > MAX_LINES || bytes > MAX_BYTES);
    return due ? remove(byKey.get(first.key), inOrder.remove()) : null;
  }

  /// When the next one is due; only if there are any.
  long nextNanos() {
    return first().deadlineNanos;
  }

  private Waiting first() {
    while (!inOrder.isEmpty() && inOrder.peek().gone) {
      inOrder.remove();
    }
    return inOrder.peek();
  }
}
