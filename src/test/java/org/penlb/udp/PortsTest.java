package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.tcp.TestServer;
import org.penlb.tcp.Wire;

/// Who may listen on a port beside whom. The kernel goes by the user and not by the process, so a
/// second balancer in this process is like a second pen of this user. (`UdpSockets.listen`.)
class PortsTest {
  private static final String NOBODY = "127.0.0.1:9";

  private static Balancer open(String host, int port) throws Exception {
    return Pens.listeningOn(host + ":" + port, NOBODY).udp(true).loops(2).open();
  }

  private static DatagramChannel program(int port, boolean reuse) throws Exception {
    var socket = DatagramChannel.open(StandardProtocolFamily.INET);
    socket.setOption(StandardSocketOptions.SO_REUSEPORT, reuse);
    return socket.bind(Wire.local(port));
  }

  @ParameterizedTest
  @CsvSource({"false, 127.0.0.1", "true, 127.0.0.1", "false, 0.0.0.0", "true, 0.0.0.0"})
  void portOfAnotherProgramIsAnErrorThoughThatOneWouldShare(boolean reuse, String host)
      throws Exception {
    try (var other = program(0, reuse)) {
      int port = ((InetSocketAddress) other.getLocalAddress()).getPort();
      assertThatThrownBy(() -> open(host, port))
          .hasMessage("cannot listen on " + host + ":" + port + ": Address already in use");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1",
    "0.0.0.0, 127.0.0.1",
    "127.0.0.1, 0.0.0.0",
    "[::], 127.0.0.1",
    "127.0.0.1, [::]",
    "[::], [::1]",
    "[::1], [::]"
  })
  void portOfAnotherPenIsAnErrorInBothOrders(String first, String second) throws Exception {
    if ((first + second).contains("[")) {
      Wire.needIpv6();
    }
    try (var one = open(first, 0)) {
      assertThatThrownBy(() -> open(second, one.port()))
          .hasMessage("cannot listen on " + second + ":" + one.port() + ": Address already in use");
      one.start();
      assertThatThrownBy(() -> open(second, one.port())).hasMessageContaining("in use");
    }
  }

  @Test
  void nothingChangesWhenTheNewAddressIsTaken() throws Exception {
    try (var server = UdpServer.named("server");
        var pen = Pens.before(server.address()).udp(true).start();
        var other = program(0, true);
        var client = UdpClient.open()) {
      int taken = ((InetSocketAddress) other.getLocalAddress()).getPort();
      assertThat(client.server(pen)).isEqualTo("server");
      var listeners = Pens.service(pen).listeners();
      assertThatThrownBy(() -> Pens.listen(pen, "127.0.0.1:" + taken))
          .hasMessage("cannot listen on 127.0.0.1:" + taken + ": Address already in use");
      assertThat(Pens.service(pen).listeners()).isEqualTo(listeners);
      assertThat(client.server(pen)).isEqualTo("server");
      assertThat(server.senders()).hasSize(1);
    }
  }

  /// The port that pen has is not to be shared by who does not mean to either.
  @Test
  void programThatDoesNotShareCannotHaveThePortOfPen() throws Exception {
    try (var pen = open("127.0.0.1", 0)) {
      assertThatThrownBy(() -> program(pen.port(), false)).hasMessageContaining("in use");
    }
  }

  @Test
  void samePortIsOneOfTcpAndOneOfUdp() throws Exception {
    try (var tcpServer = TestServer.named("tcp");
        var udpServer = UdpServer.named("udp");
        var tcp = Pens.listeningOn("127.0.0.1:" + Wire.freePort(), tcpServer.address()).start();
        var udp =
            Pens.listeningOn("127.0.0.1:" + tcp.port(), udpServer.address()).udp(true).start();
        var client = UdpClient.open();
        var connection = Wire.connect(Wire.local(tcp.port()), "127.0.0.1")) {
      assertThat(tcp.port()).isEqualTo(udp.port());
      assertThat(client.server(udp)).isEqualTo("udp");
      assertThat(Wire.line(connection)).isEqualTo("tcp");
    }
  }

  @Test
  void loopsShareAPort() throws Exception {
    try (var server = UdpServer.named("server");
        var pen = Pens.before(server.address()).udp(true).loops(4).start()) {
      var clients = new ArrayList<UdpClient>(); // a port that is given back may be another's next
      try {
        for (int i = 0; i < 50; i++) {
          clients.add(UdpClient.open());
          for (int asked = 0; asked < 3; asked++) {
            assertThat(clients.getLast().server(pen)).isEqualTo("server");
          }
        }
        assertThat(server.senders()).as("each port stays with one loop").hasSize(50);
        assertThat(Pens.service(pen).liveConnections()).hasSize(50);
      } finally {
        for (var client : clients) {
          client.close();
        }
      }
    }
  }

  @Test
  void takeoverStartsBesideAPenAndGetsAllWhenThatOneEnds() throws Exception {
    try (var old = UdpServer.named("old");
        var next = UdpServer.named("next");
        var pen = Pens.before(old.address()).udp(true).loops(2).start();
        var known = UdpClient.open()) {
      int port = pen.port();
      assertThat(known.server(pen)).isEqualTo("old");
      var beside =
          Pens.listeningOn("127.0.0.1:" + port, next.address()).udp(true).loops(2).takeover(true);
      try (var successor = beside.start()) {
        assertThat(successor.port()).isEqualTo(port);
        pen.stopAccepting();
        old.say(old.senders().getFirst(), "old news"); // what is under way still arrives
        assertThat(known.text()).isEqualTo("old news");
        for (int i = 1; i < 20; i++) {
          try (var client = UdpClient.from("127.0.7." + i)) {
            assertThat(client.server(Wire.local(port))).isEqualTo("next");
          }
        }
        assertThat(known.server(Wire.local(port))).isEqualTo("next");
        pen.close();
        assertThat(known.server(Wire.local(port))).isEqualTo("next");
      }
    }
  }

  @Test
  void takeoverFromAProgramThatDoesNotShareIsAnError() throws Exception {
    try (var other = program(0, false)) {
      int port = ((InetSocketAddress) other.getLocalAddress()).getPort();
      var builder = Pens.listeningOn("127.0.0.1:" + port, NOBODY).udp(true).takeover(true);
      assertThatThrownBy(builder::open).hasMessageContaining("Address already in use");
    }
  }

  @Test
  void unixSocketIsNoPlaceForDatagrams() throws Exception {
    var builder = Pens.listeningOn("/tmp/no.such.socket", NOBODY).udp(true);
    assertThatThrownBy(builder::open).hasMessageContaining("/tmp/no.such.socket");
  }
}
