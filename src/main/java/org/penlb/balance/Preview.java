package org.penlb.balance;

import java.util.ArrayList;
import java.util.List;
import org.penlb.config.Algorithm;

/// Turns the choice of a [Policy] into a question: whose turn it is stays as it is, and what
/// decided is noted.
///
/// Owned by: the thread that asks.
final class Preview {
  /// Which of the possible servers chance shall pick.
  private final int pick;

  private Algorithm decider;
  private boolean isRoundRobin;
  private List<Integer> possible = List.of();

  Preview(int pick) {
    this.pick = pick;
  }

  void decidedBy(Algorithm algorithm, int slot) {
    decider = algorithm;
    if (possible.isEmpty()) {
      possible = List.of(slot);
    }
  }

  void decidedByRoundRobin(int slot) {
    isRoundRobin = true;
    possible = List.of(slot);
  }

  /// In place of chance, or of what is not known: notes all servers that could be chosen, and names
  /// one.
  int pick(ServerTable servers, long nowNanos) {
    var available = new ArrayList<Integer>();
    for (int slot = 0; slot < servers.size(); slot++) {
      if (servers.server(slot).isAvailable(nowNanos)) {
        available.add(slot);
      }
    }
    possible = available;
    return available.isEmpty() ? -1 : available.get(Math.min(pick, available.size() - 1));
  }

  /// Null if it was not an algorithm: see [#isRoundRobin].
  Algorithm decider() {
    return decider;
  }

  boolean isRoundRobin() {
    return isRoundRobin;
  }

  /// The slots that could be chosen; empty if the policy was not asked.
  List<Integer> possible() {
    return possible;
  }
}
