package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.tcp.ManualClock;
import org.penlb.tcp.Wire;

/// A session ends `udp_timeout` after its last datagram, either way. (`SessionTable.expire`.)
class ExpiryTest {
  private final ManualClock clock = new ManualClock();

  private Balancer pen(String server) throws Exception {
    return Pens.withClock(clock, server)
        .udp(true)
        .settings(s -> s.udpTimeout = Duration.ofSeconds(10))
        .start();
  }

  /// Time goes by, and the loop notices, unless it is in the middle of a turn.
  private void pass(Balancer pen, int seconds) {
    clock.advance(Duration.ofSeconds(seconds));
    for (int i = 0; i < 3; i++) {
      pen.snapshot(); // deadlines are looked at after tasks
    }
  }

  private static void awaitSessions(Balancer pen, int count) {
    Wire.await(
        count + " sessions",
        () -> {
          pen.snapshot();
          return pen.connections() == count;
        });
  }

  @Test
  void idleSessionEndsAndAnActiveOneDoesNot() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(server.address());
        var idle = UdpClient.open();
        var active = UdpClient.open()) {
      idle.ask(pen, "a");
      for (int i = 0; i < 4; i++) {
        active.ask(pen, "b");
        pass(pen, 6);
      }
      awaitSessions(pen, 1);
      assertThat(Pens.service(pen).liveConnections())
          .extracting(session -> session.port())
          .containsExactly(active.port());
      assertThat(Pens.service(pen).closes()).isEqualTo(Map.of("expired", 1L));
      assertThat(idle.ask(pen, "again")).as("a new session").isEqualTo("again");
    }
  }

  @Test
  void exactlyTheTimeoutHasToPass() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(server.address());
        var client = UdpClient.open()) {
      client.ask(pen, "a");
      clock.advance(Duration.ofSeconds(10).minusNanos(1));
      pass(pen, 0);
      assertThat(pen.connections()).isOne();
      clock.advance(Duration.ofNanos(1));
      pass(pen, 0);
      awaitSessions(pen, 0);
    }
  }

  @Test
  void datagramsOfTheServerKeepASessionToo() throws Exception {
    try (var server = UdpServer.silent();
        var pen = pen(server.address());
        var client = UdpClient.open()) {
      client.send(pen, "subscribe");
      Wire.await("it is there", () -> server.received() == 1);
      for (int i = 0; i < 4; i++) {
        pass(pen, 6);
        server.say(server.senders().getFirst(), "news");
        assertThat(client.text()).isEqualTo("news");
      }
      pass(pen, 10);
      awaitSessions(pen, 0);
    }
  }

  @Test
  void sessionThatItsServerKeepsIsNotInTheWayOfOthers() throws Exception {
    try (var server = UdpServer.silent();
        var pen = pen(server.address());
        var first = UdpClient.open();
        var second = UdpClient.open()) {
      first.send(pen, "subscribe");
      Wire.await("it is there", () -> server.received() == 1);
      second.send(pen, "nothing more");
      Wire.await("it is there", () -> server.received() == 2);
      pass(pen, 6);
      server.say(server.senders().getFirst(), "news");
      assertThat(first.text()).isEqualTo("news");
      pass(pen, 4);
      awaitSessions(pen, 1);
      assertThat(Pens.service(pen).liveConnections())
          .extracting(session -> session.port())
          .containsExactly(first.port());
    }
  }

  @Test
  void datagramsOfTheClientKeepASessionThatIsNotAnswered() throws Exception {
    try (var server = UdpServer.silent();
        var pen = pen(server.address());
        var client = UdpClient.open()) {
      for (int i = 1; i < 5; i++) {
        client.send(pen, "log line");
        int count = i;
        Wire.await("it is there", () -> server.received() == count);
        pass(pen, 6);
      }
      assertThat(server.senders()).hasSize(1);
      pass(pen, 4);
      awaitSessions(pen, 0);
    }
  }

  @Test
  void replyAfterTheEndGoesNowhere() throws Exception {
    try (var server = UdpServer.silent();
        var pen = pen(server.address());
        var client = UdpClient.open()) {
      client.send(pen, "ask");
      Wire.await("it is there", () -> server.received() == 1);
      var session = server.senders().getFirst();
      pass(pen, 10);
      awaitSessions(pen, 0);
      server.say(session, "too late");
      client.send(pen, "ask again");
      Wire.await("it is there", () -> server.received() == 2);
      server.say(server.senders().getLast(), "in time");
      assertThat(client.text()).isEqualTo("in time");
    }
  }

  @Test
  void timeoutThatChangesHoldsForSessionsThatLive() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(server.address());
        var client = UdpClient.open();
        var other = UdpClient.open()) {
      client.ask(pen, "a");
      other.ask(pen, "b");
      Pens.changeSettings(pen, s -> s.udpTimeout = Duration.ofSeconds(100));
      pass(pen, 50);
      assertThat(pen.connections()).isEqualTo(2);
      other.ask(pen, "b");
      Pens.changeSettings(pen, s -> s.udpTimeout = Duration.ofSeconds(20));
      assertThat(pen.connections()).as("at once").isOne();
      pass(pen, 20);
      awaitSessions(pen, 0);
      assertThat(Pens.service(pen).udpTimeout()).isEqualTo(Duration.ofSeconds(20));
    }
  }

  @Test
  void clientIsRememberedLongerThanItsSession() throws Exception {
    try (var a = UdpServer.named("a");
        var b = UdpServer.named("b");
        var pen = Pens.withClock(clock, a.address(), b.address()).udp(true).start();
        var client = UdpClient.open()) {
      assertThat(client.server(pen)).isEqualTo("a");
      pass(pen, 1000);
      awaitSessions(pen, 0);
      assertThat(client.server(pen)).isEqualTo("a");
      assertThat(b.received()).isZero();
    }
  }
}
