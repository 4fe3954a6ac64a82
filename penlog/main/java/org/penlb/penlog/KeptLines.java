package org.penlb.penlog;

import java.util.Arrays;

/// The last N lines from pen, and among them the newest of a server and request, whatever N is.
///
/// Owned by: penlogd's thread. A ring of slots in flat arrays, so that a line costs no object.
/// Lines with the same key are linked, the newest first; only that one, the head, is in a hash
/// bucket, so that a popular request does not lengthen the search for others.
final class KeptLines {
  static final int NONE = -1;

  private static final int MAX_CLIENT = 64;
  private static final int SLOT = MAX_CLIENT + RequestText.MAX;

  private final int capacity;
  private final int mask;
  private final byte[] bytes;
  private final byte[] clientLengths;
  private final byte[] requestLengths;
  private final long[] highs;
  private final long[] lows;
  private final int[] hashes;

  /// Of all slots with the same key: the next older one, and the next newer one.
  private final int[] older;

  private final int[] newer;

  /// Heads in a bucket; of other slots without a meaning.
  private final int[] buckets;

  private final int[] nextHead;
  private final int[] previousHead;

  private final boolean[] kept;
  private final boolean[] taken;
  private int next;

  KeptLines(int capacity) {
    this.capacity = capacity;
    int size = Integer.highestOneBit(Math.max(8, capacity) * 2 - 1) * 2;
    mask = size - 1;
    bytes = new byte[capacity * SLOT];
    clientLengths = new byte[capacity];
    requestLengths = new byte[capacity];
    highs = new long[capacity];
    lows = new long[capacity];
    hashes = new int[capacity];
    older = new int[capacity];
    newer = new int[capacity];
    buckets = new int[size];
    Arrays.fill(buckets, NONE);
    nextHead = new int[capacity];
    previousHead = new int[capacity];
    kept = new boolean[capacity];
    taken = new boolean[capacity];
  }

  /// Keeps a line, in the place of the oldest if there are N.
  ///
  /// @param isTaken it has served already
  void keep(RequestKey key, byte[] client, int clientFrom, int clientLength, boolean isTaken) {
    int slot = next;
    next = next + 1 == capacity ? 0 : next + 1;
    if (kept[slot]) {
      forget(slot);
    }
    int at = slot * SLOT;
    System.arraycopy(client, clientFrom, bytes, at, clientLength);
    System.arraycopy(key.text, 0, bytes, at + MAX_CLIENT, key.length);
    clientLengths[slot] = (byte) clientLength;
    requestLengths[slot] = (byte) key.length;
    highs[slot] = key.high;
    lows[slot] = key.low;
    hashes[slot] = key.hashCode();
    kept[slot] = true;
    taken[slot] = isTaken;
    newer[slot] = NONE;
    int head = newest(key);
    older[slot] = head;
    if (head != NONE) {
      newer[head] = slot;
      unlinkHead(head);
    }
    linkHead(slot);
  }

  /// The newest line of this server and request, or [#NONE].
  int newest(RequestKey key) {
    int slot = buckets[key.hashCode() & mask];
    while (slot != NONE && !has(slot, key)) {
      slot = nextHead[slot];
    }
    return slot;
  }

  private boolean has(int slot, RequestKey key) {
    int at = slot * SLOT + MAX_CLIENT;
    return hashes[slot] == key.hashCode()
        && highs[slot] == key.high
        && lows[slot] == key.low
        && key.isText(bytes, at, at + requestLengths[slot]);
  }

  private void linkHead(int slot) {
    int bucket = hashes[slot] & mask;
    int first = buckets[bucket];
    buckets[bucket] = slot;
    nextHead[slot] = first;
    previousHead[slot] = NONE;
    if (first != NONE) {
      previousHead[first] = slot;
    }
  }

  private void unlinkHead(int slot) {
    int before = previousHead[slot];
    int after = nextHead[slot];
    if (before == NONE) {
      buckets[hashes[slot] & mask] = after;
    } else {
      nextHead[before] = after;
    }
    if (after != NONE) {
      previousHead[after] = before;
    }
  }

  private void forget(int slot) {
    kept[slot] = false;
    if (older[slot] != NONE) {
      newer[older[slot]] = newer[slot];
    }
    if (newer[slot] != NONE) {
      older[newer[slot]] = older[slot];
      return;
    }
    unlinkHead(slot);
    if (older[slot] != NONE) {
      linkHead(older[slot]);
    }
  }

  boolean isTaken(int slot) {
    return taken[slot];
  }

  /// Marks the newest line of a key as taken. Of the taken ones of a key only one is worth keeping;
  /// behind it the next that is not taken, if there is one, becomes the newest.
  void take(int slot) {
    assert newer[slot] == NONE;
    taken[slot] = true;
    int before = older[slot];
    if (before != NONE) {
      forget(taken[before] ? before : slot);
    }
  }

  byte[] bytes() {
    return bytes;
  }

  /// Where the client of a line is in [#bytes].
  static int clientFrom(int slot) {
    return slot * SLOT;
  }

  int clientLength(int slot) {
    return clientLengths[slot];
  }
}
