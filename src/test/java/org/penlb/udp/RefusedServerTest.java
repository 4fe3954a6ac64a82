package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.stats.Snapshot.ServerState;
import org.penlb.tcp.LogCapture;
import org.penlb.tcp.ManualClock;
import org.penlb.tcp.Wire;

/// A server on whose port nobody listens: its machine says so by ICMP. (`Session.onReady`, `send`
/// and `onFailed`.)
class RefusedServerTest {
  private static String nobody() throws Exception {
    return "127.0.0.1:" + Wire.freePort();
  }

  private static void awaitState(Balancer pen, int slot, ServerState state) {
    Wire.await("server is " + state, () -> Pens.server(pen, slot).state() == state);
  }

  private static void awaitFailures(Balancer pen, int slot, long count) {
    Wire.await("failures", () -> Pens.server(pen, slot).failed() == count);
  }

  @Test
  void refusingServerIsLeftOutAtOnceAndTheNextDatagramGoesElsewhere() throws Exception {
    var nobody = nobody();
    try (var log = LogCapture.of(SessionTable.class);
        var server = UdpServer.named("there");
        var pen = Pens.before(nobody, server.address()).udp(true).start();
        var client = UdpClient.open()) {
      client.send(pen, "lost");
      awaitState(pen, 0, ServerState.BLACKLISTED); // without another datagram
      assertThat(client.ask(pen, "second")).isEqualTo("there second");
      assertThat(client.ask(pen, "third")).isEqualTo("there third");
      assertThat(Pens.server(pen, 0).failed()).isOne();
      assertThat(Pens.server(pen, 0).connections()).isZero();
      assertThat(pen.connections()).as("it is the same session").isOne();
      assertThat(Pens.service(pen).recentClients().getFirst().server()).isOne();
      assertThat(log.messages())
          .containsExactly("server 0 (" + nobody + "): Connection refused: left out for 30 s");
    }
  }

  @Test
  void refusalIsSaidOnceHoweverManySessionsRunIntoIt() throws Exception {
    try (var log = LogCapture.of(SessionTable.class);
        var server = UdpServer.named("there");
        var pen =
            Pens.before(nobody(), server.address())
                .udp(true)
                .settings(s -> s.roundrobin = true)
                .open();
        var a = UdpClient.open();
        var b = UdpClient.open();
        var c = UdpClient.open()) {
      for (var client : List.of(a, b, c)) { // a and c begin there
        client.send(pen, "first");
      }
      pen.start();
      awaitFailures(pen, 0, 2);
      assertThat(a.server(pen)).isEqualTo("there");
      assertThat(log.messages()).hasSize(1);
    }
  }

  @Test
  void datagramThatRunsIntoTheRefusalItselfIsSentElsewhere() throws Exception {
    try (var server = UdpServer.echo();
        var pen = Pens.before(nobody(), server.address()).udp(true).open();
        var client = UdpClient.open()) {
      for (int i = 0; i < 5; i++) {
        client.send(pen, "" + i);
      }
      pen.start(); // all five are of one batch: the first is refused while the others are sent
      for (int i = 1; i < 5; i++) {
        assertThat(client.text()).isEqualTo("" + i);
      }
      assertThat(Pens.service(pen).drops()).isEmpty();
      assertThat(Pens.server(pen, 0).sentDatagrams()).isOne();
      assertThat(Pens.server(pen, 1).sentDatagrams()).isEqualTo(4);
    }
  }

  @Test
  void withoutABlacklistTheNextDatagramGoesElsewhereToo() throws Exception {
    try (var server = UdpServer.named("there");
        var pen =
            Pens.before(nobody(), server.address())
                .udp(true)
                .settings(s -> s.blacklist = Duration.ZERO)
                .start();
        var client = UdpClient.open()) {
      client.send(pen, "lost");
      awaitFailures(pen, 0, 1);
      assertThat(client.ask(pen, "second")).isEqualTo("there second");
      assertThat(Pens.server(pen, 0).state()).isEqualTo(ServerState.UP);
    }
  }

  @Test
  void establishedSessionOfAServerThatGoesIsCarriedOnByAnother() throws Exception {
    try (var other = UdpServer.named("other");
        var gone = UdpServer.named("gone");
        var pen = Pens.before(gone.address(), other.address()).udp(true).start();
        var client = UdpClient.open()) {
      assertThat(client.server(pen)).isEqualTo("gone");
      gone.close();
      client.send(pen, "lost");
      awaitState(pen, 0, ServerState.BLACKLISTED);
      assertThat(client.server(pen)).isEqualTo("other");
      assertThat(pen.connections()).isOne();
    }
  }

  @Test
  void sessionMayComeBackToAServerThatItLeft() throws Exception {
    var clock = new ManualClock();
    try (var other = UdpServer.named("other");
        var gone = UdpServer.named("gone");
        var pen =
            Pens.withClock(clock, gone.address(), other.address())
                .udp(true)
                .settings(s -> s.blacklist = Duration.ofSeconds(5))
                .start();
        var client = UdpClient.open()) {
      gone.close();
      client.send(pen, "lost");
      awaitFailures(pen, 0, 1);
      assertThat(client.server(pen)).isEqualTo("other");
      clock.advance(Duration.ofSeconds(5));
      try (var back = UdpServer.start("127.0.0.1", portOf(pen), UdpServer.naming("back"))) {
        other.close();
        client.send(pen, "lost too");
        awaitFailures(pen, 1, 1);
        assertThat(client.server(pen)).isEqualTo("back");
        assertThat(back.received()).isOne();
        assertThat(pen.connections()).isOne();
      }
    }
  }

  @Test
  void sessionsThatOweNothingStayUntilTheyAskAndThenLeave() throws Exception {
    try (var other = UdpServer.named("other");
        var gone = UdpServer.named("gone");
        var pen = Pens.before(gone.address(), other.address()).udp(true).start();
        var client = UdpClient.open();
        var late = UdpClient.open()) {
      assertThat(client.server(pen)).isEqualTo("gone");
      assertThat(late.server(pen)).isEqualTo("gone");
      gone.close();
      client.send(pen, "lost");
      awaitState(pen, 0, ServerState.BLACKLISTED);
      late.send(pen, "lost too"); // it owed no answer: the server may be there again
      awaitFailures(pen, 0, 2);
      assertThat(late.server(pen)).isEqualTo("other");
    }
  }

  @Test
  void serverThatIsBackAndAnswersIsClearedAtOnce() throws Exception {
    try (var other = UdpServer.named("other");
        var gone = UdpServer.named("gone");
        var pen = Pens.before(gone.address(), other.address()).udp(true).start();
        var client = UdpClient.open();
        var late = UdpClient.open();
        var next = UdpClient.from("127.0.0.3")) {
      assertThat(client.server(pen)).isEqualTo("gone");
      assertThat(late.server(pen)).isEqualTo("gone");
      gone.close();
      client.send(pen, "lost");
      awaitState(pen, 0, ServerState.BLACKLISTED);
      assertThat(next.server(pen)).isEqualTo("other");
      try (var back = UdpServer.start("127.0.0.1", portOf(pen), UdpServer.naming("back"))) {
        assertThat(back.received()).isZero();
        assertThat(late.server(pen)).isEqualTo("back");
        assertThat(Pens.server(pen, 0).state()).isEqualTo(ServerState.UP);
      }
    }
  }

  private static int portOf(Balancer pen) {
    return Pens.server(pen, 0).port();
  }

  @Test
  void whenAllRefuseDatagramsAreDroppedAndCountedAndTheSessionIsGone() throws Exception {
    try (var pen = Pens.before(nobody(), nobody()).udp(true).start();
        var client = UdpClient.open()) {
      client.send(pen, "lost at the first");
      awaitFailures(pen, 0, 1);
      client.send(pen, "lost at the second");
      awaitFailures(pen, 1, 1);
      assertThat(pen.connections()).isOne();
      client.send(pen, "dropped");
      Wire.await("no session", () -> pen.connections() == 0);
      assertThat(Pens.service(pen).drops()).containsExactly(Map.entry("no server", 1L));
      assertThat(Pens.service(pen).closes()).containsExactly(Map.entry("no server", 1L));
      client.send(pen, "dropped too");
      Wire.await("drop", () -> Pens.service(pen).drops().get("no server") == 2);
      assertThat(pen.connections()).isZero();
    }
  }

  @Test
  void emergencyServerHelpsWhenAllRefuseAndIsLeftWhenTheyAreBack() throws Exception {
    var clock = new ManualClock();
    try (var emergency = UdpServer.named("emergency");
        var server = UdpServer.named("server");
        var pen =
            Pens.withClock(clock, server.address())
                .udp(true)
                .settings(s -> s.blacklist = Duration.ofSeconds(5))
                .emergency(emergency.address())
                .start();
        var client = UdpClient.open()) {
      server.close();
      client.send(pen, "lost");
      awaitFailures(pen, 0, 1);
      assertThat(client.server(pen)).isEqualTo("emergency");
      try (var back = UdpServer.start("127.0.0.1", portOf(pen), UdpServer.naming("back"))) {
        clock.advance(Duration.ofSeconds(20));
        assertThat(client.server(pen)).as("not yet").isEqualTo("emergency");
        clock.advance(Duration.ofSeconds(11)); // udp_timeout since it came there
        assertThat(client.server(pen)).isEqualTo("back");
        assertThat(back.received()).isOne();
      }
    }
  }

  /// Its socket is closed before the answer comes: what its machine says about that is no server's
  /// fault.
  @Test
  void clientThatVanishesBlamesNoServer() throws Exception {
    try (var server =
            UdpServer.start(
                question -> {
                  if (question.text().equals("go")) {
                    for (var sender : question.server().senders()) {
                      for (int i = 0; i < 5; i++) {
                        question.server().say(sender, "answer");
                      }
                    }
                  }
                });
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.open()) {
      try (var gone = UdpClient.open()) {
        gone.send(pen, "later");
        Wire.await("it is there", () -> server.received() == 1);
      }
      client.send(pen, "go");
      for (int i = 0; i < 5; i++) {
        assertThat(client.text()).isEqualTo("answer");
      }
      Wire.await("all are through", () -> Pens.server(pen, 0).receivedDatagrams() == 10);
      client.send(pen, "go"); // the listener is as good as before
      assertThat(client.text()).isEqualTo("answer");
      assertThat(Pens.server(pen, 0).failed()).isZero();
      assertThat(Pens.server(pen, 0).state()).isEqualTo(ServerState.UP);
    }
  }
}
