package org.penlb.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A socket of Linux's own calls with the JDK's selector, and a socket of the JDK's at the other
/// end.
class LinuxDatagramSocketTest {
  private static final long PATIENCE = Duration.ofSeconds(20).toMillis();

  private Selector selector;

  @BeforeEach
  void open() throws IOException {
    selector = Selector.open();
  }

  @AfterEach
  void close() throws IOException {
    selector.close();
  }

  private static InetAddress address(String host) {
    return InetAddress.ofLiteral(host);
  }

  private static String socketOf(int descriptor) throws IOException {
    var link = Path.of("/proc/self/fd/" + descriptor);
    return Files.isSymbolicLink(link) ? Files.readSymbolicLink(link).toString() : "";
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void aSelectorSaysThatADatagramHasCome(String host) throws Exception {
    boolean ipv6 = host.contains(":");
    var socket = DatagramSockets.open(ipv6);
    int descriptor = Sockets.descriptor(socket);
    DatagramSockets.bind(descriptor, ipv6, address(host));
    var key = socket.register(selector, SelectionKey.OP_READ);
    assertThat(selector.selectNow()).isZero();
    try (var peer = new DatagramSocket(0, address(host))) {
      int port = DatagramSockets.localPort(descriptor);
      peer.send(new DatagramPacket(new byte[3], 3, new InetSocketAddress(address(host), port)));

      assertThat(selector.select(PATIENCE)).isOne();

      assertThat(key.readyOps()).isEqualTo(SelectionKey.OP_READ);
      var datagrams = new Datagrams(1);
      assertThat(datagrams.receiveOne(descriptor, 0)).isOne();
      assertThat(datagrams.length(0)).isEqualTo(3);
      assertThat(datagrams.senderPort(0)).isEqualTo(peer.getLocalPort());
    }
    socket.close();
  }

  @Test
  void itCanBeWrittenToAtOnce() throws Exception {
    try (var socket = DatagramSockets.open(false)) {
      var key = socket.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE);

      assertThat(selector.select(PATIENCE)).isOne();

      assertThat(key.readyOps()).isEqualTo(SelectionKey.OP_WRITE);
    }
  }

  @Test
  void whatTheNetworkSaysMakesItReady() throws Exception {
    int nobody;
    try (var gone = new DatagramSocket(0, address("127.0.0.1"))) {
      nobody = gone.getLocalPort();
    }
    try (var socket = DatagramSockets.open(false)) {
      int descriptor = Sockets.descriptor(socket);
      DatagramSockets.tellErrors(descriptor, false);
      var key = socket.register(selector, SelectionKey.OP_READ);
      var datagrams = new Datagrams(1);
      datagrams.load(0, new byte[1], 0, 1);
      datagrams.to(0, false, 0, 0x7f00_0001, nobody, 0);
      assertThat(datagrams.send(descriptor, 0, 1)).isOne();

      assertThat(selector.select(PATIENCE)).isOne();

      assertThat(key.isReadable()).isTrue();
      assertThat(Datagrams.isRefusal(datagrams.nextError(descriptor))).isTrue();
    }
  }

  @Test
  void closedWithoutASelectorItIsGoneAtOnce() throws Exception {
    SelectableChannel socket = DatagramSockets.open(false);
    int descriptor = Sockets.descriptor(socket);
    var name = socketOf(descriptor);
    assertThat(name).startsWith("socket:");

    socket.close();
    socket.close();

    assertThat(socketOf(descriptor)).isNotEqualTo(name);
    assertThat(Sockets.descriptor(socket)).isEqualTo(-1);
  }

  @Test
  void closedWithASelectorItIsGoneWithTheNextSelection() throws Exception {
    SelectableChannel socket = DatagramSockets.open(false);
    int descriptor = Sockets.descriptor(socket);
    var name = socketOf(descriptor);
    socket.register(selector, SelectionKey.OP_READ);
    selector.selectNow();

    socket.close();
    assertThat(socketOf(descriptor)).isEqualTo(name);
    selector.selectNow();

    assertThat(socketOf(descriptor)).isNotEqualTo(name);
    assertThat(selector.keys()).isEmpty();
  }

  @Test
  void itIsBoundToAddressesOfThisMachineOnly() throws Exception {
    try (var socket = DatagramSockets.open(false)) {
      int descriptor = Sockets.descriptor(socket);

      assertThatThrownBy(() -> DatagramSockets.bind(descriptor, false, address("192.0.2.1")))
          .isInstanceOf(BindException.class)
          .hasMessage("Cannot assign requested address");
      assertThat(DatagramSockets.localPort(descriptor)).isZero();
    }
  }

  @Test
  void itNeverBlocks() throws Exception {
    try (var socket = DatagramSockets.open(false)) {
      assertThat(socket.isBlocking()).isFalse();
      assertThatThrownBy(() -> socket.configureBlocking(true))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }
}
