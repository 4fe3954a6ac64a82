package org.penlb.loop;

import java.util.Arrays;

/// The deadlines of one loop: a binary heap with the nearest on top (Cormen et al., chapter 6).
///
/// Owned by: loop. Setting and cancelling cost O(log n), asking for the nearest O(1).
public final class Deadlines {
  private static final int FIRST_CAPACITY = 64;

  private Deadline[] heap = new Deadline[FIRST_CAPACITY];
  private int size;

  /// Sets or moves a deadline.
  public void set(Deadline deadline, long atNanos) {
    if (!deadline.isSet()) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, 2 * size);
      }
      place(deadline, size++);
    }
    deadline.atNanos = atNanos;
    up(deadline);
    down(deadline);
  }

  /// Sets a deadline or moves it to an earlier time, never a later one: for one that looks again
  /// when it is due.
  public void setNoLaterThan(Deadline deadline, long atNanos) {
    if (!deadline.isSet() || atNanos - deadline.atNanos < 0) {
      set(deadline, atNanos);
    }
  }

  /// Does nothing if it is not set.
  public void cancel(Deadline deadline) {
    if (!deadline.isSet()) {
      return;
    }
    int hole = deadline.heapIndex;
    var last = heap[--size];
    heap[size] = null;
    if (hole != size) {
      place(last, hole);
      up(last);
      down(last);
    }
    deadline.heapIndex = Deadline.UNSET;
  }

  /// Nanoseconds until the nearest deadline, 0 or less if it is due, [Long#MAX_VALUE] if none is
  /// set.
  public long nanosUntilNext(long nowNanos) {
    return size == 0 ? Long.MAX_VALUE : heap[0].atNanos - nowNanos;
  }

  /// The next due deadline, unset; null when none is due.
  Deadline pollDue(long nowNanos) {
    if (nanosUntilNext(nowNanos) > 0) {
      return null;
    }
    var due = heap[0];
    cancel(due);
    return due;
  }

  int size() {
    return size;
  }

  private void place(Deadline deadline, int index) {
    heap[index] = deadline;
    deadline.heapIndex = index;
  }

  private static boolean isSooner(Deadline a, Deadline b) {
    return a.atNanos - b.atNanos < 0; // the difference is right across an overflow of nanoTime
  }

  private void up(Deadline deadline) {
    int index = deadline.heapIndex;
    while (index > 0 && isSooner(deadline, heap[(index - 1) / 2])) {
      place(heap[(index - 1) / 2], index);
      index = (index - 1) / 2;
    }
    place(deadline, index);
  }

  private void down(Deadline deadline) {
    int index = deadline.heapIndex;
    while (2 * index + 1 < size) {
      int child = 2 * index + 1;
      if (child + 1 < size && isSooner(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isSooner(heap[child], deadline)) {
        break;
      }
      place(heap[child], index);
      index = child;
    }
    place(deadline, index);
  }
}
