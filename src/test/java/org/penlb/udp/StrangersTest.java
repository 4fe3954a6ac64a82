package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.tcp.LogCapture;
import org.penlb.tcp.Wire;

/// Datagrams that come to a session's socket from somebody else than its server.
/// (`Session.onStranger`.)
class StrangersTest {
  private static long strangers(Balancer pen) {
    return Pens.service(pen).drops().getOrDefault("from elsewhere", 0L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void whatAStrangerSendsReachesNoClientAndIsCountedAndSaidOnce(String host) throws Exception {
    if (host.contains(":")) {
      Wire.needIpv6();
    }
    try (var log = LogCapture.of(Sessions.class);
        var server = UdpServer.start(host, 0, UdpServer.naming("server"));
        var stranger = UdpServer.start(host, 0, UdpServer.naming("stranger"));
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.open()) {
      assertThat(client.server(pen)).isEqualTo("server");
      var session = UdpClient.at(host, server.senders().getFirst().getPort());
      for (int i = 1; i <= 10; i++) {
        stranger.say(session, "stranger says");
        int count = i;
        Wire.await("it is counted", () -> strangers(pen) == count);
      }
      assertThat(client.server(pen)).isEqualTo("server");
      assertThat(client.hasReply()).isFalse();
      assertThat(Pens.server(pen, 0).receivedDatagrams()).isEqualTo(2);
      assertThat(log.messages()).hasSize(1);
      assertThat(log.messages().getFirst())
          .contains("server 0 (" + server.address() + ")")
          .contains(":" + stranger.port() + " instead: dropped");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void afterManyTheKernelTurnsThemAwayAndTheServerStillGetsThrough(String host) throws Exception {
    if (host.contains(":")) {
      Wire.needIpv6();
    }
    try (var server = UdpServer.start(host, 0, UdpServer.naming("server"));
        var stranger = UdpServer.start(host, 0, UdpServer.naming("stranger"));
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.open()) {
      assertThat(client.server(pen)).isEqualTo("server");
      var session = UdpClient.at(host, server.senders().getFirst().getPort());
      for (int i = 1; i <= 16; i++) {
        stranger.say(session, "stranger says");
        int count = i;
        Wire.await("it is counted", () -> strangers(pen) == count);
      }
      for (int i = 0; i < 50; i++) {
        stranger.say(session, "nobody hears");
      }
      for (int i = 0; i < 10; i++) {
        assertThat(client.server(pen)).isEqualTo("server");
      }
      assertThat(strangers(pen)).isEqualTo(16);
      assertThat(server.senders()).as("from the same port as before").hasSize(1);
    }
  }

  @Test
  void rightAddressWithAnotherPortIsAStrangerToo() throws Exception {
    try (var server =
            UdpServer.start(
                question -> {
                  try (var other = UdpClient.open()) {
                    other.send(question.from(), "from another port");
                  }
                  question.reply("from the right one");
                });
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.open()) {
      assertThat(client.ask(pen, "hello")).isEqualTo("from the right one");
      assertThat(strangers(pen)).isOne();
    }
  }

  @Test
  void refusalIsStillToldWhenOnlyTheServerIsHeard() throws Exception {
    try (var server = UdpServer.named("server");
        var other = UdpServer.named("other");
        var pen = Pens.before(server.address(), other.address()).udp(true).start();
        var client = UdpClient.open()) {
      assertThat(client.server(pen)).isEqualTo("server");
      var session = UdpClient.at("127.0.0.1", server.senders().getFirst().getPort());
      for (int i = 0; i < 16; i++) {
        other.say(session, "not mine");
      }
      Wire.await("they are counted", () -> strangers(pen) == 16);
      server.close();
      client.send(pen, "lost");
      Wire.await("refusal", () -> Pens.server(pen, 0).failed() == 1);
      assertThat(client.server(pen)).isEqualTo("other");
    }
  }
}
