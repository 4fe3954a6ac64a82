package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.penlb.acl.AccessLists;
import org.penlb.acl.ClientAddress;
import org.penlb.config.Algorithm;

/// Whatever happened before: what is foretold for a client is what its next connection does, asking
/// changes nothing, and the history that is told is what its connections did. Two services share
/// the clients, and the administrator changes everything in between.
class ExplanationModelTest {
  private static final long SECOND = 1_000_000_000L;

  private final List<Scene> scenes = new ArrayList<>();
  private final IdentityHashMap<Client, Home> homes = new IdentityHashMap<>();
  private final Deque<Server> busy = new ArrayDeque<>();
  private Random random;
  private long now;

  /// What a plain observer knows of a client.
  private static final class Home {
    private Server server;
    private long since;
    private final Deque<Client.Stay> stays = new ArrayDeque<>();
  }

  @Property(tries = 3000, shrinking = ShrinkingMode.OFF)
  void connectionsGoWhereTheExplanationSays(@ForAll long seed) {
    random = new Random(seed);
    now = random.nextLong();
    scenes.clear();
    homes.clear();
    busy.clear();
    var clients = new ClientTable(100, Duration.ofSeconds(100));
    for (int i = 0; i < 2; i++) {
      var scene = Scene.of(random.nextInt(1, 5));
      scene.clients = clients;
      scenes.add(scene);
    }
    for (int i = 0; i < 60; i++) {
      now += random.nextLong(3 * SECOND);
      scenes.forEach(scene -> scene.now = now);
      var scene = scenes.get(random.nextInt(scenes.size()));
      if (random.nextInt(3) > 0) {
        connect(scene);
      } else {
        administrate(scene);
      }
    }
  }

  // ---- what clients do ------------------------------------------------------------------------

  private void connect(Scene scene) {
    var address = anyClient();
    int port = random.nextInt(1, 65_536);
    var service = scene.service();
    var foretold = service.explain(address, port, now);
    assertThat(service.explain(address, port, now)).isEqualTo(foretold);

    var client = service.admit(address, now);
    var candidates = new Candidates(service, client, address, port);
    var expected = foretold.steps().stream().filter(s -> s.verdict() == Verdict.TAKES).iterator();
    int failures = random.nextInt(3);
    var server = candidates.next(now);
    assertThat(foretold.outcomes()).contains(outcome(server, candidates));
    while (server != null && failures-- > 0) {
      boolean certain = foretold.outcomes().size() == 1 && foretold.possible().size() <= 1;
      if (certain) {
        assertThat(server.slot()).isEqualTo(expected.next().slot());
      }
      server.release();
      var _ = server.connectFailed(now, 20 * SECOND);
      server = candidates.next(now);
      if (server == null && certain) {
        assertThat(expected.hasNext()).as("more are left").isFalse();
      }
    }
    if (server != null) {
      server.clearBlacklist();
      candidates.taken(now);
      busy.add(server);
      note(client, server, foretold);
      assertHistory(client, service.explain(address, port, now));
    }
    if (busy.size() > 5) {
      busy.remove().release();
    }
  }

  /// Of two networks that a prefix may join.
  private ClientAddress anyClient() {
    int number = random.nextInt(6);
    return Scene.address(number % 2 * 256 + number);
  }

  private static Explanation.Outcome outcome(Server server, Candidates candidates) {
    return server == null
        ? Explanation.Outcome.CLOSED
        : new Explanation.Outcome(server.slot(), server.spec().hostAndPort(), candidates.reason());
  }

  private void note(Client client, Server server, Explanation foretold) {
    if (!server.isRegular() || !foretold.tracked()) {
      return;
    }
    var home = homes.computeIfAbsent(client, _ -> new Home());
    if (home.server == null) {
      home.since = now;
    } else if (home.server.slot() != server.slot() || home.server.isRetired()) {
      home.stays.addFirst(new Client.Stay(home.server, home.since, now, why(foretold)));
      home.since = now;
    }
    home.server = server;
  }

  private static Departure why(Explanation foretold) {
    var own = foretold.known().own();
    var first = foretold.steps().getFirst();
    if (foretold.chooser() == Explanation.Chooser.PIN
        && (!own.counts() || own.slot() != first.slot())) {
      return Departure.PINNED;
    }
    return own.counts() ? Departure.of(first.verdict()) : Departure.REMOVED;
  }

  private void assertHistory(Client client, Explanation told) {
    var home = homes.get(client);
    if (home == null || told.known() == null) {
      return;
    }
    assertThat(told.known().own().slot()).isEqualTo(home.server.slot());
    assertThat(told.known().own().since()).isEqualTo(Duration.ofNanos(now - home.since));
    assertThat(told.known().stays())
        .containsExactlyElementsOf(
            home.stays.stream()
                .limit(4)
                .map(
                    stay ->
                        new Explanation.PastStay(
                            stay.server().slot(),
                            stay.server().spec().hostAndPort(),
                            Duration.ofNanos(now - stay.fromNanos()),
                            Duration.ofNanos(now - stay.untilNanos()),
                            stay.why()))
                .toList());
  }

  // ---- what the administrator does ------------------------------------------------------------

  private void administrate(Scene scene) {
    var server = scene.servers.get(random.nextInt(scene.servers.size()));
    switch (random.nextInt(12)) {
      case 0 -> server.blacklist(now, random.nextLong(10 * SECOND));
      case 1 -> server.drain(now, random.nextBoolean() ? null : anyTime());
      case 2 -> server.undrain();
      case 3 -> scene.service().forget(anyClient());
      case 4 -> scene.clients.forget(server);
      case 5 -> scene.pin(anyNumber(), random.nextInt(6), random.nextBoolean() ? null : anyTime());
      case 6 -> scene.service().unpin(anyClient());
      case 7 -> replace(scene, server);
      case 8 -> resize(scene);
      case 9 -> Scene.setAcl(server, random.nextInt(3));
      case 10 -> changeLists(scene);
      default -> changeSettings(scene);
    }
  }

  private int anyNumber() {
    return (int) (anyClient().low() & 0xffff);
  }

  private Duration anyTime() {
    return Duration.ofNanos(random.nextLong(10 * SECOND));
  }

  private void replace(Scene scene, Server server) {
    server.retire();
    var port = random.nextInt(4) == 0 ? "0" : "81";
    int max = random.nextInt(3);
    var spec = "t:" + port + ":" + max + ":" + 2 * max + ":" + random.nextInt(3) + ":";
    scene.servers.set(server.slot(), Scene.server(server.slot(), spec + random.nextInt(3)));
    scene.apply();
  }

  private void resize(Scene scene) {
    if (random.nextBoolean()) {
      scene.add("n:80");
    } else if (scene.servers.size() > 1) {
      scene.servers.removeLast().retire();
    }
    scene.emergency = random.nextBoolean() ? null : Scene.special("e:80");
    scene.abuse = random.nextBoolean() ? null : Scene.special("a:80:1");
    scene.apply();
  }

  private void changeLists(Scene scene) {
    var lists = AccessLists.OPEN;
    for (int number = 0; number < 3; number++) {
      if (random.nextInt(3) == 0) {
        var word = random.nextInt(4) == 0 ? "permit " : "deny ";
        lists = Scene.lists(lists, number, word + anyClient());
      }
    }
    scene.lists = lists;
    scene.apply();
  }

  private void changeSettings(Scene scene) {
    scene.settings.stubborn = random.nextInt(4) == 0;
    scene.settings.roundrobin = random.nextInt(4) == 0;
    scene.settings.prefix4 = random.nextInt(3) == 0 ? 24 : 32;
    scene.settings.clientAcl = random.nextInt(3);
    scene.settings.algorithms.clear();
    for (var algorithm : Algorithm.values()) {
      if (random.nextInt(5) == 0) {
        scene.settings.algorithms.add(algorithm);
      }
    }
    scene.apply();
  }
}
