package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;

/// Many short connections leave nothing behind. (`Connection.close`.)
class ManyConnectionsTest {
  private static final int THREADS = 4;
  private static final int EACH = 2500;

  /// All threads together are never so far ahead of pen that its backlog overflows: the kernel
  /// forgets a client that it could not queue and that is reset meanwhile, though he was connected.
  private static final int AHEAD = 100;

  private final AtomicInteger connected = new AtomicInteger();

  @Test
  void tenThousandThatConnectAndCloseAreCountedAndGone() throws Exception {
    try (var server = TestServer.start(Wire::all);
        var other = TestServer.start(Wire::all);
        // With its limit of connections: without, a busy machine runs out of descriptors.
        var pen = Pens.before(server.address(), other.address()).loops(2).start()) {
      List<CompletableFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        var from = "127.0.0." + (i + 10);
        all.add(Wire.start(() -> connectAndClose(pen, from)));
      }
      for (var one : all) {
        assertThat(one.get()).isEqualTo(EACH);
      }
      // In between there may be none while some still wait in the backlog.
      awaitAccepted(pen, THREADS * EACH);
      Wire.await("no connection is left", () -> pen.connections() == 0);

      var service = Pens.service(pen);
      assertThat(service.accepted()).isEqualTo(THREADS * EACH);
      assertThat(service.closes().values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(THREADS * EACH);
      assertThat(service.closes()).doesNotContainKeys("internal", "no server", "shortage");
      assertThat(service.liveConnections()).isEmpty();
      for (var one : service.servers()) {
        assertThat(one.connections()).isZero();
        assertThat(one.failed()).isZero();
      }
      assertThat(service.recentClients()).hasSize(THREADS);
    }
  }

  /// Every third one with a reset.
  private int connectAndClose(Balancer pen, String from) throws Exception {
    for (int i = 0; i < EACH; i++) {
      if (i % AHEAD == 0) {
        awaitAccepted(pen, connected.get());
      }
      var client = Wire.connect(pen, from);
      connected.incrementAndGet();
      if (i % 3 == 0) {
        Wire.reset(client);
      } else {
        client.close();
      }
    }
    return EACH;
  }

  private static void awaitAccepted(Balancer pen, int count) {
    Wire.await(count + " are accepted", () -> Pens.service(pen).accepted() >= count);
  }
}
