package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// TERM and INT.
class EndIT {
  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void theSignalEndsItWithStatus0AndWithoutPidFile(String signal) throws Exception {
    var pidFile = dir.resolve("pen.pid");
    try (var web = new WebServer("a");
        var pen = PenProcess.start("-p", pidFile.toString(), "127.0.0.1:0", web.address())) {
      assertThat(pidFile).hasContent(pen.pid() + "\n");
      pen.signal(signal);
      assertThat(pen.status()).isZero();
      assertThat(pidFile).doesNotExist();
      assertThat(pen.stderr()).endsWith(" INFO ending\n");
    }
  }

  @Test
  void liveConnectionsMayFinishFirst() throws Exception {
    try (var web = new WebServer("a");
        var pen = PenProcess.start("--drain", "20", "127.0.0.1:0", web.address());
        var client = new Socket(InetAddress.getLoopbackAddress(), pen.port())) {
      WebServer.get(client, "/before");
      pen.signal("TERM");
      PenProcess.eventually("it ends slowly", () -> pen.stderr().contains("connections: 1"));
      assertThat(WebServer.get(client, "/after")).isEqualTo("a");
      client.shutdownOutput();
      assertThat(pen.status()).isZero();
    }
  }

  @Test
  void theSecondSignalDoesNotWait() throws Exception {
    var pidFile = dir.resolve("pen.pid");
    try (var web = new WebServer("a");
        var pen =
            PenProcess.start(
                "--drain", "100", "-p", pidFile.toString(), "127.0.0.1:0", web.address());
        var client = new Socket(InetAddress.getLoopbackAddress(), pen.port())) {
      WebServer.get(client, "/");
      pen.signal("TERM");
      PenProcess.eventually("it ends slowly", () -> pen.stderr().contains("connections: 1"));
      pen.signal("INT");
      assertThat(pen.status()).isZero();
      assertThat(Files.exists(pidFile)).isFalse();
    }
  }

  /// Someone who pages through `pen -f -ddd` and has stopped reading, for example.
  @Test
  void theSecondSignalEndsItThoughNobodyReadsItsStandardError() throws Exception {
    var pidFile = dir.resolve("pen.pid");
    var port = Integer.toString(WebServer.freePort());
    try (var web = new WebServer("a")) {
      var command = PenProcess.command("-ddd", "-p", pidFile.toString(), port, web.address());
      var pen = command.start();
      try {
        PenProcess.eventually("it listens", () -> pen.getErrorStream().available() > 0);
        var to = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port));
        try (var client = SocketChannel.open(to)) {
          sendUntilStuck(client);
          PenProcess.signal(pen.pid(), "TERM");
          Thread.sleep(200); // two that come at once are one
          PenProcess.signal(pen.pid(), "TERM");
          assertThat(pen.waitFor(20, TimeUnit.SECONDS)).isTrue();
          assertThat(pen.exitValue()).isEqualTo(1);
          assertThat(pidFile).doesNotExist();
        }
      } finally {
        pen.destroyForcibly();
      }
    }
  }

  /// Until nothing has been taken for a second: pen's own queue is full by then, not only the pipe.
  private static void sendUntilStuck(SocketChannel client) throws Exception {
    client.configureBlocking(false);
    for (int idle = 0; idle < 50; idle++) {
      while (client.write(ByteBuffer.allocate(64 * 1024)) > 0) {
        idle = 0;
      }
      Thread.sleep(20);
    }
  }
}
