package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.penlb.Pens;
import org.penlb.tcp.Wire;

/// A reply comes from the very address and port that the client sent to. (`Session.addressReply`.)
class ReplyAddressTest {
  private UdpServer server;

  @BeforeEach
  void start() throws Exception {
    server = UdpServer.echo();
  }

  @AfterEach
  void close() throws Exception {
    server.close();
  }

  @Test
  void wildcardListenerAnswersFromTheAddressThatWasAsked() throws Exception {
    try (var pen = Pens.listeningOn("0", server.address()).udp(true).start();
        var client = UdpClient.open()) {
      for (var host : new String[] {"127.0.0.2", "127.0.0.1", "127.3.4.5"}) {
        var asked = UdpClient.at(host, pen.port());
        assertThat(client.askAt(asked, host).from()).isEqualTo(asked);
      }
    }
  }

  @Test
  void ipv6WildcardAnswersClientsOfBothFamilies() throws Exception {
    Wire.needIpv6();
    try (var pen = Pens.listeningOn("[::]:0", server.address()).udp(true).start();
        var four = UdpClient.from("127.0.0.9");
        var six = UdpClient.from("::1")) {
      var asked4 = UdpClient.at("127.0.0.2", pen.port());
      var asked6 = UdpClient.at("::1", pen.port());
      for (int i = 0; i < 3; i++) {
        assertThat(four.askAt(asked4, "4").from()).isEqualTo(asked4);
        assertThat(six.askAt(asked6, "6").from()).isEqualTo(asked6);
      }
      assertThat(Pens.service(pen).recentClients())
          .extracting(client -> client.address())
          .containsExactly("::1", "127.0.0.9");
    }
  }

  @Test
  void oneSocketThatTalksToTwoAddressesGetsEachAnswerFromTheRightOne() throws Exception {
    try (var pen = Pens.listeningOn("0", server.address()).udp(true).start();
        var client = UdpClient.open()) {
      var one = UdpClient.at("127.0.0.2", pen.port());
      var two = UdpClient.at("127.0.0.3", pen.port());
      for (int i = 0; i < 20; i++) {
        client.send(one, "one " + i);
        client.send(two, "two " + i);
        for (int reply = 0; reply < 2; reply++) {
          var answer = client.receive();
          assertThat(answer.from()).isEqualTo(answer.text().startsWith("one") ? one : two);
          assertThat(answer.text()).endsWith(" " + i);
        }
      }
      assertThat(server.senders()).as("two sessions").hasSize(2);
    }
  }

  @Test
  void twoPortsOfPenAreTwoSessions() throws Exception {
    try (var pen =
            Pens.listeningOn("127.0.0.1:0", server.address())
                .listen("127.0.0.1:0")
                .udp(true)
                .start();
        var client = UdpClient.open()) {
      var second = Pens.service(pen).listeners().get(1);
      assertThat(second).endsWith("/udp");
      var port = second.substring(second.lastIndexOf(':') + 1, second.indexOf('/'));
      for (int to : new int[] {pen.port(), Integer.parseInt(port)}) {
        assertThat(client.askAt(Wire.local(to), "x").from()).isEqualTo(Wire.local(to));
      }
      assertThat(pen.connections()).isEqualTo(2);
    }
  }
}
