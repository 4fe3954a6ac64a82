package org.penlb.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sockets of Linux's own calls beside the JDK's at the other end, with the JDK's selector.
class LinuxSocketTest {
  private static final long PATIENCE = Duration.ofSeconds(20).toMillis();

  private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
  private ServerSocketChannel listener;
  private Selector selector;

  @BeforeEach
  void open() throws IOException {
    listener = ServerSocketChannel.open();
    listener.bind(loopback("127.0.0.1", 0)).configureBlocking(false);
    selector = Selector.open();
  }

  @AfterEach
  void close() throws IOException {
    selector.close();
    listener.close();
  }

  private static InetSocketAddress loopback(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  private InetSocketAddress address() throws IOException {
    return (InetSocketAddress) listener.getLocalAddress();
  }

  private static ByteBuffer direct(String text) {
    var bytes = text.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  private static String text(ByteBuffer read) {
    return StandardCharsets.US_ASCII.decode(read.flip()).toString();
  }

  /// Waits until the key is ready; returns for what.
  private int await(SelectionKey key) throws IOException {
    var found = new int[1];
    long until = System.nanoTime() + Duration.ofMillis(PATIENCE).toNanos();
    while (found[0] == 0 && System.nanoTime() < until) {
      selector.select(ready -> found[0] |= ready.equals(key) ? ready.readyOps() : 0, PATIENCE);
    }
    return found[0];
  }

  private SocketChannel accepted() throws IOException {
    var waiting = listener.register(selector, SelectionKey.OP_ACCEPT);
    assertThat(await(waiting)).isEqualTo(SelectionKey.OP_ACCEPT);
    return LinuxSockets.accept(listener);
  }

  /// Connected, to a peer that is the JDK's.
  private record Pair(SocketChannel ours, SocketChannel peer) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      ours.close();
      peer.close();
    }
  }

  private Pair pair() throws IOException {
    var peer = SocketChannel.open(address());
    return new Pair(accepted(), peer);
  }

  @Test
  void areAvailableHere() {
    assertThat(LinuxSockets.available()).isTrue();
  }

  // ---- accept and connect ---------------------------------------------------------------------

  @Test
  void nobodyWaitsToBeAccepted() throws IOException {
    assertThat(LinuxSockets.accept(listener)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void bothEndsKnowTheirAddresses(String host) throws IOException {
    listener.close();
    listener = ServerSocketChannel.open();
    listener.bind(loopback(host, 0)).configureBlocking(false);
    try (var peer = SocketChannel.open(address());
        var accepted = accepted();
        var ours = LinuxSockets.open(host.contains(":"))) {
      assertThat(accepted.getRemoteAddress()).isEqualTo(peer.getLocalAddress());
      assertThat(accepted.getLocalAddress()).isEqualTo(peer.getRemoteAddress());
      connect(ours, address());
      assertThat(ours.getRemoteAddress()).isEqualTo(address());
      try (var other = accepted()) {
        assertThat(other.getRemoteAddress()).isEqualTo(ours.getLocalAddress());
      }
    }
  }

  private void connect(SocketChannel ours, InetSocketAddress address) throws IOException {
    if (!ours.connect(address)) {
      assertThat(ours.isConnected()).isFalse();
      assertThat(ours.isConnectionPending()).isTrue();
      var key = ours.register(selector, SelectionKey.OP_CONNECT);
      assertThat(await(key)).isEqualTo(SelectionKey.OP_CONNECT);
      assertThat(ours.finishConnect()).isTrue();
    }
    assertThat(ours.isConnected()).isTrue();
    assertThat(ours.isConnectionPending()).isFalse();
  }

  @Test
  void clientOfUnixSocketHasNoName(@TempDir Path directory) throws IOException {
    var path = UnixDomainSocketAddress.of(directory.resolve("s"));
    listener.close();
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(path).configureBlocking(false);
    try (var peer = SocketChannel.open(path);
        var accepted = accepted()) {
      assertThat(accepted.getRemoteAddress()).isEqualTo(UnixDomainSocketAddress.of(""));
      assertThat(accepted.supportedOptions()).doesNotContain(StandardSocketOptions.TCP_NODELAY);
      peer.write(direct("x"));
      assertThat(await(accepted.register(selector, SelectionKey.OP_READ))).isPositive();
      assertThat(accepted.read(buffer)).isEqualTo(1);
    }
  }

  @Test
  void refusedConnectSaysWhatTheJdkSays() throws IOException {
    var address = address();
    listener.close();
    var ours = LinuxSockets.open(false);
    var theirs = SocketChannel.open();
    theirs.configureBlocking(false);
    var said = new IOException[] {failure(ours, address), failure(theirs, address)};
    assertThat(said[0]).isExactlyInstanceOf(ConnectException.class);
    assertThat(said[0]).hasSameClassAs(said[1]).hasMessage(said[1].getMessage());
    assertThat(ours.isOpen()).isFalse();
  }

  private IOException failure(SocketChannel socket, InetSocketAddress address) throws IOException {
    try {
      if (!socket.connect(address)) {
        await(socket.register(selector, SelectionKey.OP_CONNECT));
        socket.finishConnect();
      }
    } catch (IOException e) {
      return e;
    }
    throw new AssertionError("connected");
  }

  @Test
  void localAddressThatIsNotOursOrTaken() throws IOException {
    try (var ours = LinuxSockets.open(false)) {
      assertThatThrownBy(() -> ours.bind(loopback("192.0.2.1", 0)))
          .isInstanceOf(BindException.class)
          .hasMessage("Cannot assign requested address");
      assertThatThrownBy(() -> ours.bind(address()))
          .isInstanceOf(BindException.class)
          .hasMessage("Address already in use");
      ours.bind(loopback("127.0.0.9", 0));
      connect(ours, address());
      assertThat(((InetSocketAddress) ours.getLocalAddress()).getHostString())
          .isEqualTo("127.0.0.9");
    }
  }

  @Test
  void stepsOutOfOrderAreRefused() throws IOException {
    try (var ours = LinuxSockets.open(false)) {
      assertThatThrownBy(() -> ours.read(buffer)).isInstanceOf(NotYetConnectedException.class);
      assertThatThrownBy(() -> ours.write(buffer)).isInstanceOf(NotYetConnectedException.class);
      assertThatThrownBy(ours::finishConnect).isInstanceOf(NoConnectionPendingException.class);
      assertThatThrownBy(() -> ours.configureBlocking(true))
          .isInstanceOf(UnsupportedOperationException.class);
      connect(ours, address());
      assertThatThrownBy(() -> ours.connect(address()))
          .isInstanceOf(AlreadyConnectedException.class);
      ours.close();
      assertThatThrownBy(() -> ours.read(buffer)).isInstanceOf(ClosedChannelException.class);
      assertThatThrownBy(ours::getLocalAddress).isInstanceOf(ClosedChannelException.class);
    }
  }

  // ---- bytes ----------------------------------------------------------------------------------

  @Test
  void bytesArriveAndThenTheEnd() throws IOException {
    try (var pair = pair()) {
      assertThat(pair.ours.read(buffer)).isZero();
      var key = pair.ours.register(selector, SelectionKey.OP_READ);
      pair.peer.write(direct("hello"));
      assertThat(await(key)).isEqualTo(SelectionKey.OP_READ);
      buffer.position(7); // it is to go on where it was
      assertThat(pair.ours.read(buffer)).isEqualTo(5);
      assertThat(text(buffer.slice(7, 5).position(5))).isEqualTo("hello");
      pair.peer.shutdownOutput();
      assertThat(await(key)).isEqualTo(SelectionKey.OP_READ);
      assertThat(pair.ours.read(buffer.clear())).isEqualTo(-1);
      assertThat(pair.ours.write(direct("bye"))).isEqualTo(3);
      pair.ours.shutdownOutput();
      assertThat(pair.peer.read(buffer.clear())).isEqualTo(3);
      assertThat(text(buffer)).isEqualTo("bye");
      assertThat(pair.peer.read(buffer.clear())).isEqualTo(-1);
    }
  }

  @Test
  void fullSocketTakesNoMoreUntilThePeerReads() throws IOException {
    try (var pair = pair()) {
      long sent = 0;
      for (int n = pair.ours.write(buffer.clear()); n > 0; n = pair.ours.write(buffer.clear())) {
        sent += n;
      }
      assertThat(pair.ours.write(buffer.clear())).isZero();
      assertThat(buffer.position()).isZero();
      var key = pair.ours.register(selector, SelectionKey.OP_WRITE);
      assertThat(selector.selectNow()).isZero();
      long read = 0;
      while (read < sent) {
        read += pair.peer.read(buffer.clear());
      }
      assertThat(await(key)).isEqualTo(SelectionKey.OP_WRITE);
    }
  }

  @Test
  void resetIsToldOnceAndMakesEverythingReady() throws IOException {
    try (var pair = pair()) {
      int all = SelectionKey.OP_READ | SelectionKey.OP_WRITE;
      var key = pair.ours.register(selector, SelectionKey.OP_READ);
      pair.peer.setOption(StandardSocketOptions.SO_LINGER, 0);
      pair.peer.close();
      assertThat(await(key)).isEqualTo(SelectionKey.OP_READ);
      key.interestOps(all);
      assertThat(await(key)).isEqualTo(all);
      assertThatThrownBy(() -> pair.ours.read(buffer)).hasMessageStartingWith("Connection reset");
      assertThatThrownBy(() -> pair.ours.write(direct("x"))).hasMessage("Broken pipe");
    }
  }

  @Test
  void heapBuffersAreRefused() throws IOException {
    try (var pair = pair()) {
      assertThatThrownBy(() -> pair.ours.write(ByteBuffer.wrap(new byte[1])))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void readOfNoBytesIsNoEnd() throws IOException {
    try (var pair = pair()) {
      assertThat(pair.ours.read(buffer.limit(0))).isZero();
    }
  }

  // ---- options --------------------------------------------------------------------------------

  @Test
  void optionsReachTheKernel() throws IOException {
    try (var pair = pair()) {
      for (var option :
          new java.net.SocketOption<?>[] {
            StandardSocketOptions.TCP_NODELAY, StandardSocketOptions.SO_KEEPALIVE
          }) {
        @SuppressWarnings("unchecked")
        var flag = (java.net.SocketOption<Boolean>) option;
        assertThat(pair.ours.getOption(flag)).isFalse();
        assertThat(pair.ours.setOption(flag, true).getOption(flag)).isTrue();
        assertThat(pair.ours.setOption(flag, false).getOption(flag)).isFalse();
      }
      assertThatThrownBy(() -> pair.ours.setOption(StandardSocketOptions.SO_RCVBUF, 1))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }

  @Test
  void lingerOfZeroMakesTheCloseAReset() throws IOException {
    try (var pair = pair()) {
      pair.ours.setOption(StandardSocketOptions.SO_LINGER, 0);
      pair.ours.close();
      assertThatThrownBy(() -> pair.peer.read(buffer)).hasMessageStartingWith("Connection reset");
    }
  }

  // ---- close ----------------------------------------------------------------------------------

  @Test
  void registeredSocketIsClosedByTheNextSelection() throws IOException {
    try (var pair = pair()) {
      int descriptor = Sockets.descriptor(pair.ours);
      var file = Path.of("/proc/self/fd/" + descriptor);
      var link = Files.readSymbolicLink(file);
      pair.ours.register(selector, SelectionKey.OP_READ);
      selector.selectNow();
      pair.ours.close();
      assertThat(Sockets.descriptor(pair.ours)).isEqualTo(-1);
      assertThat(Files.readSymbolicLink(file)).isEqualTo(link); // no other can get its number
      selector.selectNow();
      assertThat(Files.exists(file) && Files.readSymbolicLink(file).equals(link)).isFalse();
      assertThat(pair.peer.read(buffer)).isEqualTo(-1);
    }
  }

  @Test
  void unregisteredSocketIsClosedAtOnce() throws IOException {
    try (var pair = pair()) {
      pair.ours.close();
      assertThat(pair.peer.read(buffer)).isEqualTo(-1);
    }
  }

  @Test
  void closedSelectorLetsGoOfClosedSockets() throws IOException {
    try (var pair = pair()) {
      pair.ours.register(selector, SelectionKey.OP_READ);
      pair.ours.close();
      selector.close();
      assertThat(pair.peer.read(buffer)).isEqualTo(-1);
    }
  }
}
