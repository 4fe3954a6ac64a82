package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.penlb.config.Algorithm;
import org.penlb.stats.Snapshot.ServerState;

class PolicyTest {
  record State(
      int port, boolean blacklisted, boolean drained, int connections, int weight, int prio) {
    String spec() {
      return "s:" + port + ":0:0:" + weight + ":" + prio;
    }
  }

  private static Scene scene(List<State> states, Algorithm... algorithms) {
    var scene = new Scene();
    for (var state : states) {
      Scene.fill(scene.add(state.spec()), state.connections());
      if (state.drained()) {
        scene.servers.getLast().drain(scene.now, null);
      }
      if (state.blacklisted()) {
        scene.blacklist(scene.servers.size() - 1);
      }
    }
    for (var algorithm : algorithms) {
      scene.with(algorithm);
    }
    return scene;
  }

  @Provide
  Arbitrary<List<State>> states() {
    var small = Arbitraries.integers().between(0, 3);
    var rarely = Arbitraries.of(false, false, true);
    return Combinators.combine(Arbitraries.of(80, 80, 80, 0), rarely, rarely, small, small, small)
        .as(State::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(8);
  }

  @Property
  void prioIsTheLowestNumberAmongTheAvailable(@ForAll("states") List<State> states) {
    var scene = scene(states, Algorithm.PRIO);
    int expected = min(scene, s -> true, Comparator.comparingInt(s -> s.spec().prio()));
    assertThat(scene.first()).isEqualTo(expected < 0 ? 0 : expected);
  }

  @Property
  void weightIsTheFewestConnectionsForTheWeight(@ForAll("states") List<State> states) {
    var scene = scene(states, Algorithm.WEIGHT);
    int expected =
        min(
            scene,
            s -> s.spec().weight() > 0,
            Comparator.comparingDouble(s -> (double) s.connections() / s.spec().weight()));
    if (expected >= 0) {
      assertThat(scene.first()).isEqualTo(expected);
    } else {
      assertThat(scene.first()).isEqualTo(Math.max(0, min(scene, s -> true, (_, _) -> 0)));
    }
  }

  @Property
  void leastconnIsTheFewestConnections(@ForAll("states") List<State> states) {
    var scene = scene(states, Algorithm.LEASTCONN);
    int expected = min(scene, s -> true, Comparator.comparingInt(Server::connections));
    assertThat(scene.first()).isEqualTo(Math.max(0, expected));
  }

  @Property
  void hashAndRandomNameAvailableServersOnly(@ForAll("states") List<State> states) {
    for (var algorithm : List.of(Algorithm.HASH, Algorithm.RANDOM)) {
      var scene = scene(states, algorithm);
      int slot = scene.first();
      assertThat(slot).isBetween(0, states.size() - 1);
      if (scene.servers.stream().anyMatch(s -> s.state(scene.now) == ServerState.UP)) {
        assertThat(scene.servers.get(slot).state(scene.now)).isEqualTo(ServerState.UP);
      }
    }
  }

  /// Slot of the least server; of equal ones the first. -1 if there is none.
  private static int min(Scene scene, Predicate<Server> condition, Comparator<Server> order) {
    return scene.servers.stream()
        .filter(server -> server.state(scene.now) == ServerState.UP && condition.test(server))
        .min(order)
        .map(Server::slot)
        .orElse(-1);
  }

  @Test
  void weightsThatAreLargeDoNotOverflow() {
    var scene = new Scene().with(Algorithm.WEIGHT);
    Scene.fill(scene.add("a:80:0:0:2147483647"), 3);
    Scene.fill(scene.add("b:80:0:0:2147483646"), 2);
    assertThat(scene.first()).isEqualTo(1);
  }

  @Test
  void firstOfTheEnabledAlgorithmsDecides() {
    var scene = new Scene();
    Scene.fill(scene.add("a:80:0:0:1:2"), 3);
    Scene.fill(scene.add("b:80:0:0:9:3"), 2);
    Scene.fill(scene.add("c:80:0:0:1:1"), 4);
    Scene.fill(scene.add("d:80:0:0:1:4"), 1);
    scene.with(Algorithm.LEASTCONN).with(Algorithm.WEIGHT).with(Algorithm.PRIO);
    assertThat(scene.first()).as("prio").isEqualTo(2);
    var weight = new Scene();
    weight.servers.addAll(scene.servers);
    assertThat(weight.with(Algorithm.LEASTCONN).with(Algorithm.WEIGHT).first())
        .as("weight")
        .isEqualTo(1);
    var leastconn = new Scene();
    leastconn.servers.addAll(scene.servers);
    assertThat(leastconn.with(Algorithm.RANDOM).with(Algorithm.LEASTCONN).first())
        .as("leastconn")
        .isEqualTo(3);
  }

  @Test
  void algorithmWithoutAnAnswerLeavesItToTheNext() {
    var scene = new Scene().with(Algorithm.WEIGHT).with(Algorithm.LEASTCONN);
    Scene.fill(scene.add("a:80"), 2);
    Scene.fill(scene.add("b:80"), 1);
    assertThat(scene.first()).as("no server has a weight").isEqualTo(1);
  }

  @Test
  void leastconnTiesGoInTurn() {
    var scene = Scene.of(3).with(Algorithm.LEASTCONN);
    assertThat(List.of(scene.first(), scene.first(), scene.first(), scene.first()))
        .containsExactly(0, 1, 2, 0);
  }

  @Test
  void randomReachesEveryAvailableServerEqually() {
    var scene = Scene.of(4).with(Algorithm.RANDOM);
    scene.blacklist(2);
    var counts = new int[4];
    for (int i = 0; i < 30_000; i++) {
      counts[scene.first()]++;
    }
    assertThat(counts[2]).isZero();
    // Seven times the standard deviation.
    assertThat(List.of(counts[0], counts[1], counts[3])).allMatch(n -> Math.abs(n - 10_000) < 575);
  }

  @Test
  void roundRobinGoesInTurn() {
    var scene = Scene.of(3);
    assertThat(List.of(scene.first(), scene.first(), scene.first(), scene.first()))
        .containsExactly(0, 1, 2, 0);
  }

  /// A server that would only pass its turn on would send two in a row to its neighbour.
  @Test
  void roundRobinSkipsServersThatCannotTakeANewClient() {
    var scene = Scene.of(1);
    Scene.fill(scene.add("full:80:1:2"), 1);
    scene.add("none:0");
    scene.add("up:80");
    scene.add("blacklisted:80");
    scene.blacklist(4);
    scene.add("drained:80").drain(scene.now, null);
    assertThat(List.of(scene.first(), scene.first(), scene.first(), scene.first()))
        .containsExactly(0, 3, 0, 3);
    scene.servers.get(1).release();
    assertThat(List.of(scene.first(), scene.first(), scene.first())).containsExactly(0, 1, 3);
  }

  @Test
  void roundRobinStillNamesASlotWhenNobodyCanTakeTheClient() {
    var scene = Scene.of(2);
    scene.blacklist(0, 1);
    assertThat(List.of(scene.first(), scene.first(), scene.first())).containsExactly(0, 1, 0);
  }

  @Test
  void roundRobinIsExactlyEvenForManyThreads() throws Exception {
    var scene = Scene.of(3);
    var service = scene.service();
    var counts = new AtomicIntegerArray(3);
    var tasks = new ArrayList<Callable<Boolean>>();
    for (int thread = 0; thread < 4; thread++) {
      tasks.add(
          () -> {
            for (int i = 0; i < 3000; i++) {
              counts.incrementAndGet(scene.first());
            }
            return true;
          });
    }
    try (var threads = Executors.newFixedThreadPool(tasks.size())) {
      for (var task : threads.invokeAll(tasks)) {
        assertThat(task.get()).isTrue();
      }
    }
    assertThat(service).isSameAs(scene.service());
    assertThat(counts).hasToString("[4000, 4000, 4000]");
  }
}
