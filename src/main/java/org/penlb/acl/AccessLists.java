package org.penlb.acl;

import java.util.Collections;
import java.util.List;

/// The access lists, which administrators know by number.
///
/// Owned by: immutable.
///
/// @param lists exactly [#COUNT]
public record AccessLists(List<AccessList> lists) {
  public static final int COUNT = 10;

  /// All are empty.
  public static final AccessLists OPEN =
      new AccessLists(Collections.nCopies(COUNT, AccessList.EMPTY));

  public AccessLists {
    lists = List.copyOf(lists);
    if (lists.size() != COUNT) {
      throw new IllegalArgumentException(lists.size() + " access lists, not " + COUNT);
    }
  }

  /// The list with that number.
  ///
  /// @param n from 0 to [#COUNT] - 1
  public AccessList list(int n) {
    return lists.get(n);
  }

  public boolean permits(int n, ClientAddress address) {
    return list(n).permits(address);
  }
}
