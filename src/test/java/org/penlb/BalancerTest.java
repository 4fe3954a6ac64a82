package org.penlb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.penlb.acl.AccessLists;
import org.penlb.acl.AccessRule;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;
import org.penlb.stats.Snapshot;

/// The life of a balancer inside a program.
@Timeout(30)
class BalancerTest {

  @Test
  void closesAllOfItThoughTheThreadIsInterrupted() throws Exception {
    try (var server = new ServerSocket(0)) {
      var pen = Pens.before("127.0.0.1:" + server.getLocalPort()).loops(2).start();
      int port = pen.port();
      Thread.currentThread().interrupt();
      pen.close();

      assertThat(Thread.interrupted()).isTrue();
      assertThat(Thread.getAllStackTraces().keySet())
          .noneMatch(thread -> thread.getName().startsWith("loop-") && thread.isAlive());
      assertNobodyListens(port);
    }
  }

  @Test
  void oneThatHasNotStartedCanStopAndClose() throws Exception {
    var pen = Pens.before("127.0.0.1:1").loops(2).open();
    int port = pen.port();
    pen.stopAccepting();
    pen.close();
    pen.close();

    assertNobodyListens(port);
  }

  @Test
  void waitingClientIsServedFromTheBacklogOnceItStarts() throws Exception {
    try (var server = new ServerSocket(0);
        var pen = Pens.before("127.0.0.1:" + server.getLocalPort()).open();
        var client = connect(pen.port())) {
      pen.start();
      try (var atServer = server.accept()) {
        client.getOutputStream().write('!');
        assertThat(atServer.getInputStream().read()).isEqualTo('!');
      }
    }
  }

  @Test
  void liveConnectionsGoOnWhenItStopsAccepting() throws Exception {
    try (var server = new ServerSocket(0);
        var pen = Pens.before("127.0.0.1:" + server.getLocalPort()).start();
        var client = connect(pen.port());
        var atServer = server.accept()) {
      int port = pen.port();
      pen.stopAccepting();

      assertNobodyListens(port);
      client.getOutputStream().write('!');
      assertThat(atServer.getInputStream().read()).isEqualTo('!');
      assertThat(pen.awaitIdle(Duration.ZERO)).isFalse();
      client.shutdownOutput();
      atServer.shutdownOutput();
      assertThat(pen.awaitIdle(Duration.ofSeconds(20))).isTrue();
    }
  }

  @Test
  void portThatIsTakenIsSaidInOneLine() throws Exception {
    try (var other = new ServerSocket(0)) {
      var address = "127.0.0.1:" + other.getLocalPort();
      var builder = Pens.listeningOn(address, "127.0.0.1:1");

      assertThatThrownBy(builder::start)
          .isInstanceOf(IOException.class)
          .hasMessage("cannot listen on " + address + ": Address already in use");
    }
  }

  @Test
  void portOfAnotherPenIsTakenUnlessItIsToBeTakenOver() throws Exception {
    try (var first = Pens.before("127.0.0.1:1").start()) {
      var address = "127.0.0.1:" + first.port();

      assertThatThrownBy(() -> Pens.listeningOn(address, "127.0.0.1:1").start())
          .isInstanceOf(IOException.class);
      try (var second = Pens.listeningOn(address, "127.0.0.1:1").takeover(true).start()) {
        assertThat(second.port()).isEqualTo(first.port());
      }
    }
  }

  @Test
  void unknownHostIsNamed() throws Exception {
    var builder = Pens.before("no-such-host.invalid:1");

    assertThatThrownBy(builder::start)
        .isInstanceOf(IOException.class)
        .hasMessage("server no-such-host.invalid:1: unknown host");
  }

  @Test
  void needsAServer() {
    assertThatThrownBy(() -> Balancer.builder().listen("127.0.0.1:0").start())
        .isInstanceOf(BadSettingException.class)
        .hasMessage("a balancer needs an address to listen on and a server");
  }

  @Test
  void needsALoop() {
    assertThatThrownBy(() -> Balancer.builder().loops(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a balancer of 0 loops");
  }

  @Test
  void builderMayBeUsedAgainAndChangedInBetween() throws Exception {
    var builder = Pens.before("127.0.0.1:1");
    try (var first = builder.open();
        var second = builder.server("127.0.0.1:2").open()) {
      assertThat(Pens.service(first).servers()).hasSize(1);
      assertThat(Pens.service(second).servers()).hasSize(2);
    }
  }

  @Test
  void servicesOfOneProcessHaveListenersServersAndSettingsOfTheirOwn() throws Exception {
    try (var one = new ServerSocket(0);
        var other = new ServerSocket(0);
        var pen =
            Balancer.builder()
                .loops(2)
                .configuration(
                    configuration(
                        service("one", one.getLocalPort(), 10),
                        service("other", other.getLocalPort(), 20)))
                .start();
        var client = connect(port(pen, 0));
        var atOne = one.accept();
        var next = connect(port(pen, 1));
        var atOther = other.accept()) {
      for (var pair : List.of(List.of(client, atOne), List.of(next, atOther))) {
        pair.getFirst().getOutputStream().write('!');
        assertThat(pair.getLast().getInputStream().read()).isEqualTo('!');
      }
      assertThat(pen.connections()).isEqualTo(2);
      assertThat(pen.snapshot().services())
          .extracting(Snapshot.Service::name, Snapshot.Service::connections)
          .containsExactly(tuple("one", 1), tuple("other", 1));
      assertThat(pen.snapshot().services())
          .extracting(Snapshot.Service::connectionsMax, Snapshot.Service::clients)
          .containsExactly(tuple(10, 1), tuple(20, 1));
    }
  }

  private static Configuration configuration(ServiceConfig... services) {
    var lists = Collections.nCopies(AccessLists.COUNT, List.<AccessRule>of());
    return new Configuration(List.of(services), lists, 0, -1, 0, null, null);
  }

  private static ServiceConfig service(String name, int serverPort, int connectionsMax)
      throws BadSettingException {
    var settings = Settings.DEFAULT.toBuilder();
    settings.connectionsMax = connectionsMax;
    return new ServiceConfig(
        name,
        false,
        List.of(Endpoint.parse("127.0.0.1:0")),
        List.of(ServerSpec.parse("127.0.0.1:" + serverPort, -1)),
        null,
        null,
        settings.build(),
        null);
  }

  private static int port(Balancer pen, int service) {
    var listener = pen.snapshot().services().get(service).listeners().getFirst();
    return Integer.parseInt(listener.substring(listener.lastIndexOf(':') + 1));
  }

  private static Socket connect(int port) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port);
  }

  private static void assertNobodyListens(int port) {
    assertThatThrownBy(() -> connect(port)).isInstanceOf(IOException.class);
  }
}
