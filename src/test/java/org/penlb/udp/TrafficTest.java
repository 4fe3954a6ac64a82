package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.tcp.Wire;

/// Bytes and datagrams are counted both ways, for servers and clients. (`Tally`.)
class TrafficTest {
  @Test
  void bytesAndDatagramsAreCountedWhileASessionLivesAndAfterwards() throws Exception {
    try (var server =
            UdpServer.start(
                question -> {
                  question.reply("12345");
                  question.reply("");
                });
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.open()) {
      for (var text : new String[] {"abc", "", "defg"}) {
        client.send(pen, text);
        client.receive();
        client.receive();
      }
      assertCounted(pen);
      var session = Pens.service(pen).liveConnections().getFirst();
      assertThat(session.fromClient()).isEqualTo(7);
      assertThat(session.fromServer()).isEqualTo(15);
      Pens.closeSession(pen, session.number());
      assertCounted(pen);
    }
  }

  private static void assertCounted(Balancer pen) {
    var service = Pens.service(pen);
    var server = service.servers().getFirst();
    assertThat(server.sent()).isEqualTo(7);
    assertThat(server.received()).isEqualTo(15);
    assertThat(server.sentDatagrams()).isEqualTo(3);
    assertThat(server.receivedDatagrams()).isEqualTo(6);
    var client = service.recentClients().getFirst();
    assertThat(client.sent()).isEqualTo(15);
    assertThat(client.received()).isEqualTo(7);
    assertThat(client.sentDatagrams()).isEqualTo(6);
    assertThat(client.receivedDatagrams()).isEqualTo(3);
  }

  @Test
  void eachServerHasWhatWentThereWhenASessionChangesItsServer() throws Exception {
    try (var gone = UdpServer.named("gone");
        var other = UdpServer.named("other");
        var pen = Pens.before(gone.address(), other.address()).udp(true).start();
        var client = UdpClient.open()) {
      assertThat(client.ask(pen, "12")).isEqualTo("gone 12");
      gone.close();
      client.send(pen, "345");
      Wire.await("refusal", () -> Pens.server(pen, 0).failed() == 1);
      assertThat(client.ask(pen, "6789")).isEqualTo("other 6789");
      assertThat(Pens.server(pen, 0).sent()).isEqualTo(5);
      assertThat(Pens.server(pen, 0).received()).isEqualTo(7);
      assertThat(Pens.server(pen, 1).sent()).isEqualTo(4);
      assertThat(Pens.server(pen, 1).received()).isEqualTo(10);
      assertThat(Pens.server(pen, 0).accepted()).isOne();
      assertThat(Pens.server(pen, 1).accepted()).isOne();
      assertThat(Pens.service(pen).recentClients().getFirst().received()).isEqualTo(9);
    }
  }
}
