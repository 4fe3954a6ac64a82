package org.penlb.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  @Test
  void closedListenerCannotIgnoreConnects() throws Exception {
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.close();
    assertThat(Sockets.ignoreConnects(listener)).isFalse();
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
