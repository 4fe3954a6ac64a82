package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.penlb.unix.Sockets;

/// Whatever two sides do to each other, who stays to the end gets all that the other one sent
/// before it ended or was reset, and nothing is left in pen.
class RandomEndingsTest {
  private static final int THREADS = 8;
  private static final int EACH = 40;

  /// What one side does: sends, reads meanwhile, and ends.
  private record Plan(long seed, int bytes, boolean slow, boolean resets) {
    static Plan random(long seed) {
      var random = new SplittableRandom(seed);
      int bytes = random.nextInt(1 << random.nextInt(1, 21));
      return new Plan(seed, bytes, random.nextInt(4) == 0, random.nextInt(3) == 0);
    }
  }

  /// What became of it.
  ///
  /// @param sentAll whether the peer's kernel, which is pen's, has all of it
  private record Outcome(Plan plan, boolean sentAll, Wire.Received received) {}

  private final Map<Long, CompletableFuture<Outcome>> atServer = new ConcurrentHashMap<>();

  @Test
  void whoStaysToTheEndGetsAllOfIt() throws Exception {
    long start = Long.getLong("pen.seed", System.nanoTime());
    try (var server = TestServer.start(this::serve);
        var pen = new WiredPen(2, WiredPen.settings(s -> s.connectionsMax = 50), server)) {
      pen.start();
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        long seed = start + 1000L * i;
        threads.add(Wire.start(() -> connectOften(pen, seed)));
      }
      for (var thread : threads) {
        assertThat(thread)
            .as("-Dpen.seed=" + start)
            .succeedsWithin(java.time.Duration.ofSeconds(60));
      }
      Wire.await("no connection is left", () -> pen.live() == 0);
      assertThat(pen.bytesOut(0)).isZero();
      assertThat(pen.bytesOut(1)).isZero();
      assertThat(pen.service().servers().server(0).connections()).isZero();
      assertThat(pen.service().counters().closesByCause())
          .containsOnlyKeys("finished", "client reset", "server reset");
    }
  }

  private void serve(Socket client) throws IOException {
    long seed = Long.parseLong(Wire.line(client));
    future(seed).complete(carryOut(Plan.random(seed ^ 0x5eed), client));
  }

  private CompletableFuture<Outcome> future(long seed) {
    return atServer.computeIfAbsent(seed, _ -> new CompletableFuture<>());
  }

  private Void connectOften(WiredPen pen, long firstSeed) throws Exception {
    for (long seed = firstSeed; seed < firstSeed + EACH; seed++) {
      try (var client = Wire.connect(pen.address(), "127.0.0.1")) {
        Wire.send(client, seed + "\n");
        var one = carryOut(Plan.random(seed), client);
        var other = future(seed).get(20, java.util.concurrent.TimeUnit.SECONDS);
        assertReceived(one, other);
        assertReceived(other, one);
      }
    }
    return null;
  }

  private static void assertReceived(Outcome from, Outcome by) throws IOException {
    if (from.sentAll() && !by.plan().resets()) {
      assertThat(by.received().bytes()).as(from + " -> " + by).isEqualTo(from.plan().bytes());
      assertThat(by.received().hash())
          .isEqualTo(Wire.hashOfBulk(from.plan().seed(), from.plan().bytes()));
    } else {
      assertThat(by.received().bytes()).isLessThanOrEqualTo(from.plan().bytes());
    }
  }

  private static Outcome carryOut(Plan plan, Socket socket) throws IOException {
    var in = reader(socket, plan.slow());
    var reading = Wire.start(() -> Wire.receive(in));
    boolean sentAll = false;
    try {
      Wire.sendBulk(socket.getOutputStream(), plan.seed(), plan.bytes());
      if (plan.resets()) {
        sentAll = awaitAcknowledgedOrReset(socket);
        Wire.reset(socket);
      } else {
        socket.shutdownOutput();
        sentAll = true;
      }
    } catch (IOException e) {
      sentAll = false; // the other side was reset
    }
    return new Outcome(plan, sentAll, reading.join());
  }

  private static boolean awaitAcknowledgedOrReset(Socket socket) {
    var channel = socket.getChannel();
    Wire.await(
        "acknowledgement", () -> Sockets.unsentBytes(channel) == 0 || Sockets.hasHungUp(channel));
    return Sockets.unsentBytes(channel) == 0 && !Sockets.hasHungUp(channel);
  }

  private static InputStream reader(Socket socket, boolean slow) throws IOException {
    var in = socket.getInputStream();
    if (!slow) {
      return in;
    }
    return new InputStream() {
      @Override
      public int read() throws IOException {
        return in.read();
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        LockSupport.parkNanos(100_000);
        return in.read(bytes, offset, Math.min(length, 8 * 1024));
      }
    };
  }
}
