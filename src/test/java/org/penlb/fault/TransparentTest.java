package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.unix.Sockets;

/// `transparent`: servers see the clients' own addresses, which are not this machine's.
///
/// Client, pen and server share one network namespace. What pen and the server send is delivered
/// there whatever address it is for (table 100), as the routers of a real network would bring it
/// back to pen.
class TransparentTest {
  private static final String CLIENT = "192.0.2.7";
  private static final String CLIENT6 = "2001:db8::7";
  private static final String PEN = "10.9.1.1";
  private static final String PEN6 = "fd00:9::1";
  private static final String SERVER = "10.9.1.2";
  private static final String SERVER6 = "fd00:9::2";

  /// What happens in the network.
  @FunctionalInterface
  private interface Trial {
    void run() throws Exception;
  }

  private static void inNetwork(Trial trial) throws Exception {
    LineServer.needIpv6();
    try (var namespace = Namespace.create()) {
      prepare(namespace);
      namespace.call(
          () -> {
            trial.run();
            return null;
          });
    }
  }

  private static void prepare(Namespace namespace) throws Exception {
    for (var address : new String[] {PEN, SERVER}) {
      namespace.run("ip", "addr", "add", address, "dev", "lo");
    }
    for (var address : new String[] {PEN6, SERVER6}) {
      // Otherwise it cannot be bound to before the kernel has looked for others who have it.
      namespace.run("ip", "addr", "add", address, "dev", "lo", "nodad");
    }
    for (var address : new String[] {PEN, SERVER, PEN6, SERVER6}) {
      var family = address.contains(":") ? "-6" : "-4";
      namespace.run("ip", family, "rule", "add", "from", address, "lookup", "100");
    }
    namespace.run("ip", "-4", "route", "add", "local", "default", "dev", "lo", "table", "100");
    namespace.run("ip", "-6", "route", "add", "local", "default", "dev", "lo", "table", "100");
  }

  /// What the server sees of a client that connects to pen.
  private static String seen(Balancer pen, String penAddress, String client) throws Exception {
    boolean ipv6 = client.contains(":");
    var family = ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
    try (var socket = SocketChannel.open(family)) {
      Sockets.makeTransparent(socket, ipv6);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(client), 0));
      socket.socket().connect(new InetSocketAddress(penAddress, pen.port()), 10_000);
      socket.write(ByteBuffer.wrap("who\n".getBytes(StandardCharsets.US_ASCII)));
      var answer = ByteBuffer.allocate(100);
      while (socket.read(answer) >= 0 && answer.get(answer.position() - 1) != '\n') {}
      return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII).strip();
    }
  }

  private static Balancer.Builder pen(String address, String server) throws Exception {
    return Balancer.builder()
        .listen((address.contains(":") ? "[" + address + "]" : address) + ":0")
        .server(server)
        .loops(1)
        .settings(s -> s.transparent = true);
  }

  @Test
  void serverSeesTheClientsOwnAddress() throws Exception {
    inNetwork(
        () -> {
          try (var server = AddressServer.on(SERVER);
              var pen = pen(PEN, server.spec()).start()) {
            assertThat(seen(pen, PEN, CLIENT)).isEqualTo(CLIENT);
          }
          try (var server = AddressServer.on(SERVER6);
              var pen = pen(PEN6, server.spec()).start()) {
            assertThat(seen(pen, PEN6, CLIENT6)).isEqualTo("2001:db8:0:0:0:0:0:7");
          }
        });
  }

  @Test
  void serverOfTheOtherFamilySeesPen() throws Exception {
    inNetwork(
        () -> {
          try (var server = AddressServer.on(SERVER);
              var pen = pen(PEN6, server.spec()).start()) {
            assertThat(seen(pen, PEN6, CLIENT6)).isNotEqualTo(CLIENT6).contains(".");
          }
        });
  }

  @Test
  void withoutTheSettingTheServerSeesPen() throws Exception {
    inNetwork(
        () -> {
          try (var server = AddressServer.on(SERVER);
              var pen = pen(PEN, server.spec()).settings(s -> s.transparent = false).start()) {
            assertThat(seen(pen, PEN, CLIENT)).isNotEqualTo(CLIENT);
          }
        });
  }

  /// Says each client's address.
  private record AddressServer(java.net.ServerSocket listener) implements AutoCloseable {
    static AddressServer on(String host) throws Exception {
      var server = new AddressServer(new java.net.ServerSocket(0, 10, InetAddress.ofLiteral(host)));
      Thread.ofPlatform().daemon(true).start(server::serve);
      return server;
    }

    private void serve() {
      try {
        while (true) {
          try (var client = listener.accept()) {
            var line = client.getInetAddress().getHostAddress() + "\n";
            client.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
            client.getInputStream().read();
          }
        }
      } catch (java.io.IOException e) {
        // closed: the test is over
      }
    }

    String spec() {
      var host = listener.getInetAddress().getHostAddress();
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + listener.getLocalPort();
    }

    @Override
    public void close() throws java.io.IOException {
      listener.close();
    }
  }
}
