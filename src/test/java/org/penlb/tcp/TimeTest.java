package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.stats.Snapshot.ServerState;

/// `idle_timeout` and the other timers, on a clock that the test moves. (`Connection.watch`.)
class TimeTest {
  private final ManualClock clock = new ManualClock();

  private Balancer penWithIdleTimeout(Duration timeout, String... servers) throws Exception {
    return Pens.withClock(clock, servers).settings(s -> s.idleTimeout = timeout).start();
  }

  @Test
  void idleConnectionIsClosedAndAnActiveOneIsNot() throws Exception {
    try (var server = TestServer.echo();
        var pen = penWithIdleTimeout(Duration.ofSeconds(10), server.address());
        var idle = Wire.connect(pen);
        var active = Wire.connect(pen)) {
      assertThat(Wire.ask(idle, "a")).isEqualTo("a");
      for (int i = 0; i < 5; i++) {
        assertThat(Wire.ask(active, "b")).isEqualTo("b");
        clock.advance(Duration.ofSeconds(9));
        pen.snapshot();
      }

      assertThat(idle.getInputStream().read()).isEqualTo(-1);
      assertThat(Wire.ask(active, "c")).isEqualTo("c");
      assertThat(pen.connections()).isEqualTo(1);
      assertThat(Pens.service(pen).closes()).containsOnlyKeys("idle");
    }
  }

  @Test
  void connectionThatNeverSawAByteIsClosed() throws Exception {
    try (var server = TestServer.echo();
        var pen = penWithIdleTimeout(Duration.ofSeconds(10), server.address());
        var client = Wire.connect(pen)) {
      awaitCarried(pen); // else it would be the time to connect that is over
      clock.advance(Duration.ofSeconds(9));
      pen.snapshot();
      assertThat(pen.connections()).isEqualTo(1);
      clock.advance(Duration.ofSeconds(2));
      pen.snapshot();

      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void halfClosedConnectionIsClosed() throws Exception {
    var over = new CountDownLatch(1);
    try (var server =
            TestServer.start(
                client -> {
                  Wire.all(client);
                  Wire.send(client, "half\n");
                  over.await();
                });
        var pen = penWithIdleTimeout(Duration.ofSeconds(10), server.address());
        var client = Wire.connect(pen)) {
      client.shutdownOutput();
      assertThat(Wire.line(client)).isEqualTo("half");
      clock.advance(Duration.ofSeconds(11));
      pen.snapshot();

      assertThat(client.getInputStream().read()).isEqualTo(-1);
      awaitConnections(pen, 0);
      assertThat(Pens.service(pen).closes()).containsOnlyKeys("idle");
      over.countDown();
    }
  }

  @Test
  void withoutTheSettingAnIdleConnectionLives() throws Exception {
    try (var server = TestServer.echo();
        var pen = Pens.withClock(clock, server.address()).start();
        var client = Wire.connect(pen)) {
      assertThat(Wire.ask(client, "a")).isEqualTo("a");
      clock.advance(Duration.ofDays(300));
      pen.snapshot();

      assertThat(Wire.ask(client, "b")).isEqualTo("b");
    }
  }

  @Test
  void settingTheDateMovesNoTimer() throws Exception {
    try (var server = TestServer.echo();
        var pen = penWithIdleTimeout(Duration.ofSeconds(10), closedServer(), server.address());
        var client = Wire.connect(pen)) {
      assertThat(Wire.ask(client, "a")).isEqualTo("a");
      for (var days : new int[] {400, -800}) {
        clock.setWall(Duration.ofDays(days));
        pen.snapshot();

        assertThat(Wire.ask(client, "b")).isEqualTo("b");
        assertThat(Pens.server(pen, 0).state()).isEqualTo(ServerState.BLACKLISTED);
        assertThat(Pens.server(pen, 0).blacklistedFor()).isEqualTo(Duration.ofSeconds(30));
      }
    }
  }

  @Test
  void serverComesBackWhenTheBlacklistTimeIsOver() throws Exception {
    try (var server = TestServer.echo();
        var pen = Pens.withClock(clock, closedServer(), server.address()).start();
        var client = Wire.connect(pen)) {
      assertThat(Wire.ask(client, "a")).isEqualTo("a");
      clock.advance(Duration.ofSeconds(29));
      assertThat(Pens.server(pen, 0).state()).isEqualTo(ServerState.BLACKLISTED);
      clock.advance(Duration.ofSeconds(2));
      assertThat(Pens.server(pen, 0).state()).isEqualTo(ServerState.UP);
    }
  }

  @Test
  void clientIsForgottenAfterTheTrackingTime() throws Exception {
    try (var server = TestServer.echo();
        var pen =
            Pens.withClock(clock, server.address())
                .settings(s -> s.tracking = Duration.ofSeconds(60))
                .start();
        var client = Wire.connect(pen)) {
      assertThat(Wire.ask(client, "a")).isEqualTo("a");
      assertThat(Pens.service(pen).clients()).isEqualTo(1);
      clock.advance(Duration.ofSeconds(61));
      assertThat(Pens.service(pen).clients()).isZero();
      assertThat(Wire.ask(client, "b")).isEqualTo("b");
    }
  }

  private static String closedServer() throws Exception {
    return "127.0.0.1:" + Wire.freePort();
  }

  private static void awaitCarried(Balancer pen) {
    Wire.await(
        "a connection",
        () ->
            Pens.service(pen).liveConnections().stream()
                .anyMatch(connection -> connection.state().equals("carrying")));
  }

  private static void awaitConnections(Balancer pen, int count) {
    Wire.await(count + " connections", () -> pen.connections() == count);
  }
}
