package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.penlb.Balancer;
import org.penlb.Pens;

/// A reset is passed on as a reset, behind everything that the side which was reset has sent.
/// (`Connection.onReset` to `Connection.settleReset`.)
class ResetTest {
  /// More than pen's kernel passes on at once to a client that reads little: some of it waits in
  /// pen, some in the kernel's send queue.
  private static final int BYTES = 700_000;

  @Test
  void resetOfTheServerReachesTheClientBehindAllBytes() throws Exception {
    try (var server = TestServer.start(client -> sendAndReset(client, BYTES));
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      assertThat(Wire.receive(client.getInputStream()))
          .isEqualTo(new Wire.Received(BYTES, Wire.hashOfBulk(1, BYTES), true));
      assertGone(pen, "server reset");
    }
  }

  @Test
  void resetOfTheServerReachesASlowClientBehindAllBytes() throws Exception {
    var wasReset = new CountDownLatch(1);
    try (var server =
            TestServer.start(
                client -> {
                  sendAndReset(client, BYTES);
                  wasReset.countDown();
                });
        var pen = Pens.before(server.address()).start();
        var client = Wire.connectSlow(pen)) {
      assertThat(wasReset.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(Wire.receive(slow(client.getInputStream())))
          .isEqualTo(new Wire.Received(BYTES, Wire.hashOfBulk(1, BYTES), true));
      assertGone(pen, "server reset");
    }
  }

  @Test
  void resetOfTheClientReachesASlowServerBehindAllBytes() throws Exception {
    var wasReset = new CountDownLatch(1);
    var atServer = new CompletableFuture<Wire.Received>();
    try (var server =
            TestServer.startSlow(
                client -> {
                  wasReset.await();
                  atServer.complete(Wire.receive(slow(client.getInputStream())));
                });
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      sendAndReset(client, BYTES);
      wasReset.countDown();

      assertThat(atServer.get())
          .isEqualTo(new Wire.Received(BYTES, Wire.hashOfBulk(1, BYTES), true));
      assertGone(pen, "client reset");
    }
  }

  @Test
  void clientThatIsStillUploadingGetsTheAnswerOfAServerThatResets() throws Exception {
    int answer = 60_000;
    try (var server =
            TestServer.start(
                client -> {
                  assertThat(client.getInputStream().readNBytes(10_000)).hasSize(10_000);
                  sendAndReset(client, answer);
                });
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      var upload = Wire.start(() -> uploadUntilRefused(client));

      var received = Wire.receive(client.getInputStream());
      assertThat(received.bytes()).isEqualTo(answer);
      assertThat(received.hash()).isEqualTo(Wire.hashOfBulk(1, answer));
      assertThat(upload.get()).isTrue(); // of the reset either this one or the reader is told
      assertGone(pen, "server reset");
    }
  }

  @Test
  void resetOfAnIdleServerReachesTheClient() throws Exception {
    try (var server =
            TestServer.start(
                client -> {
                  Wire.line(client);
                  Wire.reset(client);
                });
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      Wire.send(client, "\n");

      assertThat(Wire.receive(client.getInputStream()).wasReset()).isTrue();
    }
  }

  @Test
  void resetOfAClientThatHasEndedReachesTheServer() throws Exception {
    var hasEnded = new CountDownLatch(1);
    var atServer = new CompletableFuture<Boolean>();
    try (var server =
            TestServer.start(
                client -> {
                  Wire.all(client);
                  hasEnded.countDown();
                  atServer.complete(writeUntilRefused(client));
                });
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      client.shutdownOutput();
      hasEnded.await();
      Wire.reset(client);

      assertThat(atServer.get()).isTrue();
      assertGone(pen, "client reset");
    }
  }

  @Test
  void silentServerHearsOfTheResetOfAClientThatHasEnded() throws Exception {
    try (var server =
            TestServer.start(
                client -> {
                  Wire.all(client);
                  Wire.send(client, "now\n");
                  new CountDownLatch(1).await(20, TimeUnit.SECONDS);
                });
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      client.shutdownOutput();
      assertThat(Wire.line(client)).isEqualTo("now");
      Wire.reset(client);

      assertGone(pen, "client reset");
    }
  }

  @Test
  @Timeout(20) // the patience with a slow reader is 30 s
  void nothingIsWaitedForWhenBothSidesAreReset() throws Exception {
    var wasReset = new CountDownLatch(1);
    try (var server =
            TestServer.start(
                client -> {
                  sendAndReset(client, 100_000);
                  wasReset.countDown();
                });
        var pen = Pens.before(server.address()).start()) {
      // Nothing of it waits in pen: all is in the kernel's queue to a client that does not read.
      var client = Wire.connectSlow(pen);
      wasReset.await();
      Wire.await("resetting", () -> state(pen).equals("resetting"));
      Wire.reset(client);

      assertGone(pen, "server reset");
    }
  }

  @Test
  @Timeout(20)
  void nothingIsWaitedForWhenBothSidesAreResetWithBytesInPen() throws Exception {
    var wasReset = new CountDownLatch(1);
    try (var server =
            TestServer.start(
                client -> {
                  sendAndReset(client, BYTES);
                  wasReset.countDown();
                });
        var pen = Pens.before(server.address()).start()) {
      var client = Wire.connectSlow(pen);
      wasReset.await();
      Wire.await("resetting", () -> state(pen).equals("resetting"));
      Wire.reset(client);

      assertGone(pen, "server reset");
    }
  }

  private static String state(Balancer pen) {
    var live = Pens.service(pen).liveConnections();
    return live.isEmpty() ? "" : live.getFirst().state();
  }

  private static void sendAndReset(Socket socket, int bytes) throws IOException {
    Wire.sendBulk(socket.getOutputStream(), 1, bytes);
    Wire.awaitAcknowledged(socket);
    Wire.reset(socket);
  }

  private static InputStream slow(InputStream in) {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        return in.read();
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        return in.read(bytes, offset, Math.min(length, 4096));
      }
    };
  }

  private static boolean uploadUntilRefused(Socket client) {
    try {
      while (true) {
        Wire.sendBulk(client.getOutputStream(), 2, 100_000);
      }
    } catch (IOException e) {
      return true;
    }
  }

  private static boolean writeUntilRefused(Socket client) {
    return uploadUntilRefused(client);
  }

  private static void assertGone(Balancer pen, String cause) {
    Wire.await("no connection is left", () -> pen.connections() == 0);
    assertThat(Pens.service(pen).closes()).containsOnlyKeys(cause);
    assertThat(Pens.server(pen, 0).connections()).isZero();
  }
}
