package org.penlb;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.tcp.TestServer;
import org.penlb.tcp.Wire;

/// Commands about live connections.
@Timeout(60)
class ConnectionCommandsTest {
  private static final String A = "127.0.1.1";

  @TempDir private Path directory;
  private TestServer server;
  private AdministeredPen pen;

  @BeforeEach
  void start() throws Exception {
    server = TestServer.named("a");
    var text =
        """
        service web
        listen 127.0.0.1:0
        server 0 address 127.0.0.1 port %d
        service mail
        listen 127.0.0.1:0
        server 0 address 127.0.0.1 port %d
        """
            .formatted(server.port(), server.port());
    pen = AdministeredPen.start(directory.resolve("pen.conf"), text);
  }

  @AfterEach
  void close() throws Exception {
    pen.close();
    server.close();
  }

  @Test
  void connectionIsDescribedAndFoundByItsDescriptorsAndAddress() throws Exception {
    try (var client = pen.connect("web", A)) {
      assertThat(Wire.line(client)).isEqualTo("a");
      assertThat(Wire.ask(client, "hello")).isEqualTo("hello");
      var described = pen.done("connection 1");
      assertThat(described)
          .startsWith("Connection 1:\nstate = carrying\ndownfd = ")
          .contains(
              "\nclient = %s:%d, server = server 0 (127.0.0.1:".formatted(A, client.getLocalPort()))
          .contains("\nreason = new\n")
          .contains("\nsx = 8, rx = 6\npend = 0\n");
      var parts =
          Pattern.compile("downfd = (\\d+), upfd = (\\d+)\n(?s:.*)from = (\\S+)\n")
              .matcher(described);
      assertThat(parts.find()).isTrue();
      for (int i = 1; i <= 2; i++) {
        assertThat(pen.done("socket " + parts.group(i)))
            .isEqualTo("Socket " + parts.group(i) + " belongs to connection 1\n");
      }
      assertThat(pen.done("client_of " + parts.group(3)))
          .isEqualTo(A + ":" + client.getLocalPort() + "\n");
      assertThat(pen.done("connections"))
          .startsWith(
              "1 client %s port %d server 0 (127.0.0.1:".formatted(A, client.getLocalPort()))
          .contains(" state carrying ")
          .contains(" sx 8 rx 6 waiting 0\n");
      var json = JsonParser.parseString(pen.done("json connections")).getAsJsonArray();
      assertThat(json).hasSize(1);
      var connection = json.get(0).getAsJsonObject();
      assertThat(connection.get("client"))
          .isEqualTo(
              JsonParser.parseString(
                  "{address: '%s', port: %d}".formatted(A, client.getLocalPort())));
      assertThat(connection.get("from_client").getAsInt()).isEqualTo(6);
    }
  }

  @Test
  void closedConnectionEndsForBothSides() throws Exception {
    try (var client = pen.connect("web", A);
        var other = pen.connect("web", A)) {
      assertThat(Wire.line(client)).isEqualTo("a");
      assertThat(Wire.line(other)).isEqualTo("a");
      var number = pen.done("connections").contains("1 client " + port(client)) ? 1 : 2;
      assertThat(pen.done("close " + number))
          .isEqualTo("Forcibly closing connection " + number + "\n");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      Wire.await("the server's side", () -> server.live() == 1);
      assertThat(Wire.ask(other, "goes on")).isEqualTo("goes on");
      assertThat(pen.ctl("close " + number))
          .isEqualTo(
              "error: close %d: there is none in service web; expected one that `connections` lists\n"
                  .formatted(number));
    }
  }

  private static String port(java.net.Socket client) {
    return A + " port " + client.getLocalPort();
  }

  @Test
  void connectionOfAnotherServiceIsPointedOutAndNotClosed() throws Exception {
    try (var client = pen.connect("mail", A)) {
      assertThat(Wire.line(client)).isEqualTo("a");
      assertThat(pen.ctl("close 1"))
          .isEqualTo(
              "error: close 1: there is none in service web; expected `service mail close 1`\n");
      assertThat(pen.ctl("connection 1")).endsWith("expected `service mail connection 1`\n");
      assertThat(Wire.ask(client, "goes on")).isEqualTo("goes on");
      var upfd = pen.done("service mail connection 1").replaceAll("(?s).*upfd = (\\d+).*", "$1");
      assertThat(pen.done("socket " + upfd))
          .isEqualTo("Socket %s belongs to connection 1 of service mail\n".formatted(upfd));
      pen.done("service mail close 1");
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void servicesAndServersAreCounted() throws Exception {
    try (var client = pen.connect("mail", A)) {
      assertThat(Wire.line(client)).isEqualTo("a");
      assertThat(pen.done("services"))
          .contains(" conn 0 conn_max 500 clients 0 clients_max 2048 accepted 0\nmail listen ")
          .endsWith(" conn 1 conn_max 500 clients 1 clients_max 2048 accepted 1\n");
      assertThat(pen.done("service mail servers")).contains(" conn 1 ").contains(" clients 1 ");
      assertThat(pen.done("servers")).contains(" conn 0 ").contains(" clients 0 ");
      assertThat(pen.done("service mail recent")).startsWith(A + " connects 1 sx ");
    }
  }
}
