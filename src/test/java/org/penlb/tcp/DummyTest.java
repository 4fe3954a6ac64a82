package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.loop.BufferPool;

/// `dummy`: pen answers HTTP requests itself. (`DummySide`.)
class DummyTest {
  private static final Pattern ANSWER =
      Pattern.compile(
          """
          HTTP/1\\.1 (\\d+) [A-Za-z ]+\r
          Content-Type: text/html\r
          Content-Length: (\\d+)\r
          (?:Connection: ([a-z-]+)\r
          )?\r
          """);

  private TestServer server;
  private Balancer pen;

  @BeforeEach
  void start() throws Exception {
    server = TestServer.start(client -> Wire.send(client, "a server\n"));
    pen = Pens.before(server.address()).settings(s -> s.dummy = true).start();
  }

  @AfterEach
  void close() throws Exception {
    pen.close();
    assertThat(server.accepted()).as("servers have nothing to do with it").isZero();
    server.close();
  }

  private static String request(String method, String version, String... fields) {
    var head = new StringBuilder(method + " /any " + version + "\r\n");
    for (var field : fields) {
      head.append(field).append("\r\n");
    }
    return head.append("\r\n").toString();
  }

  /// Reads one answer and returns its status and what it says of the connection.
  private static String answer(Socket client, boolean body) throws Exception {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      var line = Wire.line(client);
      assertThat(line).as("after %s", head).isNotEmpty();
      head.append(line).append('\n');
    }
    var matcher = ANSWER.matcher(head);
    assertThat(matcher.matches()).as(head.toString()).isTrue();
    if (body) {
      assertThat(Wire.text(client, Integer.parseInt(matcher.group(2))))
          .startsWith("<!DOCTYPE html>")
          .endsWith("\n");
    }
    return matcher.group(1) + " " + matcher.group(3);
  }

  /// The whole conversation of a client that sends something and waits for the end.
  private String conversation(String sent) throws Exception {
    try (var client = Wire.connect(pen)) {
      Wire.send(client, sent);
      return Wire.all(client);
    }
  }

  @Test
  void requestsAreAnsweredOneAfterTheOtherOnOneConnection() throws Exception {
    try (var client = Wire.connect(pen)) {
      for (int i = 0; i < 3; i++) {
        Wire.send(client, request("GET", "HTTP/1.1", "Host: x"));
        assertThat(answer(client, true)).isEqualTo("200 null");
      }
      assertThat(pen.connections()).isOne();
      var live = Pens.service(pen).liveConnections().getFirst();
      assertThat(live.state()).isEqualTo("carrying");
      assertThat(live.server()).isEmpty();
      assertThat(live.fromClient()).isPositive();
    }
    Wire.await("no connection is left", () -> pen.connections() == 0);
    assertThat(Pens.service(pen).clients()).isZero();
    assertThat(Pens.service(pen).closes()).containsOnlyKeys("finished");
  }

  @Test
  void answerToHeadHasNoContent() throws Exception {
    try (var client = Wire.connect(pen)) {
      Wire.send(client, request("HEAD", "HTTP/1.1") + request("GET", "HTTP/1.1"));
      assertThat(answer(client, false)).isEqualTo("200 null");
      assertThat(answer(client, true)).isEqualTo("200 null");
    }
  }

  @Test
  void contentOfRequestsIsSkipped() throws Exception {
    try (var client = Wire.connect(pen)) {
      Wire.send(client, request("POST", "HTTP/1.1", "Content-Length: 11") + "GET / HTTP/");
      Wire.send(client, request("PUT", "HTTP/1.1", "Transfer-Encoding: chunked"));
      Wire.send(client, "5\r\nGET /\r\n0\r\n\r\n");
      Wire.send(client, request("GET", "HTTP/1.1", "Connection: close"));
      assertThat(answer(client, true)).isEqualTo("200 null");
      assertThat(answer(client, true)).isEqualTo("200 null");
      assertThat(answer(client, true)).isEqualTo("200 close");
      assertThat(Wire.all(client)).isEmpty();
    }
  }

  @Test
  void connectionGoesOnAsTheClientWantsIt() throws Exception {
    var old = request("GET", "HTTP/1.0");
    assertThat(statuses(conversation(old + old))).containsExactly("200 close");
    var kept = request("GET", "HTTP/1.0", "connection: Keep-Alive");
    assertThat(statuses(conversation(kept + old))).containsExactly("200 keep-alive", "200 close");
    var last = request("GET", "HTTP/1.1", "CONNECTION: foo, Close");
    assertThat(statuses(conversation(last))).containsExactly("200 close");
  }

  private static Iterable<String> statuses(String conversation) {
    return ANSWER.matcher(conversation).results().map(DummyTest::status).toList();
  }

  private static String status(MatchResult answer) {
    return answer.group(1) + " " + answer.group(3);
  }

  @Test
  void whatIsNoRequestGets400AndTheEnd() throws Exception {
    assertThat(statuses(conversation("SSH-2.0-x\r\n"))).containsExactly("400 close");
    assertThat(statuses(conversation("\u0016\u0003\u0001 and more"))).containsExactly("400 close");
    var unclear = request("POST", "HTTP/1.1", "Content-Length: 1", "Content-Length: 2");
    assertThat(statuses(conversation(unclear + "x"))).containsExactly("400 close");
    var then = request("GET", "HTTP/1.1") + "nonsense\r\n";
    assertThat(statuses(conversation(then))).containsExactly("200 null", "400 close");
  }

  @Test
  void clientThatSendsMuchNonsenseGetsItsAnswerWithoutAReset() throws Exception {
    try (var client = Wire.connect(pen)) {
      var sent = Wire.start(() -> Wire.sendBulk(client.getOutputStream(), 1, 8L << 20));
      sent.get();
      client.shutdownOutput();
      assertThat(statuses(Wire.all(client))).containsExactly("400 close");
    }
    Wire.await("no connection is left", () -> pen.connections() == 0);
    assertThat(Pens.service(pen).closes()).containsOnlyKeys("finished");
  }

  @Test
  void requestsMayComeByteByByte() throws Exception {
    try (var client = Wire.connect(pen)) {
      client.setTcpNoDelay(true);
      for (char c : request("HEAD", "HTTP/1.0", "Connection: keep-alive").toCharArray()) {
        Wire.send(client, String.valueOf(c));
        Wire.awaitAcknowledged(client);
      }
      assertThat(answer(client, false)).isEqualTo("200 keep-alive");
    }
  }

  @Test
  void pipelinedRequestsOfASlowReaderAreAllAnswered() throws Exception {
    int count = 100_000;
    try (var client = Wire.connectSlow(Wire.local(pen.port()))) {
      var sent =
          Wire.start(
              () -> {
                var one = "A  HTTP/1.1\n\n".getBytes(StandardCharsets.US_ASCII);
                var all = new byte[one.length * count];
                for (int i = 0; i < count; i++) {
                  System.arraycopy(one, 0, all, i * one.length, one.length);
                }
                client.getOutputStream().write(all);
                client.shutdownOutput();
                return true;
              });
      Wire.await("bytes wait", () -> waiting() > 0);
      var answers = Wire.all(client);
      assertThat(sent.get()).isTrue();
      assertThat(statuses(answers)).hasSize(count).containsOnly("200 null");
    }
  }

  private long waiting() {
    return Pens.service(pen).liveConnections().stream().mapToLong(c -> c.waiting()).sum();
  }

  @Test
  void answersToWhatIsReadAtOnceFitInABuffer() {
    assertThat(DummySide.MOST_OUT).isLessThanOrEqualTo(BufferPool.LARGE);
  }
}
