package org.penlb.acl;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/// Finds the first of many prefixes that an address is in.
///
/// Owned by: immutable.
///
/// Prefixes are nested or disjoint. Where each begins and after it ends the first one that matches
/// may change, and nowhere else: so these places, in order, each with the entry that holds from
/// there on, are the table, and a binary search answers. Building it is a sort and one walk over
/// the places with the prefixes that are open there on a stack.
final class PrefixTable {
  static final int NONE = Integer.MAX_VALUE;

  private static final Comparator<Prefix> OUTER_FIRST =
      Comparator.comparing(Prefix::first)
          .thenComparingInt(prefix -> prefix.rule.ones())
          .thenComparingInt(Prefix::index);

  /// @param index of the entry in its access list
  record Prefix(AddressRule rule, int index) {
    ClientAddress first() {
      return rule.network();
    }

    private long lastHigh() {
      return rule.network().high() | ~rule.highMask();
    }

    private long lastLow() {
      return rule.network().low() | ~rule.lowMask();
    }

    boolean isBefore(ClientAddress address) {
      return less(lastHigh(), lastLow(), address.high(), address.low());
    }
  }

  /// Both halves of each place, one after the other.
  private final long[] places;

  private final int[] indices;

  private PrefixTable(long[] places, int[] indices) {
    this.places = places;
    this.indices = indices;
  }

  static PrefixTable of(List<Prefix> prefixes) {
    return new Builder(prefixes.size()).build(prefixes.stream().sorted(OUTER_FIRST).toList());
  }

  /// The index of the first entry with a prefix of `address`, or [#NONE].
  int find(ClientAddress address) {
    int from = 0;
    int to = indices.length;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (less(address.high(), address.low(), places[2 * middle], places[2 * middle + 1])) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from == 0 ? NONE : indices[from - 1];
  }

  private static boolean less(long aHigh, long aLow, long bHigh, long bLow) {
    return aHigh == bHigh
        ? Long.compareUnsigned(aLow, bLow) < 0
        : Long.compareUnsigned(aHigh, bHigh) < 0;
  }

  /// Owned by: the thread that builds.
  private static final class Builder {
    private final long[] places;
    private final int[] indices;
    private int count;

    /// From the outermost to the innermost, which is the earliest entry: those that come after one
    /// around them in the list never decide, and are left out.
    private final Deque<Prefix> open = new ArrayDeque<>();

    Builder(int prefixes) {
      places = new long[4 * prefixes];
      indices = new int[2 * prefixes];
    }

    PrefixTable build(List<Prefix> sorted) {
      for (var prefix : sorted) {
        while (!open.isEmpty() && open.getLast().isBefore(prefix.first())) {
          closeInnermost();
        }
        if (open.isEmpty() || prefix.index() < open.getLast().index()) {
          open.addLast(prefix);
          change(prefix.first().high(), prefix.first().low(), prefix.index());
        }
      }
      while (!open.isEmpty()) {
        closeInnermost();
      }
      return new PrefixTable(Arrays.copyOf(places, 2 * count), Arrays.copyOf(indices, count));
    }

    private void closeInnermost() {
      var closed = open.removeLast();
      long low = closed.lastLow() + 1;
      long high = closed.lastHigh() + (low == 0 ? 1 : 0);
      if ((high | low) != 0) { // else it reaches to the end of all addresses
        change(high, low, open.isEmpty() ? NONE : open.getLast().index());
      }
    }

    /// Of several changes at one place the last counts.
    private void change(long high, long low, int index) {
      if (count > 0 && places[2 * count - 2] == high && places[2 * count - 1] == low) {
        count--;
      }
      places[2 * count] = high;
      places[2 * count + 1] = low;
      indices[count++] = index;
    }
  }
}
