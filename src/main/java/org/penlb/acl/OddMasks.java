package org.penlb.acl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;

/// Finds the first entry that an IPv4 address agrees with, among those whose masks are not
/// prefixes, such as `255.0.0.255`.
///
/// Owned by: immutable.
///
/// One binary search for each mask that occurs: they are few, as people think them up.
final class OddMasks {
  /// Bits of an entry's index in a key.
  private static final int INDEX_BITS = 31;

  private static final class Group {
    final int mask;

    /// The first of its entries.
    final int lowest;

    /// In order: masked address, then index.
    final long[] keys;

    Group(int mask, int lowest, long[] keys) {
      this.mask = mask;
      this.lowest = lowest;
      this.keys = keys;
    }

    int find(int address) {
      long key = key(address & mask, 0);
      int at = Arrays.binarySearch(keys, key);
      int from = at < 0 ? -at - 1 : at;
      return from < keys.length && keys[from] >>> INDEX_BITS == key >>> INDEX_BITS
          ? (int) keys[from] & Integer.MAX_VALUE
          : PrefixTable.NONE;
    }
  }

  /// Those that may decide first come first.
  private final Group[] groups;

  private OddMasks(Group[] groups) {
    this.groups = groups;
  }

  /// @param indices of the entries of `rules` that belong here
  static OddMasks of(List<AccessRule> rules, List<Integer> indices) {
    var members = new HashMap<Integer, List<Integer>>();
    for (int index : indices) {
      members
          .computeIfAbsent((int) rule(rules, index).lowMask(), _ -> new ArrayList<>())
          .add(index);
    }
    return new OddMasks(
        members.entrySet().stream()
            .map(entry -> group(rules, entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparingInt(group -> group.lowest))
            .toArray(Group[]::new));
  }

  private static Group group(List<AccessRule> rules, int mask, List<Integer> indices) {
    var keys =
        indices.stream()
            .mapToLong(index -> key((int) rule(rules, index).network().low(), index))
            .sorted()
            .toArray();
    return new Group(mask, indices.getFirst(), keys);
  }

  private static AddressRule rule(List<AccessRule> rules, int index) {
    return (AddressRule) rules.get(index);
  }

  private static long key(int address, int index) {
    return Integer.toUnsignedLong(address) << INDEX_BITS | index;
  }

  /// The index of the first entry that matches, if it is before `best`, else `best`.
  int find(int address, int best) {
    int first = best;
    for (var group : groups) {
      if (group.lowest >= first) {
        break;
      }
      first = Math.min(first, group.find(address));
    }
    return first;
  }
}
