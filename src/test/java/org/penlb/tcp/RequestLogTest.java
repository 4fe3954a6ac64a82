package org.penlb.tcp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.Pens;

/// `-l` from end to end: a line for each request.
class RequestLogTest {
  @TempDir private Path directory;

  @Test
  void eachRequestIsALineInTheFile() throws Exception {
    var file = directory.resolve("requests");
    try (var server = TestServer.echo();
        var pen = Pens.before(server.address()).requestLog(file.toString()).start()) {
      try (var web = Wire.connect(pen, "127.0.0.41")) {
        Wire.send(web, "GET /a HTTP/1.1\r\nHost: h\r\n\r\nPOST /b HTTP/1.1\r\n");
        Wire.send(web, "Content-Length: 5\r\n\r\nGET /GET /c HTTP/1.1\r\n\r\n");
        web.shutdownOutput();
        Wire.all(web);
      }
      try (var other = Wire.connect(pen, "127.0.0.42")) {
        assertThat(Wire.ask(other, "HELO \u00e4\tb")).isEqualTo("HELO \u00e4\tb");
      }
    }
    assertThat(Files.readAllLines(file, ISO_8859_1))
        .map(line -> line.replaceFirst(" [0-9]{10} ", " TIME "))
        .containsExactly(
            "127.0.0.41 TIME 127.0.0.1 GET /a HTTP/1.1",
            "127.0.0.41 TIME 127.0.0.1 POST /b HTTP/1.1",
            "127.0.0.41 TIME 127.0.0.1 GET /c HTTP/1.1",
            "127.0.0.42 TIME 127.0.0.1 HELO ..b");
  }

  @Test
  void lineOfAClientThatWasResetIsNotLost() throws Exception {
    var file = directory.resolve("requests");
    try (var server = TestServer.start(Wire::all);
        var pen = Pens.before(server.address()).requestLog(file.toString()).start()) {
      var client = Wire.connect(pen, "127.0.0.43");
      Wire.send(client, "GET /unfinished");
      Wire.awaitAcknowledged(client);
      Wire.await("it is read", () -> Pens.server(pen, 0).sent() > 0);
      Wire.reset(client);
      Wire.await("no connection is left", () -> pen.connections() == 0);
    }
    assertThat(Files.readString(file)).endsWith(" 127.0.0.1 GET /unfinished\n");
  }

  @Test
  void eachRequestIsADatagram() throws Exception {
    try (var penlogd = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        var server = TestServer.echo();
        var pen =
            Pens.before(server.address())
                .requestLog("127.0.0.1:" + penlogd.getLocalPort())
                .settings(s -> s.http = true)
                .start();
        var client = Wire.connect(pen, "127.0.0.44")) {
      Wire.send(client, "GET /a HTTP/1.1\r\n\r\n");

      penlogd.setSoTimeout(Wire.PATIENCE_MILLIS);
      var packet = new DatagramPacket(new byte[1000], 1000);
      penlogd.receive(packet);
      assertThat(new String(packet.getData(), 0, packet.getLength(), ISO_8859_1))
          .isEqualTo("+ 127.0.0.44 127.0.0.1 GET /a HTTP/1.1\n");
      assertThat(Wire.line(client)).isEqualTo("GET /a HTTP/1.1\r");
      assertThat(Wire.line(client)).isEqualTo("X-Forwarded-For: 127.0.0.44\r");
    }
  }
}
