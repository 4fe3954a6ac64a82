package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.StandardSocketOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.penlb.Pens;
import org.penlb.config.Settings;

/// `source`, `keepalive` and `tcp_nodelay` on the sockets themselves.
class SocketSettingsTest {
  private static final Path PROC_NET_TCP = Path.of("/proc/net/tcp");

  @Test
  void serverSeesTheSourceAddress() throws Exception {
    var source = InetAddress.ofLiteral("127.0.0.9");
    try (var server = tellsTheClientsAddress("127.0.0.1");
        var pen = Pens.before(server.address()).settings(s -> s.source = source).start();
        var client = Wire.connect(pen)) {
      assertThat(Wire.line(client)).isEqualTo("127.0.0.9");
    }
  }

  @Test
  void serverOfTheOtherFamilyThanTheSourceIsReachedAllTheSame() throws Exception {
    Ipv6Test.needsIpv6();
    var ipv6 = InetAddress.ofLiteral("::1");
    try (var server = tellsTheClientsAddress("127.0.0.1");
        var pen = Pens.before(server.address()).settings(s -> s.source = ipv6).start();
        var client = Wire.connect(pen)) {
      assertThat(Wire.line(client)).isEqualTo("127.0.0.1");
    }
    var ipv4 = InetAddress.ofLiteral("127.0.0.9");
    try (var server = tellsTheClientsAddress("::1");
        var pen = Pens.before(server.address()).settings(s -> s.source = ipv4).start();
        var client = Wire.connect(pen)) {
      assertThat(Wire.line(client)).isEqualTo("0:0:0:0:0:0:0:1");
    }
  }

  private static TestServer tellsTheClientsAddress(String host) throws Exception {
    return TestServer.start(
        host, client -> Wire.send(client, client.getInetAddress().getHostAddress() + "\n"));
  }

  @Test
  void clientsSideHasTheOptionsOfTheSettings() throws Exception {
    assertOptions(WiredPen.settings(s -> s.keepAlive = true), true, true);
    assertOptions(WiredPen.settings(s -> s.noDelay = false), false, false);
  }

  private static void assertOptions(Settings settings, boolean keepAlive, boolean noDelay)
      throws Exception {
    try (var server = TestServer.echo();
        var pen = new WiredPen(1, settings, server);
        var client = Wire.connect(pen.address(), "127.0.0.1")) {
      var socket = pen.carryOne();
      assertThat(Wire.ask(client, "hello")).isEqualTo("hello");

      assertThat(socket.getOption(StandardSocketOptions.SO_KEEPALIVE)).isEqualTo(keepAlive);
      assertThat(socket.getOption(StandardSocketOptions.TCP_NODELAY)).isEqualTo(noDelay);
    }
  }

  @Test
  void serversSideHasAKeepaliveTimerWhenItIsAskedFor() throws Exception {
    assumeTrue(Files.isReadable(PROC_NET_TCP), "needs " + PROC_NET_TCP);
    for (boolean keepAlive : new boolean[] {true, false}) {
      try (var server = TestServer.echo();
          var pen = Pens.before(server.address()).settings(s -> s.keepAlive = keepAlive).start();
          var client = Wire.connect(pen)) {
        assertThat(Wire.ask(client, "hello")).isEqualTo("hello");

        // proc(5): state 01 is established; timer 02, when nothing is to be sent, is keepalive's.
        Wire.await(
            "keepalive timer: " + keepAlive,
            () -> timerOfConnectionTo(server.port()).equals(keepAlive ? "02" : "00"));
      }
    }
  }

  private static String timerOfConnectionTo(int port) throws Exception {
    var row =
        Pattern.compile(
            ":[0-9A-F]{4} 0100007F:%04X 01 [0-9A-F]+:[0-9A-F]+ ([0-9]{2}):".formatted(port));
    var match = row.matcher(Files.readString(PROC_NET_TCP));
    return match.find() ? match.group(1) : "none";
  }
}
