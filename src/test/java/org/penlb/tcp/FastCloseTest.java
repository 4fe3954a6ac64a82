package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.config.FastClose;

/// `tcp_fastclose`: the end of one side closes both, where it is asked for. (`Connection.onEnd`.)
class FastCloseTest {
  private final CompletableFuture<String> atServer = new CompletableFuture<>();

  /// Ends its half at once when it has got a line, and reads on to the client's end.
  private TestServer endsFirst() throws Exception {
    return TestServer.start(
        client -> {
          Wire.line(client);
          Wire.send(client, "bye");
          client.shutdownOutput();
          atServer.complete(Wire.all(client));
        });
  }

  /// Answers what it got when the client has ended.
  private static TestServer endsLast() throws Exception {
    return TestServer.start(client -> Wire.send(client, Wire.all(client)));
  }

  private static Balancer pen(TestServer server, FastClose fastClose) throws Exception {
    return Pens.before(server.address()).settings(s -> s.fastClose = fastClose).start();
  }

  @Test
  void upClosesBothWhenTheServerEnds() throws Exception {
    assertServersEndCloses(FastClose.UP);
  }

  @Test
  void bothClosesBothWhenTheServerEnds() throws Exception {
    assertServersEndCloses(FastClose.BOTH);
  }

  private void assertServersEndCloses(FastClose fastClose) throws Exception {
    try (var server = endsFirst();
        var pen = pen(server, fastClose);
        var client = Wire.connect(pen)) {
      Wire.send(client, "\n");

      assertThat(Wire.all(client)).isEqualTo("bye");
      assertThat(atServer.get()).isEmpty(); // the client has not ended
      assertClosed(pen, "fastclose");
    }
  }

  @Test
  void downClosesBothWhenTheClientEnds() throws Exception {
    assertClientsEndCloses(FastClose.DOWN);
  }

  @Test
  void bothClosesBothWhenTheClientEnds() throws Exception {
    assertClientsEndCloses(FastClose.BOTH);
  }

  private static void assertClientsEndCloses(FastClose fastClose) throws Exception {
    try (var server = endsLast();
        var pen = pen(server, fastClose);
        var client = Wire.connect(pen)) {
      Wire.send(client, "request");
      client.shutdownOutput();

      assertThat(Wire.all(client)).isEmpty();
      assertClosed(pen, "fastclose");
    }
  }

  @Test
  void upHalfClosesWhenTheClientEnds() throws Exception {
    try (var server = endsLast();
        var pen = pen(server, FastClose.UP);
        var client = Wire.connect(pen)) {
      Wire.send(client, "request");
      client.shutdownOutput();

      assertThat(Wire.all(client)).isEqualTo("request");
    }
  }

  @Test
  void downHalfClosesWhenTheServerEnds() throws Exception {
    try (var server = endsFirst();
        var pen = pen(server, FastClose.DOWN);
        var client = Wire.connect(pen)) {
      Wire.send(client, "\n");
      assertThat(Wire.all(client)).isEqualTo("bye");
      Wire.send(client, "more");
      client.shutdownOutput();

      assertThat(atServer.get()).isEqualTo("more");
    }
  }

  private static void assertClosed(Balancer pen, String cause) {
    Wire.await("no connection is left", () -> pen.connections() == 0);
    assertThat(Pens.service(pen).closes()).containsOnlyKeys(cause);
  }
}
