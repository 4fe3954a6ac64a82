package org.penlb.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.tcp.Wire;

/// What a client and the control listener say to each other.
@Timeout(30)
class ConversationTest {
  @ParameterizedTest
  @ValueSource(strings = {"servers\n", "servers\r\n", "servers\nexit\n", "servers\n\0\1\377"})
  void oneLineHasOneReplyAndThenTheEnd(String sent) throws Exception {
    try (var listening = Listening.start()) {
      assertThat(listening.exchange(sent)).isEqualTo("servers\n");
      assertThat(listening.executed).containsExactly("servers");
    }
  }

  @Test
  void lineMayComeInPieces() throws Exception {
    try (var listening = Listening.start();
        var client = listening.connect()) {
      client.setTcpNoDelay(true);
      for (char piece : "mode\n".toCharArray()) {
        Wire.send(client, String.valueOf(piece));
        Wire.awaitAcknowledged(client);
      }
      assertThat(Wire.all(client)).isEqualTo("mode\n");
    }
  }

  @Test
  void endOfTheStreamEndsTheLineToo() throws Exception {
    try (var listening = Listening.start();
        var client = listening.connect()) {
      Wire.send(client, "servers");
      client.shutdownOutput();
      assertThat(Wire.all(client)).isEqualTo("servers\n");
    }
  }

  @Test
  void replyOfNothingIsJustTheEnd() throws Exception {
    try (var listening = Listening.start((_, _) -> "")) {
      assertThat(listening.exchange("server 0 weight 5\n")).isEmpty();
      assertThat(listening.executed).containsExactly("server 0 weight 5");
    }
  }

  @Test
  void emptyLineIsALine() throws Exception {
    try (var listening = Listening.start()) {
      assertThat(listening.exchange("\n")).isEqualTo("\n");
      assertThat(listening.executed).containsExactly("");
    }
  }

  @Test
  void whoSaysNothingAtAllIsLetGo() throws Exception {
    try (var listening = Listening.start()) {
      try (var client = listening.connect()) {
        client.shutdownOutput();
        assertThat(Wire.all(client)).isEmpty();
      }
      Wire.reset(listening.connect());
      assertThat(listening.exchange("mode\n")).isEqualTo("mode\n");
      assertThat(listening.executed).containsExactly("mode");
    }
  }

  @Test
  void textGoesBothWaysAsUtf8() throws Exception {
    try (var listening = Listening.start((_, _) -> "größer\n");
        var client = listening.connect()) {
      client.getOutputStream().write("log /var/log/größe\n".getBytes(UTF_8));
      assertThat(client.getInputStream().readAllBytes()).isEqualTo("größer\n".getBytes(UTF_8));
      assertThat(listening.executed).containsExactly("log /var/log/größe");
    }
  }

  @Test
  void interpreterIsToldWhereTheLineCameFrom(@TempDir Path dir) throws Exception {
    Interpreter interpreter = (_, origin) -> origin + " on " + Thread.currentThread().getName();
    var path = dir.resolve("control").toString();
    try (var tcp = Listening.start(interpreter);
        var unix = Listening.start(path, interpreter)) {
      assertThat(tcp.exchange("x\n")).isEqualTo("TCP on commands");
      try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        client.write(UTF_8.encode("x\n"));
        assertThat(Channels.newInputStream(client).readAllBytes())
            .asString(UTF_8)
            .isEqualTo("UNIX on commands");
      }
      assertThat(unix.listener.addressText()).isEqualTo(path);
      assertThat(tcp.listener.addressText()).isEqualTo("127.0.0.1:" + tcp.port());
    }
  }

  @Test
  void ipv6ClientsAreServed() throws Exception {
    Wire.needIpv6();
    try (var listening = Listening.start("[::1]:0", Listening.ECHO)) {
      var address = new InetSocketAddress(InetAddress.ofLiteral("::1"), listening.port());
      try (var client = Wire.connect(address, "::1")) {
        assertThat(Wire.ask(client, "mode")).isEqualTo("mode");
      }
      assertThat(listening.listener.addressText()).isEqualTo("[::1]:" + listening.port());
    }
  }

  @Test
  void commandsOfTwoAdministratorsAreExecutedOneAfterTheOther() throws Exception {
    var begun = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    Interpreter interpreter =
        (line, _) -> {
          if (line.equals("slow")) {
            begun.countDown();
            Listening.awaitUninterrupted(goOn);
          }
          return line + "\n";
        };
    try (var listening = Listening.start(interpreter);
        var one = listening.connect();
        var two = listening.connect()) {
      Wire.send(one, "slow\n");
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      Wire.send(two, "fast\n");
      // Bytes flow meanwhile: a third one gets its error.
      assertThat(listening.exchange("\0\n")).startsWith("error: ");
      assertThat(listening.executed).containsExactly("slow");
      goOn.countDown();
      assertThat(Wire.all(one)).isEqualTo("slow\n");
      assertThat(Wire.all(two)).isEqualTo("fast\n");
      assertThat(listening.executed).containsExactly("slow", "fast");
    }
  }

  @Test
  void defectOfACommandIsToldAndTheNextOneIsExecuted() throws Exception {
    Interpreter interpreter =
        (line, _) ->
            switch (line) {
              case "throw" -> throw new IllegalStateException("a defect");
              case "recurse" -> throw new StackOverflowError();
              case "null" -> null;
              default -> line + "\n";
            };
    try (var log = org.penlb.tcp.LogCapture.of(ControlSession.class);
        var listening = Listening.start(interpreter)) {
      for (var bad : new String[] {"throw", "recurse", "null"}) {
        assertThat(listening.exchange(bad + "\n"))
            .isEqualTo("error: internal error, see the log\n");
      }
      assertThat(listening.exchange("mode\n")).isEqualTo("mode\n");
      assertThat(log.messages()).hasSize(3).first().asString().contains("'throw'", "a defect");
    }
  }
}
