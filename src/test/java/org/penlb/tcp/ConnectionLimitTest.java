package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.Balancer;
import org.penlb.Pens;

/// `-x`: who comes when it is reached waits in the backlog and is served when somebody leaves.
/// (`Admission`, and the pauses of `TcpListener`.)
class ConnectionLimitTest {
  private static final int LIMIT = 20;

  private static Balancer pen(TestServer server, int limit, int loops) throws Exception {
    return Pens.before(server.address())
        .loops(loops)
        .settings(s -> s.connectionsMax = limit)
        .start();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void furtherClientsWaitAndAreServedWhenOthersLeave(int loops) throws Exception {
    try (var server = TestServer.echo();
        var log = LogCapture.of(Admission.class);
        var pen = pen(server, LIMIT, loops)) {
      var first = connect(pen, LIMIT);
      awaitLive(pen, server, LIMIT);
      var waiting = connect(pen, LIMIT);
      for (var client : waiting) {
        Wire.send(client, "hello\n"); // the kernel takes it
      }
      pen.snapshot();
      assertThat(pen.connections()).isEqualTo(LIMIT);
      assertThat(server.accepted()).isEqualTo(LIMIT);

      for (var client : first) {
        assertThat(Wire.ask(client, "served")).isEqualTo("served");
        client.close();
      }
      for (var client : waiting) {
        assertThat(Wire.line(client)).isEqualTo("hello");
      }
      assertThat(pen.connections()).isLessThanOrEqualTo(LIMIT);
      closeAll(waiting);
      Wire.await("no connection is left", () -> pen.connections() == 0);
      assertThat(log.messages())
          .hasSize(1)
          .first()
          .asString()
          .contains("20 simultaneous")
          .contains("-x");
      assertServes(pen);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void oneConnectionAtATimeServesAllInTurn(int loops) throws Exception {
    try (var server = TestServer.named("me");
        var log = LogCapture.of(Admission.class);
        var pen = pen(server, 1, loops)) {
      var all = connect(pen, 10);
      for (int served = 1; served <= all.size(); served++) {
        // The kernel decides which loop's backlog each one waits in, hence who is next.
        var next = awaitReadable(all);
        assertThat(Wire.line(next)).isEqualTo("me");
        assertThat(server.accepted()).isEqualTo(served);
        Wire.reset(next);
      }
      Wire.await("no connection is left", () -> pen.connections() == 0);
      assertThat(log.messages()).hasSize(1);
    }
  }

  private static Socket awaitReadable(List<Socket> clients) {
    var found = new ArrayList<Socket>();
    Wire.await(
        "somebody is served",
        () -> {
          for (var client : clients) {
            if (!client.isClosed() && client.getInputStream().available() > 0) {
              found.add(client);
              return true;
            }
          }
          return false;
        });
    return found.getFirst();
  }

  @Test
  void itIsSaidOncePerEpisode() throws Exception {
    var clock = new ManualClock();
    try (var server = TestServer.echo();
        var log = LogCapture.of(Admission.class);
        var pen =
            Pens.withClock(clock, server.address()).settings(s -> s.connectionsMax = 2).start()) {
      for (int episode = 1; episode <= 3; episode++) {
        for (int times = 0; times < 4; times++) {
          var clients = connect(pen, 4);
          awaitLive(pen, server, 2);
          closeAll(clients);
          // Before the last two are accepted there may be none for a moment.
          int all = 4 * (4 * (episode - 1) + times + 1);
          Wire.await("all have come", () -> Pens.service(pen).accepted() == all);
          Wire.await("no connection is left", () -> pen.connections() == 0);
        }
        assertThat(log.messages()).hasSize(episode);
        clock.advance(Duration.ofSeconds(60));
        pen.snapshot();
      }
    }
  }

  private static List<Socket> connect(Balancer pen, int count) throws Exception {
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(Wire.connect(pen));
    }
    return clients;
  }

  private static void awaitLive(Balancer pen, TestServer server, int count) {
    Wire.await(count + " connections", () -> pen.connections() == count && server.live() == count);
  }

  private static void assertServes(Balancer pen) throws Exception {
    try (var client = Wire.connect(pen)) {
      assertThat(Wire.ask(client, "again")).isEqualTo("again");
    }
  }

  private static void closeAll(List<Socket> clients) throws Exception {
    for (var client : clients) {
      client.close();
    }
  }
}
