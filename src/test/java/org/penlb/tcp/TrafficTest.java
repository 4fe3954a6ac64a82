package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;

/// Bytes arrive as they were sent, in whatever portions and whoever begins.
class TrafficTest {

  @Test
  void oneByteAtATimePassesBothWays() throws Exception {
    try (var server = TestServer.echo();
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      for (int i = 0; i < 1000; i++) {
        client.getOutputStream().write(i);
        assertThat(client.getInputStream().read()).isEqualTo(i & 0xff);
      }
    }
  }

  @Test
  void streamOfSingleBytesArrivesInOrder() throws Exception {
    var atServer = new CompletableFuture<Wire.Received>();
    try (var server =
            TestServer.start(client -> atServer.complete(Wire.receive(client.getInputStream())));
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      var bytes = new java.io.ByteArrayOutputStream();
      var hash = Wire.sendBulk(bytes, 1, 20_000);
      for (byte b : bytes.toByteArray()) {
        client.getOutputStream().write(b);
      }
      client.shutdownOutput();

      assertThat(atServer.get()).isEqualTo(new Wire.Received(20_000, hash, false));
    }
  }

  @Test
  void serverMaySpeakFirst() throws Exception {
    try (var server = TestServer.named("220 mail ready");
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      assertThat(Wire.line(client)).isEqualTo("220 mail ready");
      assertThat(Wire.ask(client, "EHLO me")).isEqualTo("EHLO me");
    }
  }

  @Test
  void whatTheClientSendsBeforeTheServerIsConnectedArrives() throws Exception {
    try (var server = TestServer.echo();
        var pen = Pens.before(server.address()).open();
        var client = Wire.connect(pen)) {
      Wire.send(client, "early\n");
      client.shutdownOutput();
      pen.start();

      assertThat(Wire.all(client)).isEqualTo("early\n");
    }
  }

  @Test
  void pipelinedBurstsAreAnsweredInOrder() throws Exception {
    try (var server = TestServer.echo();
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      for (int burst = 0; burst < 50; burst++) {
        var lines = new StringBuilder();
        for (int i = 0; i < 500; i++) {
          lines.append("request ").append(burst).append('.').append(i).append('\n');
        }
        Wire.send(client, lines.toString());
        assertThat(Wire.text(client, lines.length())).isEqualTo(lines.toString());
      }
    }
  }

  @Test
  void connectionWithoutAByteEndsOnBothSides() throws Exception {
    var atServer = new CompletableFuture<String>();
    try (var server = TestServer.start(client -> atServer.complete(Wire.all(client)));
        var pen = Pens.before(server.address()).start();
        var client = Wire.connect(pen)) {
      client.shutdownOutput();

      assertThat(Wire.all(client)).isEmpty();
      assertThat(atServer.get()).isEmpty();
      assertFinished(pen);
    }
  }

  @Test
  void connectionsAtTheSameTimeAreKeptApart() throws Exception {
    try (var server = TestServer.echo();
        var pen = Pens.before(server.address()).loops(2).start()) {
      var all = new ArrayList<CompletableFuture<Boolean>>();
      for (int seed = 0; seed < 20; seed++) {
        all.add(Wire.start(echoBulk(pen, seed)));
      }
      for (var one : all) {
        assertThat(one.get()).isTrue();
      }
      assertFinished(pen);
    }
  }

  private static java.util.concurrent.Callable<Boolean> echoBulk(Balancer pen, int seed) {
    return () -> {
      try (var client = Wire.connect(pen)) {
        var back = Wire.start(() -> Wire.receive(client.getInputStream()));
        var hash = Wire.sendBulk(client.getOutputStream(), seed, 1_000_000);
        client.shutdownOutput();
        return back.get().equals(new Wire.Received(1_000_000, hash, false));
      }
    };
  }

  private static void assertFinished(Balancer pen) throws IOException {
    Wire.await("no connection is left", () -> pen.connections() == 0);
    assertThat(Pens.service(pen).closes()).containsOnlyKeys("finished");
  }
}
