package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Reason;
import org.penlb.config.Algorithm;
import org.penlb.config.Settings;
import org.penlb.tcp.Wire;

/// A session chooses among the servers as a connection does, and counts at its server as one.
/// (`Session.chooseServer`.)
class ServerChoiceTest {
  private UdpServer a;
  private UdpServer b;
  private final List<UdpClient> clients = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    a = UdpServer.named("a");
    b = UdpServer.named("b");
  }

  @AfterEach
  void close() throws Exception {
    for (var client : clients) {
      client.close();
    }
    a.close();
    b.close();
  }

  /// @param ofA limits, weight and rank
  private Balancer pen(String ofA, String ofB, Consumer<Settings.Builder> change) throws Exception {
    return Pens.before(a.address() + ofA, b.address() + ofB).udp(true).settings(change).start();
  }

  /// The server of a new session; the client keeps it.
  private String server(Balancer pen, String from) throws Exception {
    clients.add(UdpClient.from(from));
    return clients.getLast().server(pen);
  }

  private String servers(Balancer pen, int count) throws Exception {
    var servers = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      servers.append(server(pen, "127.0.9." + i));
    }
    return servers.toString();
  }

  private static Reason explained(Balancer pen, String client) throws Exception {
    var outcomes =
        Pens.inside(pen).explain(ClientAddress.parse(client), -1, System.nanoTime()).outcomes();
    assertThat(outcomes).hasSize(1);
    return outcomes.getFirst().reason();
  }

  @Test
  void hashSendsAClientToTheSameServerInEveryPen() throws Exception {
    Consumer<Settings.Builder> hash = s -> s.algorithms.add(Algorithm.HASH);
    String first;
    try (var pen = pen("", "", hash)) {
      first = servers(pen, 30);
    }
    try (var pen = pen("", "", hash)) {
      server(pen, "127.0.0.77"); // round robin would be out of step
      assertThat(servers(pen, 30)).isEqualTo(first).contains("a", "b");
    }
  }

  @Test
  void hashWithoutTrackingCountsThePort() throws Exception {
    try (var pen =
        pen(
            "",
            "",
            s -> {
              s.algorithms.add(Algorithm.HASH);
              s.roundrobin = true;
            })) {
      var servers = new StringBuilder();
      for (int i = 0; i < 60; i++) {
        servers.append(server(pen, "127.0.0.1"));
      }
      assertThat(servers.toString()).contains("a", "b");
    }
  }

  @Test
  void weightsShareSessions() throws Exception {
    try (var pen = pen(":0:0:3", ":0:0:1", s -> s.algorithms.add(Algorithm.WEIGHT))) {
      assertThat(servers(pen, 8).chars().filter(c -> c == 'a').count()).isEqualTo(6);
    }
  }

  @Test
  void lowestRankIsFirst() throws Exception {
    try (var pen = pen(":0:0:0:2", ":0:0:0:1", s -> s.algorithms.add(Algorithm.PRIO))) {
      assertThat(servers(pen, 3)).isEqualTo("bbb");
    }
  }

  @Test
  void leastSessionsIsFirst() throws Exception {
    try (var pen = pen("", "", s -> s.algorithms.add(Algorithm.LEASTCONN))) {
      Pens.inside(pen).pin(ClientAddress.parse("127.0.0.50"), 0, System.nanoTime(), null);
      for (int i = 0; i < 3; i++) {
        assertThat(server(pen, "127.0.0.50")).isEqualTo("a");
      }
      assertThat(servers(pen, 3)).isEqualTo("bbb");
    }
  }

  @Test
  void pinnedClientGoesWhereItIsPinned() throws Exception {
    try (var pen = pen("", "", _ -> {})) {
      var client = ClientAddress.parse("127.0.0.50");
      Pens.inside(pen).pin(client, 1, System.nanoTime(), null);
      assertThat(explained(pen, "127.0.0.50")).isEqualTo(Reason.PINNED);
      assertThat(server(pen, "127.0.0.50")).isEqualTo("b");
      assertThat(server(pen, "127.0.0.50")).isEqualTo("b");
      assertThat(Pens.service(pen).recentClients().getFirst().reason()).isEqualTo("pinned");
    }
  }

  @Test
  void fullServerTakesReturningClientsOnlyUpToTheHardLimit() throws Exception {
    try (var pen = pen(":1:2", "", _ -> {})) {
      assertThat(server(pen, "127.0.0.1")).isEqualTo("a");
      assertThat(server(pen, "127.0.0.2")).isEqualTo("b");
      assertThat(server(pen, "127.0.0.3")).as("a is full for new clients").isEqualTo("b");
      assertThat(server(pen, "127.0.0.1")).as("but not for its own").isEqualTo("a");
      assertThat(server(pen, "127.0.0.1")).as("until the hard limit").isEqualTo("b");
      assertThat(Pens.server(pen, 0).connections()).isEqualTo(2);
      assertThat(Pens.service(pen).recentClients().getFirst().reason()).isEqualTo("failover");
    }
  }

  @Test
  void stubbornPenSendsNobodyToAnother() throws Exception {
    try (var pen = pen(":1", "", s -> s.stubborn = true)) {
      assertThat(server(pen, "127.0.0.1")).isEqualTo("a");
      clients.add(UdpClient.open());
      clients.getLast().send(pen, "lost");
      Wire.await("it is dropped", () -> Pens.service(pen).drops().containsKey("no server"));
      assertThat(b.received()).isZero();
    }
  }

  @Test
  void emergencyServerIsForWhenNoOtherCan() throws Exception {
    try (var emergency = UdpServer.named("emergency");
        var pen =
            Pens.before(a.address() + ":1").udp(true).emergency(emergency.address()).start()) {
      assertThat(server(pen, "127.0.0.1")).isEqualTo("a");
      assertThat(explained(pen, "127.0.0.2")).isEqualTo(Reason.EMERGENCY);
      assertThat(server(pen, "127.0.0.2")).isEqualTo("emergency");
      clients.getFirst().close();
      assertThat(Pens.service(pen).recentClients().getFirst().reason()).isEqualTo("emergency");
      assertThat(Pens.service(pen).recentClients().getFirst().server()).isEqualTo(-1);
    }
  }

  @Test
  void whyTellsWhereTheNextSessionGoes() throws Exception {
    try (var pen = pen("", "", _ -> {})) {
      assertThat(explained(pen, "127.0.0.1")).isEqualTo(Reason.NEW);
      assertThat(server(pen, "127.0.0.1")).isEqualTo("a");
      assertThat(explained(pen, "127.0.0.1")).isEqualTo(Reason.RETURNING);
      var known =
          Pens.inside(pen).explain(ClientAddress.parse("127.0.0.1"), -1, System.nanoTime()).known();
      assertThat(known.connects()).isOne();
      assertThat(known.own().slot()).isZero();
    }
  }
}
