package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Servers that are taken out of service, and exchanged, while clients come and go.
class MaintenanceIT extends Scene {
  private static final int CLIENTS = 8;
  private static final int DRAIN_SECONDS = 5;

  private WebServer a;
  private WebServer b;
  private Control control;

  @BeforeEach
  void start() throws IOException {
    a = web("a");
    b = web("b");
    pen = PenProcess.start("-C", socket.toString(), "127.0.0.1:0", a.address(), b.address());
    control = Control.unix(socket);
  }

  private String server(int slot) throws IOException {
    return control.lines("servers").get(slot);
  }

  /// Another client for each number.
  private Socket client(int number) throws IOException {
    var client = new Socket();
    client.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.8." + number), 0));
    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), pen.port()));
    return client;
  }

  private static void awaitMore(Visits visits) {
    int now = visits.answered();
    PenProcess.eventually("visits", () -> visits.answered() > now + 50 * CLIENTS);
  }

  @Test
  void aServerIsDrainedAndTakenAwayAndNobodyNotices() throws Exception {
    var visits = new Visits(pen.port(), CLIENTS, Visits.PAUSE_NANOS);
    try (visits) {
      PenProcess.eventually("both", () -> visits.servers().equals(Set.of("a", "b")));
      control.order("pin 127.0.8.1 1");
      try (var live = client(1)) {
        assertThat(WebServer.get(live, "/")).isEqualTo("b");
        long start = System.nanoTime();
        control.order("server 1 drain " + DRAIN_SECONDS);
        assertThat(server(1)).containsPattern(" clients [1-9] state drained \\d$");
        visits.forgetServers();
        awaitMore(visits);
        assertThat(visits.servers()).as("for those it knows").contains("b");
        for (int i = 2; i < 20; i++) {
          try (var newcomer = client(i)) {
            assertThat(WebServer.get(newcomer, "/")).isEqualTo("a");
          }
        }
        PenProcess.eventually("the end of drain", () -> server(1).endsWith(" state drained 0"));
        assertThat(System.nanoTime() - start)
            .isGreaterThan(TimeUnit.SECONDS.toNanos(DRAIN_SECONDS));
        awaitMore(visits);
        visits.forgetServers();
        awaitMore(visits);
        assertThat(visits.servers()).containsExactly("a");
        PenProcess.eventually("only who lives", () -> server(1).contains(" conn 1 "));
        control.order("no server 1");
        assertThat(control.lines("servers")).hasSize(1);
        assertThat(WebServer.get(live, "/")).isEqualTo("b");
      }
    }
    assertThat(visits.failures()).isEmpty();
  }

  @Test
  void aServerIsExchangedForAnotherAndBroughtBackAndNobodyNotices() throws Exception {
    var visits = new Visits(pen.port(), CLIENTS);
    try (visits;
        var live = client(1)) {
      var first = WebServer.get(live, "/");
      int slot = first.equals("a") ? 0 : 1;
      var address = (first.equals("a") ? a : b).address().split(":", 2);
      PenProcess.eventually("both", () -> visits.servers().equals(Set.of("a", "b")));
      var other = web("c").address().split(":", 2);
      control.order("server %d address %s port %s".formatted(slot, other[0], other[1]));
      PenProcess.eventually("the new one", () -> visits.servers().contains("c"));
      awaitMore(visits);
      visits.forgetServers();
      awaitMore(visits);
      assertThat(visits.servers()).doesNotContain(first);
      assertThat(WebServer.get(live, "/")).isEqualTo(first);
      control.order("server %d address %s port %s".formatted(slot, address[0], address[1]));
      PenProcess.eventually("the old one", () -> visits.servers().contains(first));
      assertThat(WebServer.get(live, "/")).isEqualTo(first);
    }
    assertThat(visits.failures()).isEmpty();
  }
}
