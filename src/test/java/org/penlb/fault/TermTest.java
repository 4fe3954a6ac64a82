package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The end by TERM.
class TermTest {
  @TempDir Path directory;
  private Path pidFile;
  private LineServer server;

  @BeforeEach
  void startServer() throws Exception {
    pidFile = directory.resolve("pen.pid");
    server = LineServer.start("server");
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private PenProcess pen(String drain) throws Exception {
    return PenProcess.start(
        "-f", "-p", pidFile.toString(), "--drain", drain, "127.0.0.1:0", server.spec());
  }

  private static boolean refuses(int port) throws Exception {
    try (var _ = LineClient.of(port)) {
      return false;
    } catch (ConnectException e) {
      return true;
    } catch (java.net.SocketException e) { // reset at the moment of closing
      return false;
    }
  }

  @Test
  void withoutDrainItEndsAtOnceWithStatusZero() throws Exception {
    try (var pen = pen("0");
        var client = LineClient.of(pen.port())) {
      assertThat(client.server()).isEqualTo("server");
      assertThat(pidFile).hasContent(Long.toString(pen.pid()));
      pen.signal("TERM");
      assertThat(pen.status()).isZero();
      assertThat(pidFile).doesNotExist();
      assertThat(client.isClosedByPen()).isTrue();
    }
  }

  @Test
  void liveConnectionsFinishWithinDrainAndNoNewOnesAreTaken() throws Exception {
    try (var pen = pen("30")) {
      int port = pen.port();
      try (var client = LineClient.of(port)) {
        assertThat(client.server()).isEqualTo("server");
        pen.signal("TERM");
        await().until(() -> refuses(port));
        assertThat(client.ask("still there")).isEqualTo("server still there");
        assertThat(pen.isAlive()).isTrue();
      }
      assertThat(pen.status()).isZero();
      assertThat(pidFile).doesNotExist();
    }
  }

  @Test
  void connectionsThatOutliveDrainAreClosed() throws Exception {
    try (var pen = pen("1");
        var client = LineClient.of(pen.port())) {
      assertThat(client.server()).isEqualTo("server");
      pen.signal("TERM");
      assertThat(client.isClosedByPen()).isTrue();
      assertThat(pen.status()).isZero();
    }
  }

  @Test
  void secondTermEndsAtOnce() throws Exception {
    try (var pen = pen("60")) {
      int port = pen.port();
      try (var client = LineClient.of(port)) {
        assertThat(client.server()).isEqualTo("server");
        pen.signal("TERM");
        await().until(() -> refuses(port));
        pen.signal("TERM");
        assertThat(pen.status()).isZero();
        assertThat(pidFile).doesNotExist();
      }
    }
  }

  @Test
  void pidFileOfASuccessorStays() throws Exception {
    try (var pen = pen("0")) {
      pen.awaitListening();
      Files.writeString(pidFile, "4711\n");
      pen.signal("TERM");
      assertThat(pen.status()).isZero();
      assertThat(pidFile).hasContent("4711");
    }
  }

  @Test
  void termInTheCourseOfTheStartLeavesNothingBehind() throws Exception {
    try (var pen = pen("0")) {
      await().until(() -> Files.exists(pidFile) && Files.size(pidFile) > 0);
      pen.signal("TERM");
      assertThat(pen.status()).isZero();
      assertThat(pidFile).doesNotExist();
    }
  }
}
