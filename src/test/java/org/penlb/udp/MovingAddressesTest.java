package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.tcp.Wire;

/// Addresses that pen begins or ceases to listen on while sessions live. (`UdpListener.stop`,
/// `Session.hear`.)
class MovingAddressesTest {
  private static final String ELSEWHERE = "127.0.0.5";

  private UdpServer server;

  @BeforeEach
  void start() throws Exception {
    server = UdpServer.named("server");
  }

  @AfterEach
  void close() throws Exception {
    server.close();
  }

  private Balancer pen(String listen, int loops) throws Exception {
    return Pens.listeningOn(listen, server.address()).udp(true).loops(loops).start();
  }

  /// Whether somebody receives there; else the kernel says that nobody does.
  private static boolean isHeard(InetSocketAddress at) throws Exception {
    try (var probe = new DatagramSocket()) {
      probe.connect(at);
      probe.send(new DatagramPacket(new byte[1], 1));
      probe.setSoTimeout(1000);
      probe.receive(new DatagramPacket(new byte[100], 100));
      return true;
    } catch (PortUnreachableException e) {
      return false;
    }
  }

  /// One client of each family where there are two.
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "[::]", "[::1]"})
  void repliesUnderWayArriveAfterTheAddressIsGoneAndNewClientsGetNothing(String host)
      throws Exception {
    if (host.contains(":")) {
      Wire.needIpv6();
    }
    boolean six = host.contains(":");
    boolean four = !host.equals("[::1]");
    try (var pen = pen(host + ":0", 2);
        var client4 = UdpClient.from("127.0.0.9");
        var client6 = UdpClient.from(six ? "::1" : "127.0.0.9");
        var late = UdpClient.open()) {
      int port = pen.port();
      var at4 = UdpClient.at("127.0.0.1", port);
      var at6 = UdpClient.at(six ? "::1" : "127.0.0.1", port);
      if (four) {
        assertThat(client4.server(at4)).isEqualTo("server");
      }
      assertThat(client6.server(at6)).isEqualTo("server");
      Pens.listen(pen, ELSEWHERE + ":0");
      for (var session : server.senders()) {
        server.say(session, "news");
      }
      if (four) {
        assertThat(client4.receive()).isEqualTo(new UdpClient.Reply("news", at4));
      }
      assertThat(client6.receive()).isEqualTo(new UdpClient.Reply("news", at6));
      pen.snapshot(); // every loop has turned
      int before = server.received();
      assertThat(isHeard(four ? at4 : at6)).isFalse();
      assertThat(late.server(UdpClient.at(ELSEWHERE, pen.port())))
          .as("at the new address")
          .isEqualTo("server");
      assertThat(server.received()).isEqualTo(before + 1);
    }
  }

  @Test
  void socketOfAnAddressThatIsGoneClosesWithItsLastSession() throws Exception {
    try (var pen = pen("127.0.0.1:0", 1);
        var client = UdpClient.open()) {
      int port = pen.port();
      assertThat(client.server(pen)).isEqualTo("server");
      Pens.listen(pen, ELSEWHERE + ":0");
      assertThat(isBindable(port)).as("replies have to leave from it").isFalse();
      Pens.closeSession(pen, Pens.service(pen).liveConnections().getFirst().number());
      Wire.await("the port is free", () -> isBindable(port));
    }
  }

  @Test
  void addressThatItsSessionsHaveLeftForAnotherCloses() throws Exception {
    int port = Wire.freePort();
    try (var pen = pen("0.0.0.0:" + port, 1);
        var client = UdpClient.open()) {
      assertThat(client.server(Wire.local(port))).isEqualTo("server");
      Pens.listen(pen, "127.0.0.1:" + port);
      Wire.await("the old one is for replies", () -> sockets(port) == 2);
      assertThat(client.server(Wire.local(port))).isEqualTo("server");
      Wire.await("the old one is closed", () -> sockets(port) == 1);
      assertThat(client.server(Wire.local(port))).isEqualTo("server");
      assertThat(server.senders()).hasSize(1);
    }
  }

  /// Of IPv4, with this local port: proc(5). Some may be missing where others, of any process, are
  /// closed meanwhile: the kernel counts on from where the last read ended.
  private static long sockets(int port) throws Exception {
    var local = ":%04X ".formatted(port);
    try (var lines = Files.lines(Path.of("/proc/net/udp"))) {
      return lines.filter(line -> line.contains(local)).count();
    }
  }

  private static boolean isBindable(int port) throws Exception {
    try (var socket = new DatagramSocket(Wire.local(port))) {
      return socket.isBound();
    } catch (BindException e) {
      return false;
    }
  }

  @Test
  void portOfAnAddressThatNobodyUsesIsFreeAtOnce() throws Exception {
    try (var pen = pen("127.0.0.1:0", 2)) {
      int port = pen.port();
      Pens.listen(pen, ELSEWHERE + ":0");
      Wire.await("the port is free", () -> isBindable(port));
      Pens.listen(pen, ELSEWHERE + ":0", "127.0.0.1:" + port);
      try (var client = UdpClient.open()) {
        assertThat(client.server(Wire.local(port))).isEqualTo("server");
      }
    }
  }

  @Test
  void datagramsThatWaitWhenTheAddressGoesAreTaken() throws Exception {
    var clock = new HeldClock();
    try (var pen = Pens.withClock(clock, server.address()).udp(true).start();
        var client = UdpClient.open()) {
      assertThat(client.server(pen)).isEqualTo("server");
      int port = pen.port();
      clock.hold();
      for (int i = 0; i < 100; i++) {
        client.send(Wire.local(port), "" + i);
      }
      clock.awaitHeld();
      var change =
          Wire.start(
              () -> {
                Pens.listen(pen, ELSEWHERE + ":0");
                return null;
              });
      clock.letGo();
      for (int i = 0; i < 100; i++) {
        assertThat(client.text()).isEqualTo("server " + i);
      }
      change.get();
    }
  }

  @Test
  void sessionsStayWhenTheirAddressMovesToAWiderOneAndBack() throws Exception {
    int port = Wire.freePort();
    try (var pen = pen("0.0.0.0:" + port, 1);
        var client = UdpClient.open();
        var elsewhere = UdpClient.open()) {
      var at = Wire.local(port);
      var other = UdpClient.at("127.0.0.2", port);
      assertThat(client.server(at)).isEqualTo("server");
      assertThat(elsewhere.server(other)).isEqualTo("server");
      for (int i = 0; i < 4; i++) {
        Pens.listen(pen, (i % 2 == 0 ? "127.0.0.1:" : "0.0.0.0:") + port);
        for (int asked = 0; asked < 5; asked++) {
          var reply = client.askAt(at, "still there");
          assertThat(reply).isEqualTo(new UdpClient.Reply("server still there", at));
        }
      }
      assertThat(server.senders()).as("the sessions are those of before").hasSize(2);
      assertThat(elsewhere.askAt(other, "back").from()).isEqualTo(other);
      assertThat(server.senders()).hasSize(2);
    }
  }

  @Test
  void nobodyMissesAReplyWhileTheAddressMoves() throws Exception {
    int port = Wire.freePort();
    try (var pen = pen("0.0.0.0:" + port, 2)) {
      var asking =
          Wire.start(
              () -> {
                int asked = 0;
                try (var client = UdpClient.open()) {
                  for (; asked < 3000; asked++) {
                    var reply = client.askAt(Wire.local(port), "x" + asked);
                    assertThat(reply.text()).isEqualTo("server x" + asked);
                    assertThat(reply.from()).isEqualTo(Wire.local(port));
                  }
                }
                return asked;
              });
      for (int i = 0; i < 20 && !asking.isDone(); i++) {
        Pens.listen(pen, (i % 2 == 0 ? "127.0.0.1:" : "0.0.0.0:") + port);
      }
      assertThat(asking.get()).isEqualTo(3000);
      assertThat(Pens.service(pen).drops()).isEmpty();
    }
  }
}
