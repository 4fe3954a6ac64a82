package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.stats.Snapshot;

/// Clients that give up while pen still connects to a server, and servers that take a connection
/// and throw it away.
class AbortTest {

  /// A server whose kernel does not answer: nobody accepts and its backlog is full.
  private static final class BlackHole implements AutoCloseable {
    private final ServerSocket listener;
    private final List<SocketChannel> filling = new ArrayList<>();

    BlackHole() throws Exception {
      listener = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
      for (int i = 0; i < 4; i++) {
        var socket = SocketChannel.open();
        socket.configureBlocking(false);
        socket.connect(listener.getLocalSocketAddress());
        filling.add(socket);
      }
    }

    String address() {
      return "127.0.0.1:" + listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
      listener.close();
      for (var socket : filling) {
        socket.close();
      }
    }
  }

  /// Else the time to connect might be over before a test has seen that it runs.
  private final ManualClock clock = new ManualClock();

  private Balancer before(BlackHole hole, TestServer... servers) throws Exception {
    var pen = Pens.withClock(clock, hole.address());
    for (var server : servers) {
      pen.server(server.address());
    }
    return pen.settings(s -> s.connectTimeout = Duration.ofSeconds(1)).start();
  }

  @Test
  void clientThatResetsWhilePenConnectsLeavesNothingBehind() throws Exception {
    try (var hole = new BlackHole();
        var pen = before(hole)) {
      var client = Wire.connect(pen);
      Wire.send(client, "request");
      awaitConnecting(pen);
      Wire.reset(client);
      endPatience(pen);

      assertNothingIsLeft(pen, "no server");
      assertThat(Pens.server(pen, 0).failed()).isEqualTo(1);
      assertThat(Pens.server(pen, 0).state()).isEqualTo(Snapshot.ServerState.BLACKLISTED);
    }
  }

  @Test
  void resetWhilePenConnectsReachesTheServerThatTakesItInTheEnd() throws Exception {
    var atServer = new CompletableFuture<Wire.Received>();
    try (var hole = new BlackHole();
        var server =
            TestServer.start(client -> atServer.complete(Wire.receive(client.getInputStream())));
        var pen = before(hole, server)) {
      var client = Wire.connect(pen);
      Wire.send(client, "request");
      awaitConnecting(pen);
      Wire.reset(client);
      endPatience(pen);

      Wire.await("the reset", () -> passTime() && atServer.isDone()); // pen looks after it
      var received = atServer.get();
      assertThat(received.bytes()).isEqualTo("request".length());
      assertThat(received.wasReset()).isTrue();
      assertNothingIsLeft(pen, "client reset");
    }
  }

  @Test
  void requestOfAClientThatHasClosedWhilePenConnectsIsDelivered() throws Exception {
    var atServer = new CompletableFuture<String>();
    try (var hole = new BlackHole();
        var server = TestServer.start(client -> atServer.complete(Wire.all(client)));
        var pen = before(hole, server)) {
      try (var client = Wire.connect(pen)) {
        Wire.send(client, "request");
        awaitConnecting(pen);
      }
      endPatience(pen);

      assertThat(atServer.get()).isEqualTo("request");
      assertNothingIsLeft(pen, "finished");
    }
  }

  @Test
  void serverThatAcceptsAndResetsIsNotBlacklisted() throws Exception {
    try (var server = TestServer.start(Wire::reset);
        var pen = Pens.before(server.address()).start()) {
      for (int i = 0; i < 20; i++) {
        connectAndWaitForTheEnd(pen);
      }
      assertNothingIsLeft(pen, "server reset");

      assertThat(server.accepted()).isEqualTo(20);
      assertThat(Pens.server(pen, 0).failed()).isZero();
      assertThat(Pens.server(pen, 0).state()).isEqualTo(Snapshot.ServerState.UP);
      assertThat(Pens.server(pen, 0).connections()).isZero();
    }
  }

  /// The reset may come while the client itself is still connecting.
  private static void connectAndWaitForTheEnd(Balancer pen) {
    try (var client = Wire.connect(pen)) {
      assertThat(Wire.receive(client.getInputStream()).bytes()).isZero();
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  @Test
  void refusedConnectGoesToTheNextServerAndIsBlamed() throws Exception {
    int port = Wire.freePort();
    try (var server = TestServer.named("second");
        var pen = Pens.before("127.0.0.1:" + port, server.address()).start();
        var client = Wire.connect(pen)) {
      assertThat(Wire.line(client)).isEqualTo("second");
      assertThat(Pens.server(pen, 0).state()).isEqualTo(Snapshot.ServerState.BLACKLISTED);
      assertThat(Pens.server(pen, 0).connections()).isZero();
      assertThat(Pens.server(pen, 1).connections()).isEqualTo(1);
    }
  }

  @Test
  void clientThatNoServerTakesIsClosed() throws Exception {
    int port = Wire.freePort();
    try (var pen = Pens.before("127.0.0.1:" + port).start();
        Socket client = Wire.connect(pen)) {
      assertThat(Wire.receive(client.getInputStream()).bytes()).isZero();
      assertNothingIsLeft(pen, "no server");
    }
  }

  /// The server has not answered in time.
  private void endPatience(Balancer pen) {
    clock.advance(Duration.ofSeconds(1));
    pen.snapshot(); // the loop looks at the clock
  }

  private boolean passTime() {
    clock.advance(Duration.ofMillis(10));
    return true;
  }

  private static void awaitConnecting(Balancer pen) {
    Wire.await(
        "connecting",
        () ->
            Pens.service(pen).liveConnections().stream()
                .anyMatch(connection -> connection.state().equals("connecting")));
  }

  private static void assertNothingIsLeft(Balancer pen, String cause) {
    Wire.await("no connection is left", () -> pen.connections() == 0);
    assertThat(Pens.service(pen).closes()).containsOnlyKeys(cause);
    assertThat(Pens.service(pen).servers()).allMatch(server -> server.connections() == 0);
  }
}
