package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Seams;
import org.penlb.stats.Snapshot.ServerState;

/// A server that does not answer at all.
class BlackHoleTest {
  private static final Duration TIMEOUT = Duration.ofMillis(1500);

  private static Balancer.Builder pen() throws Exception {
    return Balancer.builder()
        .listen("127.0.0.1:0")
        .loops(1) // the hardest case: all share one thread
        .settings(s -> s.connectTimeout = TIMEOUT);
  }

  private static List<ServerState> states(Balancer pen) {
    return pen.snapshot().services().getFirst().servers().stream().map(s -> s.state()).toList();
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }

  @Test
  void nextServerTakesTheClientWhenTheTimeIsOver() throws Exception {
    try (var hole = BlackHole.on("127.21.0.1");
        var good = LineServer.start("good");
        var pen = pen().server(hole.spec()).server(good.spec()).start()) {
      long start = System.nanoTime();
      assertThat(LineClient.serverOf("127.0.1.1", pen.port())).isEqualTo("good");
      assertThat(since(start)).isBetween(TIMEOUT, TIMEOUT.plusSeconds(3));
      assertThat(states(pen)).containsExactly(ServerState.BLACKLISTED, ServerState.UP);
      for (int i = 2; i < 10; i++) {
        assertThat(LineClient.serverOf("127.0.1." + i, pen.port())).isEqualTo("good");
      }
      var servers = pen.snapshot().services().getFirst().servers();
      assertThat(servers.getFirst().failed()).as("it is left out now").isOne();
    }
  }

  @Test
  void clientIsClosedWhenNoServerAnswersInTime() throws Exception {
    try (var one = BlackHole.on("127.21.0.2");
        var two = BlackHole.on("127.21.0.3");
        var pen = pen().server(one.spec()).server(two.spec()).start();
        var client = LineClient.of(pen.port())) {
      long start = System.nanoTime();
      assertThat(client.isClosedByPen()).isTrue();
      assertThat(since(start)).isGreaterThan(TIMEOUT).isLessThan(TIMEOUT.plusSeconds(4));
    }
  }

  /// The clock stands still: nobody's time is over before all others have been served.
  @Test
  void clientsOfOtherServersAreServedWithoutDelay() throws Exception {
    var clock = new FakeClock();
    try (var hole = BlackHole.on("127.21.0.4");
        var good = LineServer.start("good");
        var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
        var pen =
            Seams.clock(pen(), clock)
                .server(good.spec())
                .server(hole.spec())
                .settings(s -> s.blacklist = Duration.ZERO) // each victim waits for its own timeout
                .start()) {
      assertThat(LineClient.serverOf("127.0.1.1", pen.port())).isEqualTo("good");
      var clients = new ArrayList<Future<String>>();
      for (int i = 1; i <= 100; i++) {
        var client = "127.0.3." + i;
        clients.add(threads.submit(() -> LineClient.serverOf(client, pen.port())));
      }
      await()
          .atMost(PenProcess.PATIENCE)
          .until(
              () -> connecting(pen) == 50 && clients.stream().filter(Future::isDone).count() == 50);
      for (int i = 0; i < 10; i++) {
        assertThat(LineClient.serverOf("127.0.1.1", pen.port())).isEqualTo("good");
      }
      assertThat(connecting(pen)).isEqualTo(50);
      clock.advance(TIMEOUT);
      pen.snapshot(); // the loop looks at the clock
      for (var client : clients) {
        assertThat(client.get(20, TimeUnit.SECONDS)).isEqualTo("good");
      }
    }
  }

  private static long connecting(Balancer pen) {
    return pen.snapshot().services().getFirst().liveConnections().stream()
        .filter(connection -> connection.state().equals("connecting"))
        .count();
  }

  @Test
  void droppedPacketsAreABlackHoleToo() throws Exception {
    Namespace.needs("nft");
    try (var namespace = Namespace.create()) {
      namespace.run("nft", "add table inet t");
      namespace.run("nft", "add chain inet t in { type filter hook input priority 0; }");
      namespace.run("nft", "add rule inet t in ip daddr 127.21.0.5 tcp flags syn drop");
      var moved = namespace.call(BlackHoleTest::serverWhenPacketsAreDropped);
      assertThat(moved).isEqualTo("good");
    }
  }

  private static String serverWhenPacketsAreDropped() throws Exception {
    try (var dropped = LineServer.on("dropped", "127.21.0.5");
        var good = LineServer.on("good", "127.21.0.6");
        var pen = pen().server(dropped.spec()).server(good.spec()).start()) {
      long start = System.nanoTime();
      var server = LineClient.serverOf("127.0.1.1", pen.port());
      assertThat(since(start)).isBetween(TIMEOUT, TIMEOUT.plusSeconds(3));
      assertThat(states(pen)).containsExactly(ServerState.BLACKLISTED, ServerState.UP);
      assertThat(dropped.accepted()).isZero();
      return server;
    }
  }
}
