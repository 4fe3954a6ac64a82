package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;

/// Many short connections leave nothing behind. (`Connection.close`.)
class ManyConnectionsTest {
  private static final int THREADS = 4;
  private static final int EACH = 2500;

  @Test
  void tenThousandThatConnectAndCloseAreCountedAndGone() throws Exception {
    try (var server = TestServer.start(Wire::all);
        var other = TestServer.start(Wire::all);
        var pen =
            Pens.before(server.address(), other.address())
                .loops(2)
                .settings(s -> s.connectionsMax = 100_000)
                .start()) {
      List<CompletableFuture<Integer>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        var from = "127.0.0." + (i + 10);
        all.add(Wire.start(() -> connectAndClose(pen, from)));
      }
      for (var one : all) {
        assertThat(one.get()).isEqualTo(EACH);
      }
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
  private static int connectAndClose(Balancer pen, String from) throws Exception {
    for (int i = 0; i < EACH; i++) {
      var client = Wire.connect(pen, from);
      if (i % 3 == 0) {
        Wire.reset(client);
      } else {
        client.close();
      }
    }
    return EACH;
  }
}
