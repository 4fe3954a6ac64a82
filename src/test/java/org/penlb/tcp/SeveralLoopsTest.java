package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.config.Settings;

/// Several loops share the work: each with a listening socket of its own, or one that accepts and
/// hands over to the others.
class SeveralLoopsTest {

  @Test
  void loopsWithSocketsOfTheirOwnServeAllClients() throws Exception {
    try (var server = TestServer.named("me");
        var pen = Pens.before(server.address()).loops(4).start()) {
      var clients = connect(pen, 100);
      for (var client : clients) {
        assertThat(Wire.line(client)).isEqualTo("me");
        assertThat(Wire.ask(client, "hello")).isEqualTo("hello");
      }
      assertThat(Pens.service(pen).liveConnections()).hasSize(100);
      closeAll(clients);
      Wire.await("no connection is left", () -> pen.connections() == 0);
      assertThat(Pens.server(pen, 0).connections()).isZero();
      assertThat(Pens.server(pen, 0).sent()).isEqualTo(600);
    }
  }

  @Test
  void oneAcceptorHandsOverToAllLoopsInTurn() throws Exception {
    try (var server = TestServer.named("me");
        var pen = new WiredPen(3, Settings.DEFAULT, server)) {
      pen.start();
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        clients.add(Wire.connect(pen.address(), "127.0.0.1"));
        assertThat(Wire.line(clients.getLast())).isEqualTo("me");
      }
      for (int loop = 0; loop < 3; loop++) {
        assertThat(pen.liveOn(loop)).isEqualTo(10);
      }
      for (var client : clients) {
        assertThat(Wire.ask(client, "hello")).isEqualTo("hello");
      }
      closeAll(clients);
      Wire.await("no connection is left", () -> pen.live() == 0);
      for (int loop = 0; loop < 3; loop++) {
        assertThat(pen.liveOn(loop)).isZero();
      }
      assertThat(pen.service().servers().server(0).connections()).isZero();
    }
  }

  @Test
  void limitOfConnectionsHoldsWhereOneAcceptsForAll() throws Exception {
    try (var server = TestServer.named("me");
        var pen = new WiredPen(2, WiredPen.settings(s -> s.connectionsMax = 4), server)) {
      pen.start();
      List<Socket> clients = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        clients.add(Wire.connect(pen.address(), "127.0.0.1"));
      }
      for (int i = 0; i < clients.size(); i++) {
        assertThat(Wire.line(clients.get(i))).isEqualTo("me");
        assertThat(pen.live()).isLessThanOrEqualTo(4);
        clients.get(i).close();
      }
      Wire.await("no connection is left", () -> pen.live() == 0);
    }
  }

  @Test
  void severalListenersServeTheSameServers() throws Exception {
    try (var server = TestServer.named("me");
        var pen = Pens.before(server.address()).listen("127.0.0.2:0").loops(2).start()) {
      var second = Pens.service(pen).listeners().get(1);
      int port = Integer.parseInt(second.substring(second.lastIndexOf(':') + 1));
      try (var one = Wire.connect(pen);
          var other =
              Wire.connect(
                  new InetSocketAddress(InetAddress.ofLiteral("127.0.0.2"), port), "127.0.0.1")) {
        assertThat(Wire.line(one)).isEqualTo("me");
        assertThat(Wire.line(other)).isEqualTo("me");
        assertThat(pen.connections()).isEqualTo(2);
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

  private static void closeAll(List<Socket> clients) throws Exception {
    for (var client : clients) {
      client.close();
    }
  }
}
