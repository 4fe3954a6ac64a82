package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.config.Settings;

/// A side that does not read stops the other side's sending, and costs little memory. (`Flow` reads
/// nothing while something is pending.)
class BackPressureTest {
  private static final long ONE_READ = 256 * 1024;

  /// Sends without end to who says `flood`, and is an echo to others.
  private static TestServer floodOrEcho(AtomicLong sent) throws IOException {
    return TestServer.start(
        client -> {
          if (Wire.line(client).equals("flood")) {
            flood(client, sent);
          } else {
            Wire.send(client, "ready\n");
            TestServer.echo(client);
          }
        });
  }

  private static void flood(Socket socket, AtomicLong sent) throws IOException {
    var block = new byte[16 * 1024];
    while (true) {
      socket.getOutputStream().write(block);
      sent.addAndGet(block.length);
    }
  }

  @Test
  void serverOfAClientThatDoesNotReadIsStoppedAndOthersAreNot() throws Exception {
    var sent = new AtomicLong();
    try (var server = floodOrEcho(sent);
        var pen = Pens.before(server.address()).start();
        var deaf = Wire.connectSlow(pen);
        var other = Wire.connect(pen)) {
      Wire.send(deaf, "flood\n");
      awaitStandstill(sent, () -> waiting(pen) > 0);

      // What the kernels hold, and one read in pen.
      assertThat(sent.get()).isLessThan(40L * 1024 * 1024);
      assertThat(waiting(pen)).isPositive().isLessThanOrEqualTo(ONE_READ);
      assertThat(Wire.ask(other, "hello")).isEqualTo("ready");
      for (int i = 0; i < 100; i++) {
        assertThat(Wire.ask(other, "line " + i)).isEqualTo("line " + i);
      }
      long before = sent.get();
      assertThat(deaf.getInputStream().readNBytes((int) before)).hasSize((int) before);
      Wire.await("the server goes on", () -> sent.get() > before);
    }
  }

  @Test
  void clientOfAServerThatDoesNotReadIsStopped() throws Exception {
    var sent = new AtomicLong();
    var over = new CountDownLatch(1);
    try (var server = TestServer.startSlow(_ -> over.await());
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      var flood =
          Wire.start(
              () -> {
                flood(client, sent);
                return null;
              });
      awaitStandstill(sent, () -> waiting(pen) > 0);

      assertThat(sent.get()).isLessThan(40L * 1024 * 1024);
      assertThat(waiting(pen)).isPositive().isLessThanOrEqualTo(ONE_READ);
      over.countDown(); // the server closes, which resets the client
      assertThat(flood).failsWithin(java.time.Duration.ofSeconds(20));
    }
  }

  @Test
  void manyClientsThatDoNotReadShareABoundedMemory() throws Exception {
    int clients = 70;
    var sent = new AtomicLong();
    try (var server = floodOrEcho(sent);
        var pen = new WiredPen(1, Settings.DEFAULT, server)) {
      pen.start();
      List<Socket> deaf = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        deaf.add(Wire.connectSlow(pen.address()));
        Wire.send(deaf.getLast(), "flood\n");
      }
      awaitStandstill(sent, () -> pen.bytesOut(0) > 0);

      // Large reads up to 16 MiB in all, then small ones.
      assertThat(pen.bytesOut(0))
          .isPositive()
          .isLessThan(16 * 1024 * 1024 + ONE_READ + clients * 16L * 1024);
      for (var socket : deaf) {
        Wire.reset(socket);
      }
      Wire.await("no connection is left", () -> pen.live() == 0);
      assertThat(pen.bytesOut(0)).isZero();
      assertThat(pen.service().servers().server(0).connections()).isZero();
    }
  }

  @Test
  void resetIsFoundWhileOnlyOneDirectionIsPaused() throws Exception {
    var sent = new AtomicLong();
    var reset = new CountDownLatch(1);
    try (var server =
            TestServer.start(
                client -> {
                  var flood = Wire.start(() -> floodUntilRefused(client, sent));
                  reset.await();
                  Wire.reset(client);
                  flood.get();
                });
        var pen = Pens.before(server.address()).start();
        var _ = Wire.connectSlow(pen)) {
      awaitStandstill(sent, () -> waiting(pen) > 0);
      reset.countDown();

      Wire.await("the reset is found", () -> state(pen).equals("resetting"));
    }
  }

  @Test
  void resetIsFoundWhileBothDirectionsArePaused() throws Exception {
    var fromServer = new AtomicLong();
    var fromClient = new AtomicLong();
    var reset = new CountDownLatch(1);
    try (var server =
            TestServer.startSlow(
                client -> {
                  var flood = Wire.start(() -> floodUntilRefused(client, fromServer));
                  reset.await();
                  Wire.reset(client);
                  flood.get();
                });
        var pen = Pens.before(server.address()).start();
        var client = Wire.connectSlow(pen)) {
      var flood = Wire.start(() -> floodUntilRefused(client, fromClient));
      awaitStandstill(fromServer, () -> waiting(pen) > 0);
      awaitStandstill(fromClient, () -> waiting(pen) > 0);
      assertThat(state(pen)).isEqualTo("carrying");
      reset.countDown();

      Wire.await("the reset is found", () -> state(pen).equals("resetting"));
      // The client gets what pen and its kernels have. Either the one who reads or the one who
      // writes is told of the reset, not both.
      assertThat(Wire.receive(client.getInputStream()).bytes()).isPositive();
      assertThat(flood.get()).isTrue();
      Wire.await("no connection is left", () -> pen.connections() == 0);
    }
  }

  private static boolean floodUntilRefused(Socket socket, AtomicLong sent) {
    try {
      flood(socket, sent);
    } catch (IOException e) {
      // that is how it ends
    }
    return true;
  }

  private static String state(Balancer pen) {
    var live = Pens.service(pen).liveConnections();
    return live.isEmpty() ? "" : live.getFirst().state();
  }

  private static long waiting(Balancer pen) {
    return Pens.service(pen).liveConnections().stream().mapToLong(c -> c.waiting()).sum();
  }

  /// Waits until nothing has been sent for half a second in which pen was holding bytes: a busy
  /// machine may stop for so long, too.
  private static void awaitStandstill(AtomicLong sent, Callable<Boolean> holds) {
    long[] last = {-1, System.nanoTime()};
    Wire.await(
        "the sender is stopped",
        () -> {
          long now = sent.get();
          if (now != last[0] || !holds.call()) {
            last[0] = now;
            last[1] = System.nanoTime();
          }
          return System.nanoTime() - last[1] > 500_000_000;
        });
  }
}
