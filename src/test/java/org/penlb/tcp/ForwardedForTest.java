package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;

/// `-H` from end to end: each request of a client says who it was. (`RequestTap`.)
class ForwardedForTest {
  private static final String CLIENT = "127.0.0.31";
  private static final String FIELDS = "X-Forwarded-For: 127.0.0.31\r\nX-Forwarded-Proto: http\r\n";

  private final CompletableFuture<String> atServer = new CompletableFuture<>();

  private TestServer collecting() throws Exception {
    return TestServer.start(client -> atServer.complete(Wire.all(client)));
  }

  private static Balancer pen(TestServer server) throws Exception {
    return Pens.before(server.address()).settings(s -> s.http = true).start();
  }

  @Test
  void pipelinedRequestsGetTheFieldsEachAndBodiesStayAsTheyAre() throws Exception {
    var body = "GET / HTTP/1.1\r\nHost: this is a body\r\n\r\n";
    var first = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length() + "\r\n";
    var second = "GET /b HTTP/1.1\r\nHost: h\r\n";
    try (var server = collecting();
        var pen = pen(server);
        var client = Wire.connect(pen, CLIENT)) {
      Wire.send(client, first + "\r\n" + body + second + "\r\n");
      client.shutdownOutput();

      assertThat(atServer.get())
          .isEqualTo(first + FIELDS + "\r\n" + body + second + FIELDS + "\r\n");
    }
  }

  @Test
  void requestsThatArriveByteByByteGetTheFieldsOnce() throws Exception {
    var request = "GET /a HTTP/1.1\r\nHost: h\r\n";
    try (var server = collecting();
        var pen = pen(server);
        var client = Wire.connect(pen, CLIENT)) {
      for (byte b : (request + "\r\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII)) {
        client.getOutputStream().write(b);
      }
      client.shutdownOutput();

      assertThat(atServer.get()).isEqualTo(request + FIELDS + "\r\n");
    }
  }

  @Test
  void requestsOfAConnectionThatIsKeptAliveGetTheFieldsEach() throws Exception {
    try (var server =
            TestServer.start(
                client -> {
                  for (var line = Wire.line(client); !line.isEmpty(); line = Wire.line(client)) {
                    var answer = new StringBuilder();
                    for (; !line.equals("\r"); line = Wire.line(client)) {
                      answer.append(line.strip()).append(';');
                    }
                    Wire.send(client, answer + "\n");
                  }
                });
        var pen = pen(server);
        var client = Wire.connect(pen, CLIENT)) {
      for (int i = 0; i < 20; i++) {
        Wire.send(client, "GET /" + i + " HTTP/1.1\r\n\r\n");
        assertThat(Wire.line(client))
            .isEqualTo(
                "GET /" + i + " HTTP/1.1;X-Forwarded-For: 127.0.0.31;X-Forwarded-Proto: http;");
      }
    }
  }

  @Test
  void bodyOfManyMebibytesPassesUnchanged() throws Exception {
    long length = 20_000_000;
    var head = "POST /a HTTP/1.1\r\nContent-Length: " + length + "\r\n";
    var received = new CompletableFuture<Wire.Received>();
    try (var server =
            TestServer.startSlow(
                client -> {
                  assertThat(Wire.text(client, (head + FIELDS + "\r\n").length()))
                      .isEqualTo(head + FIELDS + "\r\n");
                  received.complete(Wire.receive(client.getInputStream()));
                });
        var pen = pen(server);
        var client = Wire.connect(pen, CLIENT)) {
      Wire.send(client, head + "\r\n");
      var hash = Wire.sendBulk(client.getOutputStream(), 1, length);
      client.shutdownOutput();

      assertThat(received.get()).isEqualTo(new Wire.Received(length, hash, false));
    }
  }

  @Test
  void whatWasHeldBackArrivesWhenTheClientEndsInTheMiddleOfAName() throws Exception {
    try (var server = collecting();
        var pen = pen(server);
        var client = Wire.connect(pen, CLIENT)) {
      Wire.send(client, "GET / HTTP/1.1\r\nX-Forwarded");
      client.shutdownOutput();

      assertThat(atServer.get()).isEqualTo("GET / HTTP/1.1\r\nX-Forwarded");
    }
  }

  @Test
  void whatWasHeldBackArrivesWhenTheClientIsReset() throws Exception {
    var received = new CompletableFuture<Wire.Received>();
    try (var server =
            TestServer.start(
                client -> {
                  assertThat(Wire.line(client)).isEqualTo("GET / HTTP/1.1\r");
                  received.complete(Wire.receive(client.getInputStream()));
                });
        var pen = pen(server);
        var client = Wire.connect(pen, CLIENT)) {
      Wire.send(client, "GET / HTTP/1.1\r\nX-Forwarded");
      Wire.awaitAcknowledged(client);
      Wire.reset(client);

      assertThat(received.get().bytes()).isEqualTo("X-Forwarded".length());
      assertThat(received.get().wasReset()).isTrue();
    }
  }

  @Test
  void otherProtocolsPassUnchanged() throws Exception {
    try (var server = collecting();
        var pen = pen(server);
        var client = Wire.connect(pen, CLIENT)) {
      Wire.send(client, "EHLO me\r\nX-Forwarded-Proto: gopher\r\n\r\n");
      client.shutdownOutput();

      assertThat(atServer.get()).isEqualTo("EHLO me\r\nX-Forwarded-Proto: gopher\r\n\r\n");
    }
  }
}
