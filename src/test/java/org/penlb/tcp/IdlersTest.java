package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.Pens;
import org.penlb.acl.AccessLists;
import org.penlb.balance.Server;
import org.penlb.balance.ServerTable;
import org.penlb.config.ServerSpec;
import org.penlb.config.Settings;
import org.penlb.loop.Clock;

/// `idlers`: connections that wait at the servers for clients to come. (`IdleConnections`, and what
/// `Connection` does with one that has ended.)
class IdlersTest {
  private final List<AutoCloseable> toClose = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (var one : toClose.reversed()) {
      one.close();
    }
  }

  private <T extends AutoCloseable> T closing(T one) {
    toClose.add(one);
    return one;
  }

  private WiredPen pen(int loops, int idlers, TestServer... servers) throws Exception {
    return pen(loops, WiredPen.settings(s -> s.idlers = idlers), WiredPen.servers(null, servers));
  }

  private WiredPen pen(int loops, Settings settings, ServerTable servers) throws Exception {
    return pen(loops, Clock.SYSTEM, settings, servers);
  }

  private WiredPen pen(int loops, Clock clock, Settings settings, ServerTable servers)
      throws Exception {
    var pen = closing(new WiredPen(loops, clock, settings, servers, AccessLists.OPEN));
    pen.start();
    pen.apply(servers); // begins
    return pen;
  }

  private static int idle(WiredPen pen) {
    return pen.table(0).idleOnAllLoops();
  }

  private static void awaitIdle(WiredPen pen, int count) {
    Wire.await(count + " idle connections", () -> idle(pen) == count);
  }

  private static Socket connect(WiredPen pen) throws Exception {
    return Wire.connect(pen.address(), "127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void asManyAsAreWantedAreSpreadOverTheServersInTurn(int loops) throws Exception {
    var one = closing(TestServer.echo());
    var two = closing(TestServer.echo());
    var pen = pen(loops, 6, one, two);
    awaitIdle(pen, 6);
    Wire.await("three each", () -> one.live() == 3 && two.live() == 3);
    assertThat(pen.live()).isZero();
    assertThat(pen.service().servers().server(0).connections()).isZero();
  }

  @Test
  void clientGetsOneAndAnotherTakesItsPlace() throws Exception {
    var server = closing(TestServer.echo());
    var pen = pen(1, 1, server);
    awaitIdle(pen, 1);
    for (int i = 1; i <= 5; i++) {
      try (var client = connect(pen)) {
        assertThat(Wire.ask(client, "hello")).isEqualTo("hello");
        int all = 1 + i;
        Wire.await("the next is connected", () -> idle(pen) == 1 && server.accepted() >= all);
        assertThat(server.accepted()).as("no connect but that of the next").isEqualTo(all);
        client.shutdownOutput();
        assertThat(Wire.all(client)).isEmpty();
      }
    }
    assertAllIsReleased(pen);
  }

  @Test
  void greetingThatAServerSentLongAgoIsTheClients() throws Exception {
    var server = closing(TestServer.named("220 hello"));
    var pen = pen(1, 1, server);
    awaitIdle(pen, 1);
    try (var client = connect(pen)) {
      assertThat(Wire.line(client)).isEqualTo("220 hello");
      assertThat(Wire.ask(client, "EHLO")).isEqualTo("EHLO");
    }
  }

  @Test
  void clientDoesNotNoticeThatItsConnectionEndedBeforeItSaidAnything() throws Exception {
    Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
    var server = closing(TestServer.start(client -> serve(accepted, client)));
    var pen = pen(1, 1, server);
    awaitIdle(pen, 1);
    Wire.await("it is accepted", () -> accepted.size() == 1);
    try (var client = connect(pen)) {
      Wire.await("the client has it", () -> pen.live() == 1);
      accepted.poll().shutdownOutput();
      // What the client says before pen knows is lost with the old connection.
      Wire.await("it has the next, which has a successor", () -> server.accepted() == 3);
      assertThat(Wire.ask(client, "first")).isEqualTo("first");
      client.shutdownOutput();
      assertThat(Wire.all(client)).isEmpty();
    }
    assertAllIsReleased(pen);
  }

  private static void serve(Queue<Socket> accepted, Socket client) throws Exception {
    accepted.add(client);
    TestServer.echo(client);
  }

  @Test
  void clientDoesNotNoticeThatAConnectionEndedAfterTheGreeting() throws Exception {
    Queue<Socket> accepted = new ConcurrentLinkedQueue<>();
    var server =
        closing(
            TestServer.start(
                client -> {
                  Wire.send(client, "220 hello\n");
                  serve(accepted, client);
                }));
    // Without time it is not found by itself.
    var pen =
        pen(
            1,
            new ManualClock(),
            WiredPen.settings(s -> s.idlers = 1),
            WiredPen.servers(null, server));
    awaitIdle(pen, 1);
    Wire.await("it is accepted", () -> accepted.size() == 1);
    var idle = accepted.poll();
    Wire.awaitAcknowledged(idle);
    idle.shutdownOutput();
    try (var client = connect(pen)) {
      assertThat(Wire.line(client)).isEqualTo("220 hello");
      assertThat(Wire.ask(client, "EHLO")).isEqualTo("EHLO");
    }
    assertAllIsReleased(pen);
  }

  private static void assertAllIsReleased(WiredPen pen) {
    Wire.await("no connection is left", () -> pen.live() == 0);
    assertThat(pen.service().servers().server(0).connections()).isZero();
    assertThat(pen.table(0).admission().pending()).isZero();
  }

  /// At any moment at all.
  @Test
  void noClientNoticesThatIdleConnectionsEndAllTheTime() throws Exception {
    var server =
        closing(
            TestServer.start(
                client -> {
                  client.setSoTimeout(3); // an impatient one
                  int first = client.getInputStream().read();
                  client.setSoTimeout(Wire.PATIENCE_MILLIS);
                  client.getOutputStream().write(first);
                  TestServer.echo(client);
                }));
    var pen = pen(2, 4, server);
    int reset = 0;
    for (int i = 0; i < 300; i++) {
      try (var client = connect(pen)) {
        Wire.send(client, "hello\n");
        reset += Wire.line(client).equals("hello") ? 0 : 1;
      } catch (java.net.SocketException e) {
        reset++; // the first byte was on its way
      }
    }
    assertThat(reset).isLessThan(15);
  }

  @Test
  void connectionsThatAServerEndsAreReplacedOncePerSecond() throws Exception {
    var clock = new ManualClock();
    var server =
        closing(
            TestServer.start(
                client -> {
                  client.shutdownOutput();
                  client.getInputStream().read(); // until pen has seen it
                }));
    var pen = pen(1, clock, WiredPen.settings(s -> s.idlers = 2), WiredPen.servers(null, server));
    for (int second = 1; second <= 3; second++) {
      int expected = 2 * second;
      Wire.await("all have ended", () -> server.accepted() == expected && server.live() == 0);
      assertThat(idle(pen)).isZero();
      clock.advance(Duration.ofMillis(900));
      pen.apply(s -> s.ascii = true);
      assertThat(server.accepted()).isEqualTo(expected);
      clock.advance(Duration.ofMillis(200));
      pen.apply(s -> s.ascii = false);
    }
  }

  @Test
  void deadServerIsFoundBeforeAClientComes() throws Exception {
    int port = Wire.freePort();
    var good = closing(TestServer.echo());
    var dead = new Server(0, ServerSpec.parse("127.0.0.1:" + port, -1), Wire.local(1).getAddress());
    var other = new Server(1, ServerSpec.parse(good.address(), -1), Wire.local(1).getAddress());
    try (var log = LogCapture.of(ConnectionTable.class)) {
      var pen =
          pen(
              1,
              WiredPen.settings(s -> s.idlers = 2),
              new ServerTable(List.of(dead, other), null, null));
      awaitIdle(pen, 2);
      assertThat(dead.isBlacklisted(System.nanoTime())).isTrue();
      assertThat(dead.failed()).isPositive();
      assertThat(log.messages()).hasSize(1);
      assertThat(log.messages().getFirst()).endsWith("Connection refused: left out for 30 s");
    }
  }

  @Test
  void idleConnectionsGiveWayToClientsWhereAServerTakesFew() throws Exception {
    var clock = new ManualClock();
    var server = closing(TestServer.echo());
    var spec = ServerSpec.parse(server.address() + ":3", -1);
    var limited = new Server(0, spec, Wire.local(1).getAddress());
    var servers = new ServerTable(List.of(limited), null, null);
    var pen = pen(2, clock, WiredPen.settings(s -> s.idlers = 4), servers);
    awaitIdle(pen, 3);
    var oneLoops = pen.listenOnce("127.0.0.1:0").address(); // some are idle on the other one
    var clients = new ArrayList<Socket>();
    for (int i = 1; i <= 3; i++) {
      clients.add(closing(Wire.connect(oneLoops, "127.0.0.1")));
      assertThat(Wire.ask(clients.getLast(), "hello")).isEqualTo("hello");
      int count = i;
      Wire.await("the rest is idle", () -> idle(pen) == 3 - count && server.live() == 3);
    }
    try (var tooMany = connect(pen)) {
      assertThat(tooMany.getInputStream().read()).isEqualTo(-1);
    }
    for (var client : clients) {
      client.close();
    }
    Wire.await("no connection is left", () -> pen.live() == 0);
    clock.advance(Duration.ofSeconds(2));
    pen.apply(servers);
    awaitIdle(pen, 3);
  }

  @Test
  void penBeginsWithThem() throws Exception {
    var server = closing(TestServer.echo());
    closing(Pens.before(server.address()).settings(s -> s.idlers = 2).start());
    Wire.await("two are connected", () -> server.live() == 2);
  }

  @Test
  void numberChangesAtCommand() throws Exception {
    var server = closing(TestServer.echo());
    var pen = pen(2, 0, server);
    assertThat(idle(pen)).isZero();
    pen.apply(s -> s.idlers = 5);
    awaitIdle(pen, 5);
    pen.apply(s -> s.idlers = 2);
    assertThat(idle(pen)).isEqualTo(2);
    Wire.await("others are closed", () -> server.live() == 2);
    pen.apply(s -> s.transparent = true);
    assertThat(idle(pen)).as("nobody knows whose address to use").isZero();
    pen.apply(
        s -> {
          s.transparent = false;
          s.idlers = 0;
        });
    assertThat(idle(pen)).isZero();
  }

  @Test
  void removedServerHasNoIdleConnections() throws Exception {
    var old = closing(TestServer.echo());
    var next = closing(TestServer.echo());
    var pen = pen(1, 3, old);
    awaitIdle(pen, 3);
    pen.service().servers().server(0).retire();
    pen.apply(WiredPen.servers(null, next));
    awaitIdle(pen, 3);
    Wire.await("all are at the new one", () -> next.live() == 3 && old.live() == 0);
  }
}
