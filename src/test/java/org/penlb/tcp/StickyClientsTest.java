package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.stats.Snapshot;

/// Clients come back to the server that they used last, as long as the client table knows them.
class StickyClientsTest {

  private static String serverOf(Balancer pen, String client) throws Exception {
    try (var socket = Wire.connect(pen, client)) {
      var name = Wire.line(socket);
      socket.shutdownOutput();
      assertThat(Wire.all(socket)).isEmpty();
      return name;
    }
  }

  private static List<String> knownClients(Balancer pen) {
    return Pens.service(pen).recentClients().stream().map(Snapshot.Client::address).toList();
  }

  @Test
  void returningClientsGetTheirServerAgain() throws Exception {
    try (var a = TestServer.named("a");
        var b = TestServer.named("b");
        var c = TestServer.named("c");
        var pen = Pens.before(a.address(), b.address(), c.address()).start()) {
      Map<String, String> first = new HashMap<>();
      for (int i = 1; i <= 60; i++) {
        var client = "127.1." + (i % 7) + "." + i;
        first.put(client, serverOf(pen, client));
      }
      assertThat(first.values()).containsOnly("a", "b", "c");
      assertThat(List.of(a.accepted(), b.accepted(), c.accepted())).containsOnly(20);

      for (var entry : first.entrySet()) {
        assertThat(serverOf(pen, entry.getKey())).isEqualTo(entry.getValue());
        assertThat(serverOf(pen, entry.getKey())).isEqualTo(entry.getValue());
      }
      assertThat(Pens.service(pen).clients()).isEqualTo(60);
    }
  }

  @Test
  void roundRobinWithoutTrackingGivesTheNextServerEachTime() throws Exception {
    try (var a = TestServer.named("a");
        var b = TestServer.named("b");
        var pen =
            Pens.before(a.address(), b.address()).settings(s -> s.roundrobin = true).start()) {
      for (int i = 0; i < 5; i++) {
        assertThat(serverOf(pen, "127.0.0.7")).isEqualTo("a");
        assertThat(serverOf(pen, "127.0.0.7")).isEqualTo("b");
      }
      assertThat(Pens.service(pen).clients()).isZero();
    }
  }

  @Test
  void fullTableForgetsTheClientWhoseLastVisitIsOldest() throws Exception {
    try (var a = TestServer.named("a");
        var b = TestServer.named("b");
        var pen = Pens.before(a.address(), b.address()).settings(s -> s.clientsMax = 3).start()) {
      assertThat(serverOf(pen, "127.0.1.1")).isEqualTo("a");
      assertThat(serverOf(pen, "127.0.1.2")).isEqualTo("b");
      assertThat(serverOf(pen, "127.0.1.3")).isEqualTo("a");
      assertThat(serverOf(pen, "127.0.1.1")).isEqualTo("a"); // now 2 is the oldest
      assertThat(serverOf(pen, "127.0.1.4")).isEqualTo("b");

      assertThat(knownClients(pen)).containsExactly("127.0.1.4", "127.0.1.1", "127.0.1.3");
      assertThat(serverOf(pen, "127.0.1.2")).isEqualTo("a"); // new, and next in turn
      assertThat(knownClients(pen)).containsExactly("127.0.1.2", "127.0.1.4", "127.0.1.1");
    }
  }

  @Test
  void tableStaysWithinItsSizeHoweverManyClientsCome() throws Exception {
    try (var server = TestServer.named("a");
        var pen = Pens.before(server.address()).loops(2).settings(s -> s.clientsMax = 50).start()) {
      for (int i = 0; i < 500; i++) {
        assertThat(serverOf(pen, "127.2." + (i / 200) + "." + (1 + i % 200))).isEqualTo("a");
      }

      assertThat(Pens.service(pen).clients()).isEqualTo(50);
      assertThat(knownClients(pen)).hasSize(50).first().isEqualTo("127.2.2.100");
    }
  }

  @Test
  void bytesOfAConnectionWhoseClientIsForgottenGoToNobodyElse() throws Exception {
    try (var server = TestServer.echo();
        var pen = Pens.before(server.address()).settings(s -> s.clientsMax = 1).start();
        var forgotten = Wire.connect(pen, "127.0.0.21");
        var known = Wire.connect(pen, "127.0.0.22")) {
      assertThat(Wire.ask(forgotten, "12345")).isEqualTo("12345");
      assertThat(Wire.ask(known, "123")).isEqualTo("123");
      assertThat(Wire.ask(forgotten, "1234567")).isEqualTo("1234567");

      var clients = Pens.service(pen).recentClients();
      assertThat(clients).hasSize(1);
      assertThat(clients.getFirst().address()).isEqualTo("127.0.0.22");
      assertThat(clients.getFirst().sent()).isEqualTo(4);
      assertThat(clients.getFirst().received()).isEqualTo(4);
      assertThat(Pens.server(pen, 0).sent()).isEqualTo(6 + 4 + 8);
      assertThat(Pens.server(pen, 0).connections()).isEqualTo(2);
    }
  }

  @Test
  void countsOfAClientAddUpOverItsConnections() throws Exception {
    try (var server = TestServer.echo();
        var pen = Pens.before(server.address()).start()) {
      for (int i = 1; i <= 3; i++) {
        try (var client = Wire.connect(pen, "127.0.0.23")) {
          assertThat(Wire.ask(client, "12345")).isEqualTo("12345");
          var known = Pens.service(pen).recentClients().getFirst();
          assertThat(known.connects()).isEqualTo(i);
          assertThat(known.sent()).isEqualTo(6L * i);
          assertThat(known.received()).isEqualTo(6L * i);
        }
      }
    }
  }
}
