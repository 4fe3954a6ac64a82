package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.acl.ClientAddress;
import org.penlb.config.ServerSpec;
import org.penlb.tcp.ManualClock;
import org.penlb.tcp.Wire;

/// Sessions of a server that is taken out of service, which may never end by themselves.
/// (`Session.isToBeLeft`.)
class LeavingServersTest {
  private final ManualClock clock = new ManualClock();
  private UdpServer a;
  private UdpServer b;
  private Balancer pen;
  private UdpClient client;

  @BeforeEach
  void start() throws Exception {
    a = UdpServer.named("a");
    b = UdpServer.named("b");
    pen = Pens.withClock(clock, a.address(), b.address()).udp(true).start();
    client = UdpClient.open();
    assertThat(client.server(pen)).isEqualTo("a");
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    pen.close();
    a.close();
    b.close();
  }

  private String newClient(String from) throws Exception {
    try (var other = UdpClient.from(from)) {
      return other.server(pen);
    }
  }

  private void assertSameSession() {
    assertThat(Pens.service(pen).liveConnections())
        .extracting(session -> session.port())
        .contains(client.port());
    assertThat(Pens.service(pen).closes()).isEmpty();
  }

  @Test
  void drainedServerKeepsItsClientsAndTheirNewSessions() throws Exception {
    Pens.changeServer(pen, 0, server -> server.drain = new ServerSpec.Drain(null));
    clock.advance(Duration.ofSeconds(20));
    assertThat(client.server(pen)).isEqualTo("a");
    assertThat(newClient("127.0.0.1")).isEqualTo("a");
    for (int i = 2; i < 5; i++) {
      assertThat(newClient("127.0.0." + i)).isEqualTo("b");
    }
  }

  @Test
  void sessionsLeaveADrainedServerWhenTheTimeIsOver() throws Exception {
    var patience = Duration.ofSeconds(20);
    Pens.changeServer(pen, 0, server -> server.drain = new ServerSpec.Drain(patience));
    clock.advance(Duration.ofSeconds(19));
    assertThat(client.server(pen)).isEqualTo("a");
    clock.advance(Duration.ofSeconds(1));
    assertThat(client.server(pen)).isEqualTo("b");
    assertSameSession();
    assertThat(Pens.server(pen, 0).connections()).isZero();
    assertThat(Pens.server(pen, 1).connections()).isOne();
  }

  @Test
  void sessionsLeaveAServerThatAnotherTakesThePlaceOf() throws Exception {
    var retired = Pens.inside(pen).servers().server(0);
    try (var next = UdpServer.named("next")) {
      Pens.changeServer(pen, 0, server -> server.port = next.port());
      assertThat(retired.connections()).as("until it speaks").isOne();
      assertThat(client.server(pen)).isIn("next", "b");
      assertThat(retired.connections()).isZero();
      assertThat(retired.sentDatagrams()).isOne();
      assertSameSession();
    }
  }

  /// A session without an answer goes on with the choice that it has begun.
  @Test
  void removedServerIsNotChosenByAChoiceThatBeganBefore() throws Exception {
    try (var silent = UdpServer.silent();
        var removed = UdpServer.named("removed");
        var next = UdpServer.named("next");
        var other = Pens.before(silent.address(), removed.address()).udp(true).start()) {
      client.send(other, "no answer");
      Wire.await("it is there", () -> silent.received() == 1);
      Pens.changeServer(other, 1, server -> server.port = next.port());
      silent.close();
      client.send(other, "lost");
      Wire.await("refusal", () -> Pens.server(other, 0).failed() == 1);
      assertThat(client.server(other)).isEqualTo("next");
    }
  }

  @Test
  void answersOfARemovedServerThatAreUnderWayArrive() throws Exception {
    var session = a.senders().getFirst();
    Pens.changeServer(pen, 0, server -> server.port = 0);
    a.say(session, "a late");
    assertThat(client.text()).isEqualTo("a late");
    assertThat(client.server(pen)).isEqualTo("b");
    a.say(session, "a too late"); // its socket is gone
    assertThat(client.server(pen)).isEqualTo("b");
  }

  @Test
  void sessionsFollowAServerWhoseNameHasAnotherAddressNow() throws Exception {
    try (var moved = UdpServer.start("127.0.0.40", a.port(), UdpServer.naming("moved"))) {
      Pens.inside(pen).servers().server(0).moveTo(InetAddress.ofLiteral("127.0.0.40"));
      assertThat(client.server(pen)).isEqualTo("moved");
      assertThat(moved.received()).isOne();
      assertSameSession();
      assertThat(Pens.server(pen, 0).connections()).isOne();
    }
  }

  @Test
  void blacklistedByCommandIsLeftByNewSessionsOnly() throws Exception {
    Pens.inside(pen).servers().server(0).blacklist(clock.nanos(), 60_000_000_000L);
    assertThat(client.server(pen)).isEqualTo("a");
    assertThat(newClient("127.0.0.1")).isEqualTo("b");
  }

  @Test
  void sessionThatIsClosedByCommandBeginsAnewWithTheNextDatagram() throws Exception {
    Pens.inside(pen).forget(ClientAddress.parse("127.0.0.1"));
    Pens.closeSession(pen, Pens.service(pen).liveConnections().getFirst().number());
    assertThat(pen.connections()).isZero();
    assertThat(Pens.service(pen).closes()).containsEntry("closed by control", 1L);
    assertThat(client.server(pen)).isEqualTo("b");
  }
}
