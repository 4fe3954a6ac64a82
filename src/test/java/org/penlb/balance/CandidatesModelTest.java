package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every situation of up to four servers, against the rules written down once more without care for
/// speed: who is tried, in which order, and why.
class CandidatesModelTest {
  private enum State {
    UP("s:80:1:2", 0),
    BLACKLISTED("s:80:1:2", 0),
    /// Open to clients that return.
    FULL("s:80:1:2", 1),
    FULL_FOR_ALL("s:80:1:2", 2),
    NO_PORT("s:0:1:2", 0);

    private final String spec;
    private final int connections;

    State(String spec, int connections) {
      this.spec = spec;
      this.connections = connections;
    }
  }

  /// @param own slot of the client's last server, -1 for a new client
  /// @param lastHandedOut by round robin
  /// @param emergency null for none
  private record Situation(
      List<State> servers,
      int own,
      int lastHandedOut,
      State emergency,
      boolean roundrobin,
      boolean stubborn) {}

  private record Try(int slot, Reason reason) {}

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void candidatesFollowTheRules(int size) {
    int checked = 0;
    for (var states : combinations(size)) {
      for (int own = -1; own < size; own++) {
        for (int last = -1; last < size; last++) {
          for (var emergency : new State[] {null, State.UP, State.BLACKLISTED, State.FULL}) {
            for (int flags = 0; flags < 4; flags++) {
              check(new Situation(states, own, last, emergency, flags % 2 == 1, flags >= 2));
              checked++;
            }
          }
        }
      }
    }
    assertThat(checked).isEqualTo((int) Math.pow(5, size) * (size + 1) * (size + 1) * 16);
  }

  @Test
  void fiveStatesInTwoSlotsAreTwentyFiveCombinations() {
    assertThat(combinations(2)).hasSize(25).doesNotHaveDuplicates();
  }

  private static List<List<State>> combinations(int size) {
    var combinations = List.of(List.<State>of());
    for (int i = 0; i < size; i++) {
      var longer = new ArrayList<List<State>>();
      for (var shorter : combinations) {
        for (var state : State.values()) {
          var states = new ArrayList<>(shorter);
          states.add(state);
          longer.add(states);
        }
      }
      combinations = List.copyOf(longer);
    }
    return combinations;
  }

  private static void check(Situation situation) {
    var expected = expected(situation);
    var tried = tried(situation);
    if (!expected.equals(tried)) { // as a plain comparison: there are half a million
      assertThat(tried).as("%s", situation).isEqualTo(expected);
    }
  }

  private static List<Try> expected(Situation situation) {
    var tries = new ArrayList<Try>();
    int size = situation.servers().size();
    boolean returning = !situation.roundrobin() && situation.own() >= 0;
    int first = returning ? situation.own() : roundRobin(situation);
    for (int i = 0; i < size; i++) {
      int slot = (first + i) % size;
      var state = situation.servers().get(slot);
      boolean letIn = state == State.UP || (state == State.FULL && returning && i == 0);
      if (letIn) {
        tries.add(
            new Try(slot, i > 0 ? Reason.FAILOVER : returning ? Reason.RETURNING : Reason.NEW));
      }
      if (situation.stubborn()) {
        return tries;
      }
    }
    if (situation.emergency() == State.UP && !situation.stubborn()) {
      tries.add(new Try(Server.NO_SLOT, Reason.EMERGENCY));
    }
    return tries;
  }

  private static int roundRobin(Situation situation) {
    int size = situation.servers().size();
    for (int i = 1; i <= size; i++) {
      int slot = (situation.lastHandedOut() + i) % size;
      if (situation.servers().get(slot) == State.UP) {
        return slot;
      }
    }
    return size == 0 ? -1 : (situation.lastHandedOut() + 1) % size;
  }

  private static List<Try> tried(Situation situation) {
    var scene = scene(situation);
    var client = scene.client(1);
    var candidates = scene.candidates(client);
    var tries = new ArrayList<Try>();
    for (var next = candidates.next(scene.now); next != null; next = candidates.next(scene.now)) {
      tries.add(new Try(next.slot(), candidates.reason()));
    }
    return tries;
  }

  private static Scene scene(Situation situation) {
    var scene = new Scene();
    scene.settings.roundrobin = situation.roundrobin();
    scene.settings.stubborn = situation.stubborn();
    for (var state : situation.servers()) {
      bring(scene.add(state.spec), state, scene.now);
    }
    if (situation.emergency() != null) {
      scene.emergency = Scene.special(situation.emergency().spec);
      bring(scene.emergency, situation.emergency(), scene.now);
    }
    handOut(scene, situation.lastHandedOut());
    if (situation.own() >= 0) {
      scene.client(1).remember(scene.servers.get(situation.own()), Reason.NEW);
    }
    return scene;
  }

  private static void bring(Server server, State state, long now) {
    Scene.fill(server, state.connections);
    if (state == State.BLACKLISTED) {
      var _ = server.blacklist(now, 1);
    }
  }

  /// Turns the round robin to where it would be had it handed out the slot last.
  private static void handOut(Scene scene, int slot) {
    var idle = Scene.of(scene.servers.size()).service().servers();
    var service = scene.service();
    for (int i = 0; i <= slot; i++) {
      int given = service.policy().first(service.settings(), idle, Scene.address(0), 1, scene.now);
      assertThat(given).isEqualTo(i);
    }
  }
}
