package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Seams;
import org.penlb.loop.Resolver;

/// Servers' names that are looked up again.
class ResolveTest {
  private final AtomicInteger lookups = new AtomicInteger();
  private volatile List<InetAddress> addresses;

  private Balancer start(int port) throws Exception {
    var builder =
        Balancer.builder()
            .listen("127.0.0.1:0")
            .server("web:" + port)
            .settings(s -> s.resolve = Duration.ofMillis(20));
    return Seams.lookup(builder, this::lookUp).start();
  }

  private List<InetAddress> lookUp(String host) throws UnknownHostException {
    lookups.incrementAndGet();
    if (!host.equals("web") || addresses.isEmpty()) {
      throw new UnknownHostException(host);
    }
    return addresses;
  }

  /// Until the next look-up has begun and ended.
  private void awaitLookup() {
    int now = lookups.get();
    await().until(() -> lookups.get() > now + 1);
  }

  private static String addressOf(Balancer pen) {
    return pen.snapshot().services().getFirst().servers().getFirst().address();
  }

  @Test
  void newConnectionsGoToTheNewAddressAndLiveOnesStay() throws Exception {
    try (var old = LineServer.on("old", "127.23.0.1");
        var moved = LineServer.on("moved", "127.23.0.2", old.port())) {
      addresses = List.of(InetAddress.ofLiteral("127.23.0.1"));
      try (var pen = start(old.port());
          var client = LineClient.of(pen.port())) {
        assertThat(client.server()).isEqualTo("old");
        addresses = List.of(InetAddress.ofLiteral("127.23.0.2"));
        await().until(() -> addressOf(pen).equals("127.23.0.2"));
        assertThat(LineClient.serverOf("127.0.0.1", pen.port())).isEqualTo("moved");
        assertThat(client.server()).isEqualTo("old");
      }
    }
  }

  @Test
  void otherOrderOfTheSameAddressesIsNoMove() throws Exception {
    try (var server = LineServer.on("server", "127.23.0.3")) {
      var one = InetAddress.ofLiteral("127.23.0.3");
      var two = InetAddress.ofLiteral("127.23.0.4");
      addresses = List.of(one, two);
      try (var pen = start(server.port())) {
        addresses = List.of(two, one);
        awaitLookup();
        assertThat(addressOf(pen)).isEqualTo("127.23.0.3");
        assertThat(LineClient.serverOf("127.0.0.1", pen.port())).isEqualTo("server");
      }
    }
  }

  @Test
  void failedLookUpChangesNothingAndTheNextOneCounts() throws Exception {
    try (var server = LineServer.on("server", "127.23.0.5")) {
      addresses = List.of(InetAddress.ofLiteral("127.23.0.5"));
      try (var pen = start(server.port())) {
        addresses = List.of();
        awaitLookup();
        assertThat(LineClient.serverOf("127.0.0.1", pen.port())).isEqualTo("server");
        addresses = List.of(InetAddress.ofLiteral("127.23.0.6"));
        await().until(() -> addressOf(pen).equals("127.23.0.6"));
      }
    }
  }

  @Test
  void lookUpThatHangsHoldsNobodyUp() throws Exception {
    try (var server = LineServer.on("server", "127.23.0.7")) {
      var here = List.of(InetAddress.ofLiteral("127.23.0.7"));
      Resolver.Lookup hanging =
          host -> {
            if (lookups.incrementAndGet() > 1) {
              sleepLong();
            }
            return here;
          };
      var builder =
          Balancer.builder()
              .listen("127.0.0.1:0")
              .server("web:" + server.port())
              .settings(s -> s.resolve = Duration.ofMillis(1));
      try (var pen = Seams.lookup(builder, hanging).start()) {
        await().until(() -> lookups.get() > 1);
        for (int i = 1; i < 20; i++) {
          assertThat(LineClient.serverOf("127.0.8." + i, pen.port())).isEqualTo("server");
        }
      }
    }
  }

  private static void sleepLong() {
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // pen ends
    }
  }

  @Test
  void unknownHostIsAnErrorThatNamesTheServer() {
    addresses = List.of();
    assertThatThrownBy(() -> start(80)).hasMessage("server web:80: unknown host");
  }
}
