package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.Balancer;

/// An upgrade: a new pen starts beside the old one with --takeover, then the old one gets TERM.
class TakeoverTest {
  private static final int PORT = 7000;

  @TempDir Path directory;

  /// With `net.ipv4.tcp_migrate_req`, which hands connections that are on their way to a listener
  /// to another one when it is closed, and without.
  @ParameterizedTest
  @ValueSource(strings = {"1", "0"})
  void noClientNoticesAndLongConnectionsOfTheOldPenFinish(String migrate) throws Exception {
    try (var namespace = Namespace.create()) {
      namespace.set("net.ipv4.tcp_migrate_req", migrate);
      namespace.set("net.ipv4.ip_local_port_range", "10000 65000");
      namespace.call(
          () -> {
            upgrade();
            return null;
          });
    }
  }

  private PenProcess pen(LineServer server, String... more) throws Exception {
    var words = new ArrayList<>(List.of(more));
    var pidFile = directory.resolve("pen.pid").toString();
    words.addAll(List.of("-f", "-p", pidFile, "--drain", "60", "--loops", "2"));
    words.addAll(List.of("127.0.0.1:" + PORT, server.spec()));
    return PenProcess.start(words.toArray(String[]::new));
  }

  private void upgrade() throws Exception {
    try (var server = LineServer.on("server", "127.24.0.1");
        var old = pen(server).awaitListening();
        var slow = LineClient.of(PORT);
        var clients = NewConnections.start(4, PORT)) {
      assertThat(slow.server()).isEqualTo("server");
      try (var next = pen(server, "--takeover").awaitListening()) {
        old.signal("TERM");
        awaitVisits(clients, 200);
        assertThat(slow.ask("still there")).isEqualTo("server still there");
        assertThat(old.isAlive()).isTrue();
        slow.close();
        assertThat(old.status()).isZero();
        awaitVisits(clients, 200);
        clients.close();
        assertThat(clients.failures()).isEmpty();
        assertThat(directory.resolve("pen.pid")).hasContent(Long.toString(next.pid()));
      }
    }
  }

  /// Many, as what goes wrong goes wrong rarely.
  @Test
  void noClientNoticesUpgradesOneAfterTheOther() throws Exception {
    try (var namespace = Namespace.create()) {
      namespace.set("net.ipv4.ip_local_port_range", "10000 65000");
      namespace.call(
          () -> {
            upgradeAgainAndAgain();
            return null;
          });
    }
  }

  private static void upgradeAgainAndAgain() throws Exception {
    try (var server = LineServer.on("server", "127.24.0.1")) {
      var pen = inProcess(server, false);
      try (var clients = NewConnections.start(4, PORT)) {
        for (int i = 0; i < 20; i++) {
          var old = pen;
          pen = inProcess(server, true);
          awaitVisits(clients, 50);
          old.stopAccepting();
          assertThat(old.awaitIdle(Duration.ofSeconds(10))).isTrue();
          old.close();
        }
        clients.close();
        assertThat(clients.failures()).isEmpty();
      } finally {
        pen.close();
      }
    }
  }

  private static Balancer inProcess(LineServer server, boolean takeover) throws Exception {
    return Balancer.builder()
        .listen("127.0.0.1:" + PORT)
        .server(server.spec())
        .loops(2)
        .takeover(takeover)
        .start();
  }

  private static void awaitVisits(NewConnections clients, int count) {
    int now = clients.answered();
    await().until(() -> clients.answered() >= now + count);
  }
}
