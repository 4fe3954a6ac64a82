package org.penlb.tcp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.Balancer;
import org.penlb.Pens;

/// Clients that come through a Unix socket, to servers reached by TCP. There is one such socket for
/// all loops, so that its connections are handed over.
@Timeout(30)
class UnixSocketTest {
  @TempDir private Path directory;

  private Path path() {
    return directory.resolve("pen.sock");
  }

  private Balancer pen(TestServer server, int loops) throws Exception {
    return Pens.listeningOn(path().toString(), server.address()).loops(loops).start();
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(path()));
  }

  @Test
  void bytesPassBothWaysAndTheEndToo() throws Exception {
    long much = 5_000_000;
    try (var server = TestServer.echo();
        var pen = pen(server, 1);
        var client = connect()) {
      var back = Wire.start(() -> Wire.receive(Channels.newInputStream(client)));
      var bytes = new ByteArrayOutputStream();
      var hash = Wire.sendBulk(bytes, 1, much);
      var buffer = ByteBuffer.wrap(bytes.toByteArray());
      while (buffer.hasRemaining()) {
        client.write(buffer);
      }
      client.shutdownOutput();

      assertThat(back.get()).isEqualTo(new Wire.Received(much, hash, false));
      Wire.await("no connection is left", () -> pen.connections() == 0);
      assertThat(Pens.service(pen).closes()).containsOnlyKeys("finished");
    }
  }

  @Test
  void everybodyIsOneClientCalledUnix() throws Exception {
    try (var server = TestServer.named("me");
        var pen = pen(server, 1)) {
      for (int i = 0; i < 3; i++) {
        try (var client = connect()) {
          assertThat(read(client, 3)).isEqualTo("me\n");
          var connection = Pens.service(pen).liveConnections().getLast();
          assertThat(connection.client()).isEqualTo("unix");
          assertThat(connection.port()).isNegative();
        }
      }
      var clients = Pens.service(pen).recentClients();
      assertThat(clients).hasSize(1);
      assertThat(clients.getFirst().address()).isEqualTo("unix");
      assertThat(clients.getFirst().connects()).isEqualTo(3);
      assertThat(pen.port()).isEqualTo(-1);
    }
  }

  @Test
  void forwardedForSaysUnknown() throws Exception {
    try (var server = TestServer.echo();
        var pen =
            Pens.listeningOn(path().toString(), server.address())
                .settings(s -> s.http = true)
                .start();
        var client = connect()) {
      assertThat(pen.port()).isEqualTo(-1);
      client.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII)));
      client.shutdownOutput();
      var echoed = new String(Channels.newInputStream(client).readAllBytes(), US_ASCII);
      assertThat(echoed)
          .isEqualTo(
              "GET / HTTP/1.1\r\nX-Forwarded-For: unknown\r\nX-Forwarded-Proto: http\r\n\r\n");
    }
  }

  @Test
  void severalLoopsServeOneSocket() throws Exception {
    try (var server = TestServer.named("me");
        var pen = pen(server, 3)) {
      List<SocketChannel> clients = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        clients.add(connect());
      }
      for (var client : clients) {
        assertThat(read(client, 3)).isEqualTo("me\n");
      }
      assertThat(Pens.service(pen).liveConnections()).hasSize(30);
      for (var client : clients) {
        client.close();
      }
      Wire.await("no connection is left", () -> pen.connections() == 0);
    }
  }

  @Test
  void resetOfTheServerEndsTheClientBehindAllBytes() throws Exception {
    try (var server =
            TestServer.start(
                client -> {
                  Wire.sendBulk(client.getOutputStream(), 1, 400_000);
                  Wire.awaitAcknowledged(client);
                  Wire.reset(client);
                });
        var pen = pen(server, 1);
        var client = connect()) {
      var received = Wire.receive(Channels.newInputStream(client));

      assertThat(received.bytes()).isEqualTo(400_000);
      assertThat(received.hash()).isEqualTo(Wire.hashOfBulk(1, 400_000));
      Wire.await("no connection is left", () -> pen.connections() == 0);
      assertThat(Pens.service(pen).closes()).containsOnlyKeys("server reset");
    }
  }

  @Test
  void clientThatSendsAndClosesIsHeardToTheEnd() throws Exception {
    var atServer = new CompletableFuture<String>();
    try (var server = TestServer.start(client -> atServer.complete(Wire.all(client)));
        var pen = pen(server, 1)) {
      try (var client = connect()) {
        client.write(
            ByteBuffer.wrap("message".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
      }

      assertThat(atServer.get()).isEqualTo("message");
      Wire.await("no connection is left", () -> pen.connections() == 0);
      assertThat(Pens.service(pen).closes()).doesNotContainKey("internal");
    }
  }

  @Test
  void socketFileGoesWithItsPen() throws Exception {
    try (var server = TestServer.echo()) {
      var pen = pen(server, 1);
      assertThat(path()).exists();
      pen.close();
      assertThat(path()).doesNotExist();
    }
  }

  @Test
  void fileOfAnEndedPenIsReplacedAndThatOfALivingOneIsNot() throws Exception {
    try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(path()));
    }
    assertThat(path()).exists();
    try (var server = TestServer.echo();
        var pen = pen(server, 1)) {
      assertThatThrownBy(() -> pen(server, 1)).hasMessageContaining("Address already in use");
      // The question whether it lives is a connection too.
      Wire.await("no connection is left", () -> pen.connections() == 0);
    }
    Files.writeString(path(), "not a socket");
    try (var server = TestServer.echo()) {
      assertThatThrownBy(() -> pen(server, 1)).hasMessageContaining("not a socket");
    }
    assertThat(path()).hasContent("not a socket");
  }

  private static String read(SocketChannel client, int length) throws IOException {
    var bytes = Channels.newInputStream(client).readNBytes(length);
    return new String(bytes, java.nio.charset.StandardCharsets.US_ASCII);
  }
}
