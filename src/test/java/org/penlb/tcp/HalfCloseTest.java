package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.penlb.Pens;

/// One side ends its half of the connection; the other half goes on. (The forwarding of the end:
/// `Flow.finish`; that the connection lives on: `Connection.settle`.)
class HalfCloseTest {
  private static final long MUCH = 50L * 1024 * 1024;
  private static final int ANSWER = 60_000;

  @Test
  void fiftyMebibytesEachWayAtOnceArriveUnchanged() throws Exception {
    var atServer = new CompletableFuture<Wire.Received>();
    try (var server =
            TestServer.start(
                client -> {
                  var received = Wire.start(() -> Wire.receive(client.getInputStream()));
                  Wire.sendBulk(client.getOutputStream(), 2, MUCH);
                  client.shutdownOutput();
                  atServer.complete(received.get());
                });
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      var received = Wire.start(() -> Wire.receive(client.getInputStream()));
      var hash = Wire.sendBulk(client.getOutputStream(), 1, MUCH);
      client.shutdownOutput();

      assertThat(atServer.get()).isEqualTo(new Wire.Received(MUCH, hash, false));
      assertThat(received.get())
          .isEqualTo(new Wire.Received(MUCH, Wire.hashOfBulk(2, MUCH), false));
      Wire.await("no connection is left", () -> pen.connections() == 0);
      assertThat(Pens.server(pen, 0).sent()).isEqualTo(MUCH);
      assertThat(Pens.server(pen, 0).received()).isEqualTo(MUCH);
    }
  }

  @Test
  void clientThatHasEndedStillGetsTheAnswer() throws Exception {
    try (var server =
            TestServer.start(
                client -> {
                  var request = Wire.all(client);
                  Wire.send(client, "answer to " + request);
                });
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      Wire.send(client, "request");
      client.shutdownOutput();

      assertThat(Wire.all(client)).isEqualTo("answer to request");
    }
  }

  @Test
  void serverThatHasEndedStillReceives() throws Exception {
    var atServer = new CompletableFuture<String>();
    try (var server =
            TestServer.start(
                client -> {
                  Wire.send(client, "all I say");
                  client.shutdownOutput();
                  atServer.complete(Wire.all(client));
                });
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      assertThat(Wire.all(client)).isEqualTo("all I say");
      Wire.send(client, "but I go on");
      client.shutdownOutput();

      assertThat(atServer.get()).isEqualTo("but I go on");
    }
  }

  @Test
  void answerIsWholeThoughTheServerClosesAtOnce() throws Exception {
    try (var server =
            TestServer.start(
                client -> {
                  Wire.all(client);
                  Wire.sendBulk(client.getOutputStream(), 3, ANSWER);
                });
        var pen = Pens.before(server.address()).start()) {
      var whole = new Wire.Received(ANSWER, Wire.hashOfBulk(3, ANSWER), false);
      for (int i = 0; i < 200; i++) {
        try (var client = Wire.connect(pen)) {
          Wire.send(client, "request");
          client.shutdownOutput();

          assertThat(Wire.receive(client.getInputStream())).isEqualTo(whole);
        }
      }
    }
  }
}
