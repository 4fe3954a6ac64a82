package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;

/// `pending_max`: only so many connects may be unfinished; further clients wait in the backlog.
class PendingLimitTest {
  private static final Duration TIMEOUT = Duration.ofMillis(1500);

  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private static Balancer.Builder pen(int pendingMax) throws Exception {
    return Balancer.builder()
        .listen("127.0.0.1:0")
        .loops(2)
        .settings(
            s -> {
              s.connectTimeout = TIMEOUT;
              s.pendingMax = pendingMax;
            });
  }

  private List<Future<String>> visitors(int count, int port) {
    var visitors = new ArrayList<Future<String>>();
    for (int i = 1; i <= count; i++) {
      var client = "127.0.4." + i;
      visitors.add(threads.submit(() -> LineClient.serverOf(client, port)));
    }
    return visitors;
  }

  private static long connecting(Balancer pen) {
    return pen.snapshot().services().getFirst().liveConnections().stream()
        .filter(connection -> connection.state().equals("connecting"))
        .count();
  }

  private static boolean allDone(List<Future<String>> visitors) {
    return visitors.stream().allMatch(Future::isDone);
  }

  @Test
  void neverMoreConnectsThanThatAreUnfinished() throws Exception {
    try (var hole = BlackHole.on("127.22.0.1");
        var good = LineServer.start("good");
        var pen =
            pen(5)
                .server(hole.spec())
                .server(good.spec())
                .settings(s -> s.blacklist = Duration.ZERO) // each victim waits for its own timeout
                .loops(1) // a snapshot of several is not of one moment
                .start()) {
      var visitors = visitors(30, pen.port());
      long most = 0;
      while (!allDone(visitors)) {
        most = Math.max(most, connecting(pen));
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(most).isBetween(1L, 5L);
      for (var visitor : visitors) {
        assertThat(visitor.get()).isEqualTo("good");
      }
    }
  }

  @Test
  void clientsOfOtherServersWaitNoLongerThanOneTimeout() throws Exception {
    try (var hole = BlackHole.on("127.22.0.2");
        var good = LineServer.start("good");
        var pen = pen(5).server(hole.spec()).server(good.spec()).start()) {
      long start = System.nanoTime();
      var visitors = visitors(60, pen.port());
      await().until(() -> connecting(pen) == 5);
      for (var visitor : visitors) {
        assertThat(visitor.get(20, TimeUnit.SECONDS)).isEqualTo("good");
      }
      // From the first timeout on the hole is left out.
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(TIMEOUT, TIMEOUT.plusSeconds(4));
    }
  }

  @Test
  void connectionThatFailsOverCountsOnce() throws Exception {
    try (var one = BlackHole.on("127.22.0.3");
        var two = BlackHole.on("127.22.0.4");
        var good = LineServer.start("good");
        var pen = pen(1).server(one.spec()).server(two.spec()).server(good.spec()).start()) {
      for (var visitor : visitors(3, pen.port())) {
        assertThat(visitor.get(20, TimeUnit.SECONDS)).isEqualTo("good");
      }
    }
  }

  @Test
  void placeOfAClientWhoGivesUpIsFreeAgain() throws Exception {
    try (var hole = BlackHole.on("127.22.0.5");
        var pen = pen(1).server(hole.spec()).start()) {
      for (int i = 0; i < 3; i++) {
        try (var client = LineClient.of(pen.port())) {
          assertThat(client.isClosedByPen()).isTrue();
        }
      }
      await().until(() -> pen.connections() == 0);
    }
  }
}
