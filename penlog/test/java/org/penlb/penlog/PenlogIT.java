package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// penlog as a process.
class PenlogIT {
  @TempDir private Path dir;

  private Tool penlog(String... arguments) throws Exception {
    var words = new ArrayList<String>();
    words.add(Tool.ours("penlog"));
    words.addAll(java.util.List.of(arguments));
    return Tool.start(new ProcessBuilder(words));
  }

  private static DatagramPacket receive(DatagramSocket socket) throws Exception {
    var packet = new DatagramPacket(new byte[65_536], 65_536);
    socket.setSoTimeout(30_000);
    socket.receive(packet);
    return packet;
  }

  private static String text(DatagramPacket packet) {
    return new String(packet.getData(), 0, packet.getLength(), ISO_8859_1);
  }

  private static void write(Tool tool, String text) throws Exception {
    tool.in().write(text.getBytes(ISO_8859_1));
    tool.in().flush();
  }

  @Test
  void eachLineIsADatagramAtOnce() throws Exception {
    try (var socket = new DatagramSocket();
        var tool = penlog("127.0.0.1", Integer.toString(socket.getLocalPort()), "127.0.0.7")) {
      for (var line : new String[] {"a\n", "\n", "b\r\n", "\0\u00ff\n", "x".repeat(8192) + "\n"}) {
        write(tool, line);
        var packet = receive(socket);
        assertThat(text(packet)).isEqualTo(line);
        assertThat(packet.getAddress().getHostAddress()).isEqualTo("127.0.0.7");
      }
      write(tool, "x".repeat(8193) + "\nlast");
      tool.in().close();
      assertThat(text(receive(socket))).isEqualTo("x".repeat(8192) + "\n");
      assertThat(text(receive(socket))).isEqualTo("last\n");
      assertThat(tool.status()).isZero();
      assertThat(tool.err())
          .isEqualTo(
              "penlog: 127.0.0.1:" + socket.getLocalPort() + ": lines 1 cut at 8192 bytes\n");
    }
  }

  @Test
  void itSurvivesAMissingPenlogd() throws Exception {
    int port = Tool.freeUdpPort();
    try (var tool = penlog("localhost:" + port, "127.0.0.1")) {
      for (int i = 0; i < 50; i++) {
        write(tool, "lost " + i + "\n");
      }
      Tool.eventually("a word", () -> tool.err().contains("nobody listens"));
      try (var socket = new DatagramSocket(port)) {
        write(tool, "not lost\n");
        var heard = text(receive(socket));
        while (heard.startsWith("lost")) {
          heard = text(receive(socket));
        }
        assertThat(heard).isEqualTo("not lost\n");
      }
      tool.in().close();
      assertThat(tool.status()).isZero();
      assertThat(tool.err().lines()).hasSizeBetween(1, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theLossOfTheLastLineIsTold(boolean term) throws Exception {
    try (var socket = new DatagramSocket();
        var tool = penlog("127.0.0.1:" + socket.getLocalPort())) {
      int port = socket.getLocalPort();
      write(tool, "heard\n");
      assertThat(text(receive(socket))).isEqualTo("heard\n");
      socket.close();
      write(tool, "lost\n");
      if (term) {
        tool.signal("TERM");
      } else {
        tool.in().close();
      }
      assertThat(tool.status()).isZero();
      assertThat(tool.err())
          .isEqualTo("penlog: 127.0.0.1:" + port + ": lines 1 lost, as nobody listens there\n");
    }
  }

  @Test
  void termSendsWhatHasBeenWritten() throws Exception {
    try (var socket = new DatagramSocket();
        var tool = penlog("127.0.0.1:" + socket.getLocalPort())) {
      write(tool, "first\n");
      assertThat(text(receive(socket))).isEqualTo("first\n");
      Tool.signal(tool.pid(), "STOP");
      write(tool, "second\nthird\n");
      Tool.signal(tool.pid(), "TERM");
      Tool.signal(tool.pid(), "CONT");
      assertThat(tool.status()).isZero();
      assertThat(text(receive(socket))).isEqualTo("second\n");
      assertThat(text(receive(socket))).isEqualTo("third\n");
    }
  }

  @Test
  void aHundredThousandLinesArriveInOrder() throws Exception {
    int count = 100_000;
    var log = dir.resolve("log");
    var input = dir.resolve("input");
    var lines = IntStream.range(0, count).mapToObj(i -> "h \"GET /" + i + "\" 200").toList();
    Files.write(input, lines);
    try (var penlogd = Tool.penlogd(log)) {
      var command =
          new ProcessBuilder(Tool.ours("penlog"), "127.0.0.1", "" + penlogd.port())
              .redirectInput(input.toFile());
      try (var tool = Tool.start(command)) {
        assertThat(tool.status()).isZero();
      }
      assertThat(penlogd.terminate()).isZero();
    }
    assertThat(Files.mismatch(log, input)).isEqualTo(-1);
  }

  @Test
  void whatIsWrongIsSaid() throws Exception {
    for (var arguments :
        new String[][] {{}, {"host"}, {"127.0.0.1", "x"}, {"127.0.0.1", "1", "2", "3"}}) {
      try (var tool = penlog(arguments)) {
        assertThat(tool.status()).isEqualTo(2);
        assertThat(tool.err()).contains("usage: penlog host port [my_ip]");
      }
    }
    try (var tool = penlog("127.0.0.1", "9", "192.0.2.1")) {
      assertThat(tool.status()).isEqualTo(1);
      assertThat(tool.err()).contains("cannot send to 127.0.0.1:9 from 192.0.2.1");
    }
  }
}
