package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.penlb.acl.AccessLists;
import org.penlb.config.FastClose;
import org.penlb.config.Settings;

/// Settings and servers that are replaced while connections live.
/// (`ConnectionTable.settingsChanged` and whoever looks at the settings each time.)
class ChangingSettingsTest {
  /// It never moves by itself: what happens, happens without a timer.
  private final ManualClock clock = new ManualClock();

  private WiredPen pen(Settings settings, TestServer... servers) throws Exception {
    var pen = new WiredPen(2, clock, settings, WiredPen.servers(null, servers), AccessLists.OPEN);
    pen.start();
    return pen;
  }

  private static Socket connect(WiredPen pen) throws Exception {
    return Wire.connect(pen.address(), "127.0.0.1");
  }

  private static List<Socket> connect(WiredPen pen, int count) throws Exception {
    var clients = new ArrayList<Socket>();
    for (int i = 0; i < count; i++) {
      clients.add(connect(pen));
    }
    return clients;
  }

  private static void assertServed(Socket client) throws Exception {
    assertThat(Wire.ask(client, "hello")).isEqualTo("hello");
  }

  private static void assertWaits(Socket client) throws Exception {
    Wire.send(client, "hello\n");
    client.setSoTimeout(100);
    assertThatThrownBy(() -> Wire.line(client)).isInstanceOf(SocketTimeoutException.class);
    client.setSoTimeout(Wire.PATIENCE_MILLIS);
  }

  @Test
  void raisedLimitOfConnectionsLetsThoseInWhoWait() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(WiredPen.settings(s -> s.connectionsMax = 1), server)) {
      var clients = connect(pen, 3);
      assertServed(clients.get(0));
      assertWaits(clients.get(1));
      pen.apply(s -> s.connectionsMax = 3);
      assertThat(Wire.line(clients.get(1))).isEqualTo("hello");
      assertServed(clients.get(2));
    }
  }

  @Test
  void loweredLimitOfConnectionsClosesNobodyAndLetsNobodyInBefore() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(Settings.DEFAULT, server)) {
      var clients = connect(pen, 3);
      for (var client : clients) {
        assertServed(client);
      }
      pen.apply(s -> s.connectionsMax = 2);
      try (var late = connect(pen)) {
        clients.get(0).close();
        Wire.await("one is gone", () -> pen.live() == 2);
        assertWaits(late);
        assertServed(clients.get(1));
        clients.get(1).close();
        assertThat(Wire.line(late)).isEqualTo("hello");
        assertServed(clients.get(2));
      }
    }
  }

  @Test
  void idleTimeoutHoldsForConnectionsThatLivedBefore() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(Settings.DEFAULT, server);
        var idle = connect(pen);
        var active = connect(pen)) {
      assertServed(idle);
      assertServed(active);
      for (var client : List.of(idle, active)) {
        client.setSoTimeout(Wire.PATIENCE_MILLIS / 2); // before the test's server loses patience
      }
      pen.apply(s -> s.idleTimeout = Duration.ofSeconds(10));
      clock.advance(Duration.ofSeconds(6));
      assertServed(active);
      clock.advance(Duration.ofSeconds(6));
      pen.apply(s -> s.ascii = true); // turns the loops
      assertThat(idle.getInputStream().read()).isEqualTo(-1);
      assertServed(active);
      pen.apply(s -> s.idleTimeout = Duration.ofSeconds(2));
      clock.advance(Duration.ofSeconds(3));
      pen.apply(s -> s.ascii = false);
      assertThat(active.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void idleTimeoutThatIsSwitchedOffClosesNobody() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(WiredPen.settings(s -> s.idleTimeout = Duration.ofSeconds(10)), server);
        var client = connect(pen)) {
      assertServed(client);
      pen.apply(s -> s.idleTimeout = Duration.ZERO);
      clock.advance(Duration.ofDays(1));
      pen.apply(s -> s.ascii = true);
      assertServed(client);
    }
  }

  @Test
  void sourceAndFastCloseAreOfTheMoment() throws Exception {
    try (var server =
            TestServer.start(
                client -> {
                  Wire.send(client, client.getInetAddress().getHostAddress() + "\n");
                  TestServer.echo(client);
                  client.getInputStream().read();
                });
        var pen = pen(Settings.DEFAULT, server);
        var early = connect(pen)) {
      assertThat(Wire.line(early)).isEqualTo("127.0.0.1");
      pen.apply(
          s -> {
            s.source = InetAddress.ofLiteral("127.0.0.9");
            s.fastClose = FastClose.UP;
          });
      try (var late = connect(pen)) {
        assertThat(Wire.line(late)).isEqualTo("127.0.0.9");
      }
      early.shutdownOutput(); // the echo ends, and with it all
      Wire.await("no connection is left", () -> pen.live() == 0);
      assertThat(pen.service().counters().closesByCause()).containsKey("fastclose");
    }
  }

  @Test
  void backlogGrowsWhereSomebodyListensAlready() throws Exception {
    try (var server = TestServer.echo();
        var pen =
            pen(
                WiredPen.settings(
                    s -> {
                      s.connectionsMax = 1;
                      s.backlog = 1;
                    }),
                server)) {
      var clients = new ArrayList<Socket>();
      var address = pen.listenOnce("127.0.0.1:0").address();
      try {
        while (connects(address, clients)) {
          assertThat(clients).hasSizeLessThan(30);
        }
        pen.apply(s -> s.backlog = 30);
        assertThat(connects(address, clients)).isTrue();
      } finally {
        for (var client : clients) {
          client.close();
        }
      }
    }
  }

  private static boolean connects(java.net.InetSocketAddress to, List<Socket> clients)
      throws Exception {
    var client = new Socket();
    clients.add(client);
    try {
      client.connect(to, 300);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  @Test
  void connectionsOfAServerThatIsRemovedGoOnToTheirEnd() throws Exception {
    try (var old = TestServer.named("old");
        var next = TestServer.named("next");
        var pen = pen(Settings.DEFAULT, old);
        var client = connect(pen)) {
      assertThat(Wire.line(client)).isEqualTo("old");
      var retired = pen.service().servers().server(0);
      retired.retire();
      pen.apply(WiredPen.servers(null, next));
      assertServed(client);
      try (var other = connect(pen)) {
        assertThat(Wire.line(other)).as("the client has no server any more").isEqualTo("next");
      }
      assertThat(retired.connections()).isOne();
      assertThat(Wire.ask(client, "still there")).isEqualTo("still there");
      client.shutdownOutput();
      assertThat(Wire.all(client)).isEmpty();
      Wire.await("it is released", () -> retired.connections() == 0);
      assertThat(pen.service().servers().server(0).connections()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void dummyAndServersTakeTurnsAtCommand() throws Exception {
    try (var server = TestServer.named("server");
        var pen = pen(Settings.DEFAULT, server);
        var early = connect(pen)) {
      assertThat(Wire.line(early)).isEqualTo("server");
      pen.apply(s -> s.dummy = true);
      try (var client = connect(pen)) {
        assertThat(Wire.ask(client, "GET / HTTP/1.1\n")).isEqualTo("HTTP/1.1 200 OK\r");
      }
      assertServed(early);
      pen.apply(s -> s.dummy = false);
      try (var client = connect(pen)) {
        assertThat(Wire.line(client)).isEqualTo("server");
      }
    }
  }
}
