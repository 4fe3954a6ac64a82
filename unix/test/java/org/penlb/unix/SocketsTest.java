package org.penlb.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SocketsTest {
  private SocketChannel ours;
  private SocketChannel peer;

  @BeforeEach
  void connect() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      ours = SocketChannel.open(listener.getLocalAddress());
      peer = listener.accept();
    }
    ours.configureBlocking(false);
  }

  @AfterEach
  void close() throws Exception {
    ours.close();
    peer.close();
  }

  @Test
  void isAvailableHere() {
    assertThat(Sockets.available()).isTrue();
  }

  @Test
  void bytesCountUntilThePeerHasTakenThem() throws Exception {
    assertThat(Sockets.unsentBytes(ours)).isZero();
    ByteBuffer chunk = ByteBuffer.allocate(65536);
    long written = 0;
    for (int n = ours.write(chunk.clear()); n > 0; n = ours.write(chunk.clear())) {
      written += n;
    }
    assertThat(Sockets.unsentBytes(ours)).isPositive();
    while (written > 0) {
      written -= peer.read(chunk.clear());
    }
    ChildJvm.await("all is acknowledged", () -> Sockets.unsentBytes(ours) == 0);
  }

  @Test
  void resetIsFoundThoughTheSelectorWatchesForNothing() throws Exception {
    try (Selector selector = Selector.open()) {
      SelectionKey key = ours.register(selector, 0);
      selector.selectNow();
      assertThat(Sockets.hasHungUp(ours)).isFalse();
      peer.setOption(StandardSocketOptions.SO_LINGER, 0);
      peer.close();
      ChildJvm.await("the reset is seen", () -> Sockets.hasHungUp(ours));
      assertThat(selector.selectNow()).isZero();
      assertThat(key.isValid()).isTrue();
    }
  }

  @Test
  void halfCloseIsNoHangUpAndBothHalvesAre() throws Exception {
    peer.shutdownOutput();
    ByteBuffer buffer = ByteBuffer.allocate(1);
    ours.configureBlocking(true);
    assertThat(ours.read(buffer)).isEqualTo(-1);
    assertThat(Sockets.hasHungUp(ours)).isFalse();
    ours.shutdownOutput();
    ChildJvm.await("both have ended", () -> Sockets.hasHungUp(ours));
  }

  @Test
  void endOfOneHalfIsFoundBehindUnreadBytes() throws Exception {
    assertThat(Sockets.hasEnded(ours)).isFalse();
    peer.write(ByteBuffer.wrap(new byte[] {42}));
    assertThat(Sockets.hasEnded(ours)).isFalse();
    peer.shutdownOutput();
    ChildJvm.await("the end is seen", () -> Sockets.hasEnded(ours));
    assertThat(Sockets.hasHungUp(ours)).isFalse();
  }

  @Test
  void aClosedChannelHasNothing() throws Exception {
    assertThat(Sockets.descriptor(ours)).isGreaterThan(2);
    ours.close();
    assertThat(Sockets.descriptor(ours)).isEqualTo(-1);
    assertThat(Sockets.unsentBytes(ours)).isZero();
    assertThat(Sockets.hasHungUp(ours)).isFalse();
  }

  @Test
  void aListenerHasNothingToSend() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      assertThat(Sockets.unsentBytes(listener)).isZero();
    }
  }

  @Test
  void descriptorLimitIsTheKernels() throws Exception {
    if (Posix.LINUX) {
      String soft =
          Files.readAllLines(Path.of("/proc/self/limits")).stream()
              .filter(line -> line.startsWith("Max open files"))
              .map(line -> line.split("\\s+", 5)[3])
              .findFirst()
              .orElseThrow();
      int expected = soft.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(soft);
      assertThat(Sockets.maxDescriptors()).isEqualTo(expected);
    }
    assertThat(Sockets.maxDescriptors()).isGreaterThan(3);
  }

  @Test
  void warmCallsDoNotAllocate() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int calls = 20_000;
    boolean busy = false;
    long perCall = Long.MAX_VALUE;
    for (int round = 0; round < 20 && perCall > 0; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < calls; i++) {
        busy |= Sockets.unsentBytes(ours) != 0 || Sockets.hasHungUp(ours);
      }
      perCall = (threads.getCurrentThreadAllocatedBytes() - before) / calls;
    }
    assertThat(busy).isFalse();
    assertThat(perCall).isZero();
  }

  @Test
  void withoutTheExportNothingIsKnownAndNothingFails() throws Exception {
    assertThat(ChildJvm.run(ChildJvm.with(List.of(), Child.class)))
        .isEqualTo(new ChildJvm.Outcome(0, "false -1 0 false\n", ""));
  }

  @Test
  void listenerThatIgnoresConnectsLosesNobodyWhoHasConnected() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open();
        Socket late = new Socket()) {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      var address = (InetSocketAddress) listener.getLocalAddress();
      try (SocketChannel early = SocketChannel.open(address)) {
        assertThat(Sockets.ignoreConnects(listener)).isTrue();
        assertThatThrownBy(() -> late.connect(address, 200))
            .isInstanceOf(SocketTimeoutException.class);
        early.write(ByteBuffer.wrap(new byte[] {42}));
        try (SocketChannel accepted = listener.accept()) {
          assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(1);
        }
      }
    }
  }

  /// A port that is free on all addresses and stays so: not one of those that the kernel gives to
  /// clients, as one at any address is in the way of a listener on 0.0.0.0.
  private static int freePort() throws IOException {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
      try (ServerSocket socket = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (BindException e) { // another one
      }
    }
  }

  @Test
  void listenerThatLeavesConnectsToOthersGetsThoseOnlyThatCameBefore() throws Exception {
    try (ServerSocketChannel old = ServerSocketChannel.open();
        ServerSocketChannel next = ServerSocketChannel.open()) {
      old.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      old.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), freePort()));
      next.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      next.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port(old)));
      // The more specific one is preferred until it steps aside.
      try (SocketChannel early = SocketChannel.open(old.getLocalAddress())) {
        assertThat(Sockets.leaveConnectsToOthers(List.of(old))).isTrue();
        try (SocketChannel late = SocketChannel.open(old.getLocalAddress())) {
          assertThat(old.accept().getRemoteAddress()).isEqualTo(early.getLocalAddress());
          assertThat(next.accept().getRemoteAddress()).isEqualTo(late.getLocalAddress());
        }
      }
    }
  }

  @Test
  void listenersThatShareAnAddressLeaveConnectsToOthersWithoutDroppingOne() throws Exception {
    var old = new ArrayList<ServerSocketChannel>();
    try (ServerSocketChannel next = ServerSocketChannel.open()) {
      var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), freePort());
      for (int i = 0; i < 4; i++) {
        old.add(ServerSocketChannel.open());
        old.getLast().setOption(StandardSocketOptions.SO_REUSEPORT, true).bind(address);
        address = (InetSocketAddress) old.getLast().getLocalAddress();
      }
      next.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      next.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), address.getPort()));
      assertThat(Sockets.leaveConnectsToOthers(old)).isTrue();
      for (int i = 0; i < 50; i++) {
        try (Socket client = new Socket()) {
          client.connect(address, 500);
          next.accept().close();
        }
      }
      try (ServerSocketChannel again = ServerSocketChannel.open()) {
        again.setOption(StandardSocketOptions.SO_REUSEPORT, true).bind(address);
        try (Socket client = new Socket()) {
          client.connect(address, 500);
          again.accept().close();
        }
      }
    } finally {
      for (ServerSocketChannel listener : old) {
        listener.close();
      }
    }
  }

  private static int port(ServerSocketChannel listener) {
    return listener.socket().getLocalPort();
  }

  @Test
  void listenerThatLeavesConnectsToNobodyRefusesThem() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      assertThat(Sockets.leaveConnectsToOthers(List.of(listener))).isTrue();
      assertThatThrownBy(() -> SocketChannel.open(listener.getLocalAddress()))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void backlogCanGrowWhileClientsWait() throws Exception {
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 1);
      var clients = new ArrayList<Socket>();
      try {
        while (connects(listener, clients)) {
          assertThat(clients).hasSizeLessThan(20);
        }
        assertThat(Sockets.backlog(listener, 20)).isTrue();
        assertThat(connects(listener, clients)).isTrue();
      } finally {
        for (Socket client : clients) {
          client.close();
        }
      }
    }
  }

  private static boolean connects(ServerSocketChannel listener, List<Socket> clients)
      throws Exception {
    var client = new Socket();
    clients.add(client);
    try {
      client.connect(listener.getLocalAddress(), 200);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void transparentSocketMayHaveAnyAddressAndNeedsThePrivilege() throws Exception {
    for (boolean ipv6 : new boolean[] {false, true}) {
      var family = ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET;
      var foreign = InetAddress.ofLiteral(ipv6 ? "2001:db8::7" : "192.0.2.7");
      try (SocketChannel socket = SocketChannel.open(family)) {
        if (Privileges.isRoot()) {
          Sockets.makeTransparent(socket, ipv6);
          socket.bind(new InetSocketAddress(foreign, 0));
          assertThat(socket.getLocalAddress())
              .isInstanceOfSatisfying(
                  InetSocketAddress.class,
                  bound -> assertThat(bound.getAddress()).isEqualTo(foreign));
        } else {
          assertThatThrownBy(() -> Sockets.makeTransparent(socket, ipv6))
              .hasMessage("Operation not permitted");
        }
      } catch (UnsupportedOperationException e) {
        assertThat(ipv6).as("no IPv6 here").isTrue();
      }
    }
  }

  @Test
  void nothingCanBeAskedOfAClosedListener() throws Exception {
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.close();
    assertThat(Sockets.ignoreConnects(listener)).isFalse();
    assertThat(Sockets.leaveConnectsToOthers(List.of(listener))).isFalse();
    assertThat(Sockets.backlog(listener, 50)).isFalse();
  }

  /// Runs without the export of sun.nio.ch.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      try (SocketChannel channel = SocketChannel.open()) {
        System.out.printf(
            "%s %d %d %s\n",
            Sockets.available(),
            Sockets.descriptor(channel),
            Sockets.unsentBytes(channel),
            Sockets.hasHungUp(channel));
      }
    }
  }
}
