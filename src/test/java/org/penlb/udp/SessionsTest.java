package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.penlb.Pens;
import org.penlb.acl.ClientAddress;
import org.penlb.tcp.Wire;

/// Whoever has a session stays at its server; the client table keeps its other ports there too.
/// (`SessionTable.find`, `Session.toServer`.)
class SessionsTest {
  @Test
  void everyDatagramOfAPortGoesToTheSameServerFromOneSocket() throws Exception {
    try (var a = UdpServer.named("a");
        var b = UdpServer.named("b");
        var pen =
            Pens.before(a.address(), b.address())
                .udp(true)
                .settings(s -> s.roundrobin = true) // the client table has no say
                .start();
        var client = UdpClient.open()) {
      var first = client.server(pen);
      for (int i = 0; i < 50; i++) {
        assertThat(client.server(pen)).isEqualTo(first);
      }
      assertThat(first.equals("a") ? a.senders() : b.senders()).hasSize(1);
      assertThat(pen.connections()).isOne();
    }
  }

  @Test
  void otherPortsOfAClientGetItsServerToo() throws Exception {
    try (var a = UdpServer.named("a");
        var b = UdpServer.named("b");
        var pen = Pens.before(a.address(), b.address()).udp(true).start();
        var other = UdpClient.from("127.0.0.2")) {
      for (int i = 0; i < 6; i++) {
        try (var client = UdpClient.open()) {
          assertThat(client.server(pen)).isEqualTo("a");
        }
      }
      assertThat(other.server(pen)).isEqualTo("b");
      assertThat(a.senders()).as("each port is a session with a socket of its own").hasSize(6);
      assertThat(Pens.service(pen).clients()).isEqualTo(2);
      assertThat(Pens.service(pen).accepted()).isEqualTo(7);
    }
  }

  @Test
  void withoutTrackingEachSessionGoesToTheNextServer() throws Exception {
    try (var a = UdpServer.named("a");
        var b = UdpServer.named("b");
        var c = UdpServer.named("c");
        var pen =
            Pens.before(a.address(), b.address(), c.address())
                .udp(true)
                .settings(s -> s.roundrobin = true)
                .start()) {
      var servers = new ArrayList<String>();
      for (int i = 0; i < 6; i++) {
        try (var client = UdpClient.open()) {
          servers.add(client.server(pen));
        }
      }
      assertThat(servers).containsExactly("a", "b", "c", "a", "b", "c");
      assertThat(Pens.service(pen).clients()).isZero();
    }
  }

  @Test
  void forgottenClientGoesElsewhereWithItsNextSessionOnly() throws Exception {
    try (var a = UdpServer.named("a");
        var b = UdpServer.named("b");
        var pen = Pens.before(a.address(), b.address()).udp(true).start();
        var old = UdpClient.open();
        var next = UdpClient.open()) {
      assertThat(old.server(pen)).isEqualTo("a");
      assertThat(Pens.inside(pen).forget(ClientAddress.parse("127.0.0.1"))).isTrue();
      assertThat(old.server(pen)).isEqualTo("a");
      assertThat(next.server(pen)).isEqualTo("b");
    }
  }

  @Test
  void everyReplyToOneDatagramArrivesInOrder() throws Exception {
    try (var server =
            UdpServer.start(
                question -> {
                  for (int i = 0; i < 150; i++) { // more than a batch, and than a turn of the loop
                    question.reply(i + " of " + question.text());
                  }
                });
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.open()) {
      client.send(pen, "one");
      for (int i = 0; i < 150; i++) {
        assertThat(client.text()).isEqualTo(i + " of one");
      }
    }
  }

  @Test
  void datagramsOfABurstStayInOrder() throws Exception {
    try (var server = UdpServer.echo();
        var pen = Pens.before(server.address()).udp(true).open();
        var client = UdpClient.open();
        var other = UdpClient.open()) {
      for (int i = 0; i < 150; i++) {
        (i % 7 == 0 ? other : client).send(pen, "" + i);
      }
      pen.start(); // they all wait
      for (int i = 0; i < 150; i++) {
        assertThat((i % 7 == 0 ? other : client).text()).isEqualTo("" + i);
      }
    }
  }

  @Test
  void replyThatNobodyAskedForArrivesToo() throws Exception {
    try (var server = UdpServer.silent();
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.open()) {
      client.send(pen, "subscribe");
      Wire.await("it is there", () -> server.received() == 1);
      for (var news : List.of("one", "two")) {
        server.say(server.senders().getFirst(), news);
        assertThat(client.text()).isEqualTo(news);
      }
    }
  }

  @Test
  void sessionSaysWhoTalksToWhom() throws Exception {
    try (var server = UdpServer.named("a");
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.from("127.0.0.7")) {
      client.server(pen);
      var session = Pens.service(pen).liveConnections().getFirst();
      assertThat(session.address()).isEqualTo("127.0.0.7");
      assertThat(session.port()).isEqualTo(client.port());
      assertThat(session.server()).isEqualTo("server 0 (" + server.address() + ")");
      assertThat(session.state()).isEqualTo("answered");
      assertThat(Pens.service(pen).recentClients().getFirst().server()).isZero();
    }
  }
}
