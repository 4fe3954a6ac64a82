package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What changes, ends and takes over while clients ask over UDP.
class UdpReloadIT extends Scene {
  private static final int RELOADS = 50;

  private final List<UdpServer> servers = new ArrayList<>();

  @BeforeEach
  void startServers() throws IOException {
    for (var name : List.of("a", "b", "c")) {
      servers.add(new UdpServer(name));
    }
  }

  @AfterEach
  void endServers() {
    servers.forEach(UdpServer::close);
  }

  private String server(int slot, int server) {
    return "server %d address 127.0.0.1 port %d\n".formatted(slot, servers.get(server).port());
  }

  /// Each takes servers away that the other has.
  private String version(int number) {
    return number % 2 == 1
        ? "udp_timeout 7\nroundrobin\n" + server(0, 0) + server(1, 1)
        : "udp_timeout 1\nno roundrobin\n" + server(0, 2) + server(1, 1) + server(2, 0);
  }

  private void put(String text) throws IOException {
    var fresh = dir.resolve("fresh");
    Files.writeString(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private void startWithFile() throws IOException {
    put(version(1));
    pen = PenProcess.start("-U", "-C", socket.toString(), "-F", file.toString(), "127.0.0.1:0");
  }

  /// Returns when it has been read.
  private void hup() throws Exception {
    int length = pen.stderr().length();
    pen.signal("HUP");
    PenProcess.eventually(
        "it is read", () -> pen.stderr().substring(length).contains("read again"));
  }

  // ---- HUP ------------------------------------------------------------------------------------

  @Test
  void nobodyHasToAskTwiceWhenTheSameFileIsReadAgain() throws Exception {
    startWithFile();
    var sockets = Kernel.receivers(pen.port());
    try (var clients = Inquiries.once(pen.port())) {
      for (int i = 0; i < RELOADS; i++) {
        hup();
        clients.await(5);
      }
      clients.close();
      assertThat(clients.failures()).isEmpty();
      assertThat(clients.servers()).containsExactlyInAnyOrder("a", "b");
    }
    assertThat(sockets).isNotEmpty();
    PenProcess.eventually(
        "the sockets of before", () -> Kernel.receivers(pen.port()).equals(sockets));
    assertThat(pen.stderr()).doesNotContain("WARN", "ERROR");
  }

  @Test
  void nobodyIsLeftWithoutAnAnswerWhenServersComeAndGo() throws Exception {
    startWithFile();
    var control = Control.unix(socket);
    try (var clients = Inquiries.twice(pen.port(), Protocol.NAME)) {
      for (int i = 0; i < RELOADS; i++) {
        put(version(i));
        hup();
        assertThat(control.ask("udp_timeout")).isEqualTo(i % 2 == 1 ? "7\n" : "1\n");
        assertThat(control.lines("servers")).hasSize(i % 2 == 1 ? 2 : 3);
        clients.await(5);
      }
      clients.close();
      assertThat(clients.failures()).isEmpty();
      assertThat(clients.servers()).containsExactlyInAnyOrder("a", "b", "c");
    }
    assertThat(pen.stderr()).doesNotContain("WARN", "ERROR");
  }

  // ---- TERM -----------------------------------------------------------------------------------

  @Test
  void termEndsItAtOnceThoughSessionsAreAlive() throws Exception {
    pen = PenProcess.start("-U", "127.0.0.1:0", servers.getFirst().address());
    try (var client = new UdpClient(pen.port())) {
      assertThat(client.ask()).isEqualTo("a");
      long start = System.nanoTime();
      pen.signal("TERM");
      assertThat(pen.status()).isZero();
      assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L); // udp_timeout is 30 s
      assertThat(Kernel.receivers(pen.port())).isEmpty();
    }
  }

  @Test
  void whileItDrainsAReplyUnderWayReachesItsClient() throws Exception {
    var loopback = InetAddress.ofLiteral("127.0.0.1");
    try (var slow = new DatagramSocket(new InetSocketAddress(loopback, 0))) {
      pen =
          PenProcess.start(
              "-U",
              "--drain",
              "60",
              "--udp-timeout",
              "3",
              "127.0.0.1:0",
              "127.0.0.1:" + slow.getLocalPort());
      try (var client = new UdpClient(pen.port())) {
        client.send(new byte[] {'?'});
        var packet = new DatagramPacket(new byte[10], 10);
        slow.setSoTimeout(UdpClient.PATIENCE_MILLIS);
        slow.receive(packet);
        pen.signal("TERM");
        PenProcess.eventually("it ends slowly", () -> pen.stderr().contains("ending in 60 s"));
        packet.setData(new byte[] {'!'});
        slow.send(packet);
        assertThat(client.receive(UdpClient.PATIENCE_MILLIS)).containsExactly('!');
        assertThat(pen.status()).as("ends with its last session").isZero();
      }
    }
  }

  // ---- takeover -------------------------------------------------------------------------------

  private PenProcess next(int port, String... options) throws IOException {
    var words = new ArrayList<>(List.of(options));
    words.addAll(List.of("-U", "--udp-timeout", "1", "127.0.0.1:" + port));
    servers.forEach(server -> words.add(server.address()));
    return PenProcess.start(words.toArray(String[]::new));
  }

  @Test
  void nobodyIsLeftWithoutAnAnswerWhenAnotherPenTakesOver() throws Exception {
    int port = UdpServer.freePort();
    pen = next(port);
    try (var clients = Inquiries.twice(port, Protocol.NAME)) {
      for (int i = 0; i < 3; i++) {
        clients.await(100);
        try (var old = pen) {
          pen = next(port, "--takeover");
          clients.await(100);
          old.signal("TERM");
          clients.await(100);
          assertThat(old.status()).isZero();
        }
      }
      clients.await(100);
      clients.close();
      assertThat(clients.failures()).isEmpty();
    }
  }

  /// What clients have asked the old one is answered by it, while the new one serves.
  @Test
  void nobodyHasToAskTwiceWhenTheOldPenDrains() throws Exception {
    int port = UdpServer.freePort();
    pen = next(port, "--drain", "60");
    try (var clients = Inquiries.once(port)) {
      clients.await(100);
      try (var old = pen) {
        pen = next(port, "--takeover");
        clients.await(100);
        old.signal("TERM");
        assertThat(old.status()).isZero();
        clients.await(100);
      }
      clients.close();
      assertThat(clients.failures()).isEmpty();
    }
  }

  @Test
  void aPortThatAnotherPenHasIsAnErrorWithoutTakeover() throws Exception {
    int port = UdpServer.freePort();
    pen = next(port);
    var address = "127.0.0.1:" + port;
    var second = PenProcess.run(PenProcess.command("-U", address, servers.getFirst().address()));
    assertThat(second.status()).isEqualTo(1);
    assertThat(second.err())
        .startsWith("pen: cannot listen on " + address)
        .contains("Address already in use");
  }
}
