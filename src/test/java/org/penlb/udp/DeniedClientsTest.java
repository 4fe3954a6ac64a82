package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.tcp.Wire;

/// Clients that the access list denies. (`SessionTable.begin` and `settingsChanged`.)
class DeniedClientsTest {
  private static final String DENIED = "127.0.66.1";

  private static void awaitDropped(Balancer pen, long count) {
    Wire.await("drops", () -> Pens.service(pen).drops().getOrDefault("denied", 0L) == count);
  }

  @Test
  void datagramsOfDeniedClientsAreDroppedAndCountedAndLeaveNoTrace() throws Exception {
    try (var server = UdpServer.named("server");
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.open();
        var denied = UdpClient.from(DENIED)) {
      Pens.changeList(pen, "deny " + DENIED);
      for (int i = 0; i < 20; i++) {
        denied.send(pen, "let me in");
      }
      assertThat(client.server(pen)).isEqualTo("server");
      awaitDropped(pen, 20);
      var service = Pens.service(pen);
      assertThat(server.received()).isOne();
      assertThat(service.connections()).isOne();
      assertThat(service.accepted()).isOne();
      assertThat(service.clients()).isOne();
    }
  }

  @Test
  void listThatChangesEndsTheSessionsOfThoseItDenies() throws Exception {
    try (var server = UdpServer.named("server");
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.open();
        var denied = UdpClient.from(DENIED)) {
      assertThat(client.server(pen)).isEqualTo("server");
      assertThat(denied.server(pen)).isEqualTo("server");
      Pens.changeList(pen, "deny " + DENIED);
      assertThat(Pens.service(pen).closes()).containsEntry("denied", 1L);
      denied.send(pen, "still there?");
      awaitDropped(pen, 1);
      assertThat(client.server(pen)).isEqualTo("server");
      assertThat(server.senders()).as("its session goes on").hasSize(2);
      Pens.changeList(pen, "deny 192.0.2.1");
      assertThat(denied.server(pen)).isEqualTo("server");
    }
  }

  @Test
  void deniedClientsGoToTheAbuseServerAndBackWhenTheListChanges() throws Exception {
    try (var server = UdpServer.named("server");
        var abuse = UdpServer.named("abuse");
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.from(DENIED)) {
      Pens.abuse(pen, abuse.address());
      Pens.changeList(pen, "deny " + DENIED);
      assertThat(client.server(pen)).isEqualTo("abuse");
      assertThat(client.server(pen)).isEqualTo("abuse");
      assertThat(Pens.service(pen).clients()).isZero();
      assertThat(Pens.service(pen).liveConnections()).hasSize(1);
      Pens.changeList(pen, "deny 192.0.2.1");
      assertThat(client.server(pen)).isEqualTo("server");
    }
  }

  @Test
  void refusingAbuseServerLeavesNobodyAndTheSessionEnds() throws Exception {
    try (var server = UdpServer.named("server");
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.from(DENIED)) {
      Pens.abuse(pen, "127.0.0.1:" + Wire.freePort());
      Pens.changeList(pen, "deny " + DENIED);
      client.send(pen, "refused");
      Wire.await(
          "the refusal",
          () -> Pens.service(pen).liveConnections().stream().anyMatch(s -> s.server().isEmpty()));
      client.send(pen, "dropped");
      awaitDropped(pen, 1);
      assertThat(Pens.service(pen).closes()).containsEntry("denied", 1L);
      assertThat(server.received()).isZero();
    }
  }

  @Test
  void floodOfDeniedClientsTakesNoPlaceFromAnybody() throws Exception {
    try (var server = UdpServer.named("server");
        var pen =
            Pens.before(server.address()).udp(true).settings(s -> s.connectionsMax = 2).start();
        var flood = new SpoofedFlood(Wire.local(pen.port()))) {
      Pens.changeList(pen, "deny 127.1.0.0/16");
      var clients = new ArrayList<UdpClient>();
      for (int i = 0; i < 2; i++) {
        clients.add(UdpClient.open());
        assertThat(clients.get(i).server(pen)).isEqualTo("server");
      }
      flood.send(0, 200);
      awaitDropped(pen, 200);
      for (var client : clients) {
        assertThat(client.server(pen)).isEqualTo("server");
        client.close();
      }
      assertThat(server.senders()).hasSize(2);
      assertThat(Pens.service(pen).closes()).isEmpty();
    }
  }
}
