package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.tcp.LogCapture;
import org.penlb.tcp.Wire;

/// `-x`: the idlest session makes room, and newcomers do so before those who are known to get their
/// answers. (`SessionTable.makeRoom` and `idlest`, `Sessions`.)
class SessionLimitTest {
  private final List<UdpClient> clients = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var client : clients) {
      client.close();
    }
  }

  private static Balancer pen(int most, int loops, UdpServer server) throws Exception {
    return Pens.before(server.address())
        .udp(true)
        .loops(loops)
        .settings(s -> s.connectionsMax = most)
        .start();
  }

  private UdpClient client(Balancer pen) throws Exception {
    var client = UdpClient.open();
    clients.add(client);
    assertThat(client.ask(pen, "hello")).isEqualTo("hello");
    return client;
  }

  /// One whose session is established.
  private UdpClient establishedClient(Balancer pen) throws Exception {
    var client = client(pen);
    assertThat(client.ask(pen, "again")).isEqualTo("again");
    return client;
  }

  private static List<Integer> ports(Balancer pen) {
    return Pens.service(pen).liveConnections().stream().map(session -> session.port()).toList();
  }

  @Test
  void idlestSessionMakesRoom() throws Exception {
    try (var log = LogCapture.of(Sessions.class);
        var server = UdpServer.echo();
        var pen = pen(3, 1, server)) {
      var a = client(pen);
      var b = client(pen);
      var c = client(pen);
      for (var client : List.of(a, b, c)) { // all are established now, b the idlest
        client.ask(pen, "again");
      }
      a.ask(pen, "a is not the idlest any more");
      var d = client(pen);
      assertThat(ports(pen)).containsExactly(a.port(), c.port(), d.port());
      var e = client(pen);
      assertThat(ports(pen)).containsExactly(a.port(), c.port(), e.port());
      assertThat(Pens.service(pen).closes()).containsEntry("displaced", 2L).hasSize(1);
      assertThat(log.messages())
          .containsExactly(
              "service main: 3 simultaneous sessions (-x): the idlest make room for new ones");
      assertThat(b.ask(pen, "back")).as("it begins anew").isEqualTo("back");
    }
  }

  @Test
  void establishedSessionsSurviveNewcomersFromManyAddresses() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(16, 1, server);
        var flood = new SpoofedFlood(Wire.local(pen.port()))) {
      var established = new ArrayList<UdpClient>();
      for (int i = 0; i < 14; i++) { // two places, an eighth, are for newcomers
        established.add(establishedClient(pen));
      }
      for (int i = 0; i < 1000; i += 10) {
        flood.send(i, 10);
        int sent = i + 10;
        Wire.await("they are in", () -> Pens.service(pen).accepted() == 14 + sent);
      }
      var ports = ports(pen);
      assertThat(ports).hasSize(16);
      for (var client : established) {
        assertThat(ports).contains(client.port());
      }
      for (var client : established) {
        assertThat(client.ask(pen, "still there")).isEqualTo("still there");
      }
      assertThat(Pens.service(pen).closes()).containsEntry("displaced", 998L);
    }
  }

  @Test
  void newcomersHaveTheirShareThoughAllOthersAreEstablished() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(8, 1, server)) {
      for (int i = 0; i < 8; i++) {
        establishedClient(pen);
      }
      var newcomer = client(pen);
      assertThat(ports(pen)).contains(newcomer.port()).doesNotContain(clients.getFirst().port());
      var next = client(pen);
      assertThat(ports(pen)).contains(next.port()).doesNotContain(newcomer.port());
    }
  }

  @Test
  void newcomersUpToTheirShareAreSafeFromEachOther() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(16, 1, server)) { // of which two are their share
      for (int i = 0; i < 15; i++) {
        establishedClient(pen);
      }
      var first = client(pen);
      var second = client(pen);
      assertThat(ports(pen))
          .contains(first.port(), second.port())
          .doesNotContain(clients.getFirst().port());
    }
  }

  @Test
  void sessionThatItsServerSpokeToIsNotTheIdlest() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(2, 1, server)) {
      var a = establishedClient(pen);
      var b = establishedClient(pen);
      server.say(server.senders().getFirst(), "news");
      assertThat(a.text()).isEqualTo("news");
      var c = client(pen);
      assertThat(ports(pen)).containsExactly(a.port(), c.port()).doesNotContain(b.port());
    }
  }

  @Test
  void onePlaceIsForWhoeverSpokeLast() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(1, 1, server)) {
      var a = establishedClient(pen);
      var b = establishedClient(pen);
      for (int i = 0; i < 5; i++) {
        assertThat(a.ask(pen, "a")).isEqualTo("a");
        assertThat(ports(pen)).containsExactly(a.port());
        assertThat(b.ask(pen, "b")).isEqualTo("b");
        assertThat(ports(pen)).containsExactly(b.port());
      }
    }
  }

  @Test
  void loweredLimitEndsTheIdlestAtOnce() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(20, 2, server)) {
      for (int i = 0; i < 20; i++) {
        establishedClient(pen);
      }
      Pens.changeSettings(pen, s -> s.connectionsMax = 5);
      assertThat(pen.connections()).isEqualTo(5);
      Pens.changeSettings(pen, s -> s.connectionsMax = 7);
      for (int i = 0; i < 4; i++) {
        client(pen);
      }
      assertThat(pen.connections()).isBetween(7, 9);
      Wire.await("seven", () -> pen.connections() == 7);
    }
  }

  @Test
  void loweredLimitOfOneLoopLeavesTheLatest() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(6, 1, server)) {
      for (int i = 0; i < 6; i++) {
        establishedClient(pen);
      }
      Pens.changeSettings(pen, s -> s.connectionsMax = 2);
      assertThat(ports(pen)).containsExactly(clients.get(4).port(), clients.get(5).port());
    }
  }

  /// The kernel gives each port to one of the loops: sooner or later to that which has nobody.
  @Test
  void loopWithoutSessionsGetsRoomFromTheOther() throws Exception {
    try (var server = UdpServer.echo();
        var pen = pen(1, 2, server)) {
      for (int i = 0; i < 100; i++) {
        clients.add(UdpClient.open());
        var asked = "" + i; // perhaps twice: the other loop may still be making room
        assertThat(clients.get(i).askAgainAndAgain(Wire.local(pen.port()), asked)).isEqualTo(asked);
        assertThat(pen.connections()).isLessThanOrEqualTo(1 + 2);
      }
      Wire.await("one", () -> pen.connections() == 1);
      assertThat(ports(pen)).containsExactly(clients.getLast().port());
      assertThat(Pens.service(pen).accepted()).isGreaterThanOrEqualTo(100);
    }
  }
}
