package org.penlb.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.Balancer;

/// A Unix socket's path at which there is something already.
class UnixSocketExclusivityTest {
  @TempDir Path directory;
  private Path path;
  private LineServer server;

  @BeforeEach
  void startServer() throws Exception {
    path = directory.resolve("pen.sock");
    server = LineServer.start("server");
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private Balancer.Builder pen() throws Exception {
    return Balancer.builder().listen(path.toString()).server(server.spec()).loops(2);
  }

  private String answer() throws IOException {
    try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      client.write(UTF_8.encode("hello\n"));
      client.shutdownOutput();
      var buffer = ByteBuffer.allocate(100);
      while (client.read(buffer) >= 0) {}
      return UTF_8.decode(buffer.flip()).toString();
    }
  }

  @Test
  void socketInUseIsAnError() throws Exception {
    try (var _ = pen().start()) {
      assertThatThrownBy(() -> pen().start())
          .hasMessage("cannot listen on " + path + ": Address already in use");
      assertThat(answer()).isEqualTo("server hello\n");
    }
    assertThat(path).doesNotExist();
  }

  @Test
  @Timeout(20)
  void socketWhoseBacklogIsFullIsInUseToo() throws Exception {
    var address = UnixDomainSocketAddress.of(path);
    try (var busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1);
        var _ = SocketChannel.open(address);
        var _ = SocketChannel.open(address)) {
      assertThatThrownBy(() -> pen().start())
          .hasMessage("cannot listen on " + path + ": Address already in use");
      assertThat(path).exists();
    }
  }

  /// The JDK has no such sockets.
  @Test
  @Timeout(20)
  void datagramSocketIsNoStaleOneAndStays() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs python3");
    var script =
        """
        import socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(sys.argv[1])
        print('bound', flush=True)
        sys.stdin.read()
        """;
    var other = new ProcessBuilder("/usr/bin/python3", "-c", script, path.toString()).start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("bound");
      assertThatThrownBy(() -> pen().start())
          .hasMessage("cannot listen on " + path + ": Address already in use");
      assertThat(path).exists();
    } finally {
      other.destroy();
    }
  }

  @Test
  void socketThatNobodyListensOnIsReplaced() throws Exception {
    try (var stale = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      stale.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
    try (var _ = pen().start()) {
      assertThat(answer()).isEqualTo("server hello\n");
    }
  }

  @Test
  void regularFileIsRefusedAndStays() throws Exception {
    Files.writeString(path, "precious");
    for (boolean takeover : new boolean[] {false, true}) {
      assertThatThrownBy(() -> pen().takeover(takeover).start())
          .hasMessage("cannot listen on " + path + ": there is something that is not a socket");
      assertThat(path).hasContent("precious");
    }
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void takeoverLeavesThePathToTheNewPen() throws Exception {
    var old = pen().start();
    try (var _ = pen().takeover(true).start()) {
      assertThat(answer()).isEqualTo("server hello\n");
      old.close();
      assertThat(answer()).as("without the old one").isEqualTo("server hello\n");
    } finally {
      old.close();
    }
    assertThat(path).doesNotExist();
  }
}
