package org.penlb.penlog;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Lines of web servers that have come before pen's line of the same request, and wait for it.
///
/// Owned by: penlogd's thread. All wait equally long, so they are in the order of their deadlines,
/// in a list out of which any is taken at once: one that never finds its match must not keep those
/// behind it. Bounded in lines and bytes: beyond that the oldest ones have waited long enough.
final class WaitingLines {
  private static final int MAX_LINES = 100_000;
  private static final long MAX_BYTES = 64L << 20;

  /// A line, with the key under which it waits.
  static final class Waiting {
    final RequestKey key;
    final byte[] line;
    final int fieldEnd;
    final long deadlineNanos;
    private Waiting older;
    private Waiting newer;

    private Waiting(RequestKey key, byte[] line, int fieldEnd, long deadlineNanos) {
      this.key = key;
      this.line = line;
      this.fieldEnd = fieldEnd;
      this.deadlineNanos = deadlineNanos;
    }
  }

  private Waiting oldest;
  private Waiting newest;
  private final Map<RequestKey, ArrayDeque<Waiting>> byKey = new HashMap<>();
  private int lines;
  private long bytes;

  void add(RequestKey key, byte[] line, int from, int to, int fieldEnd, long deadlineNanos) {
    var own = key.copy();
    var waiting =
        new Waiting(own, Arrays.copyOfRange(line, from, to), fieldEnd - from, deadlineNanos);
    link(waiting);
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
    unlink(waiting);
    lines--;
    bytes -= waiting.line.length;
    return waiting;
  }

  private void link(Waiting waiting) {
    waiting.older = newest;
    if (newest == null) {
      oldest = waiting;
    } else {
      newest.newer = waiting;
    }
    newest = waiting;
  }

  private void unlink(Waiting waiting) {
    if (waiting.older == null) {
      oldest = waiting.newer;
    } else {
      waiting.older.newer = waiting.newer;
    }
    if (waiting.newer == null) {
      newest = waiting.older;
    } else {
      waiting.newer.older = waiting.older;
    }
    waiting.older = null;
    waiting.newer = null;
  }

  /// Takes one that need not wait any more; null if there is none.
  Waiting due(long nanos) {
    boolean due =
        oldest != null
            && (oldest.deadlineNanos - nanos <= 0 || lines > MAX_LINES || bytes > MAX_BYTES);
    return due ? remove(byKey.get(oldest.key), oldest) : null;
  }

  /// When the next one is due; only if there are any.
  long nextNanos() {
    return oldest.deadlineNanos;
  }

  /// How many objects stand for the lines that wait, in the order and under the keys; for tests.
  int size() {
    int size = byKey.size();
    for (var waiting = oldest; waiting != null; waiting = waiting.newer) {
      size++;
    }
    return size;
  }
}
