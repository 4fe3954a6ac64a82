package org.penlb.penlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same traffic for penlogd and for the classic one, with the same log at the end.
class ClassicPenlogdIT {
  private static final String PEN = "127.0.0.9";
  private static final int STEPS = 4000;

  @TempDir private Path dir;

  /// A datagram and who sends it.
  record Sent(String from, String datagram) {}

  /// What three servers and pen send: requests that are popular and rare, matched at once, late,
  /// twice and never. Nothing in which the two differ on purpose.
  private static List<Sent> traffic() {
    var random = new Random(7);
    var traffic = new ArrayList<Sent>();
    for (int i = 0; i < STEPS; i++) {
      var server = "127.0.0." + (1 + random.nextInt(3));
      int path = random.nextInt(10) < 3 ? random.nextInt(5) : random.nextInt(3000);
      var request = (random.nextBoolean() ? "GET /" : "POST /form?x=") + path + "& HTTP/1.1";
      var client = "192.0.2." + (1 + random.nextInt(250));
      int kind = random.nextInt(20);
      if (kind < 18) {
        traffic.add(new Sent(PEN, "+ " + client + " " + server + " " + request + "\n"));
      }
      int answers = kind < 15 ? 1 : kind < 17 ? 2 : kind < 19 ? 0 : 1;
      for (int k = 0; k < answers; k++) {
        var line = web(request, random.nextBoolean());
        int place = Math.max(0, traffic.size() - random.nextInt(3));
        traffic.add(random.nextInt(50) == 0 ? place : traffic.size(), new Sent(server, line));
      }
    }
    return traffic;
  }

  private static String web(String request, boolean combined) {
    return PEN
        + " - - [20/Nov/2026:17:00:00 +0000] \""
        + request
        + "\" 200 1234"
        + (combined ? " \"http://a/\" \"agent\"\n" : "\n");
  }

  /// Sends in small steps: the classic one has little room for what waits.
  private static void send(List<Sent> traffic, int port) throws Exception {
    try (var pen = new Tool.Sender(PEN, "127.0.0.1", port);
        var a = new Tool.Sender("127.0.0.1", "127.0.0.1", port);
        var b = new Tool.Sender("127.0.0.2", "127.0.0.1", port);
        var c = new Tool.Sender("127.0.0.3", "127.0.0.1", port)) {
      for (var sent : traffic) {
        awaitRead(port);
        switch (sent.from) {
          case "127.0.0.1" -> a.send(sent.datagram);
          case "127.0.0.2" -> b.send(sent.datagram);
          case "127.0.0.3" -> c.send(sent.datagram);
          default -> pen.send(sent.datagram);
        }
      }
      awaitRead(port);
    }
  }

  private static int sent;

  /// Now and then waits until the receiver has taken all: /proc/net/udp tells what waits.
  private static void awaitRead(int port) throws Exception {
    if (++sent % 150 != 0) {
      return;
    }
    awaitEmpty(port);
  }

  private static void awaitEmpty(int port) {
    var place = ":%04X".formatted(port);
    Tool.eventually(
        "all is read",
        () -> {
          var sockets = new ArrayList<>(Files.readAllLines(Path.of("/proc/net/udp")));
          sockets.addAll(Files.readAllLines(Path.of("/proc/net/udp6")));
          // The second field is the local address, the fifth what waits to be sent and read.
          var ours =
              sockets.stream()
                  .map(line -> line.strip().split("\\s+", -1))
                  .filter(fields -> fields[1].endsWith(place))
                  .toList();
          return !ours.isEmpty() && ours.stream().allMatch(it -> it[4].endsWith(":00000000"));
        });
  }

  @Test
  void theLogIsThatOfTheClassicOne() throws Exception {
    var classic = Tool.needed("penlogd");
    var traffic = traffic();
    var expected = dir.resolve("classic.log");
    int port = Tool.freeUdpPort();
    try (var tool = Tool.start(expected, classic, "-f", "-n", "501", Integer.toString(port))) {
      Tool.eventually(
          "it listens",
          () -> Files.readString(Path.of("/proc/net/udp")).contains(":%04X ".formatted(port)));
      send(traffic, port);
      awaitEmpty(port);
      tool.terminate();
    }
    var log = dir.resolve("ours.log");
    // The classic one keeps one line less than it is told to.
    try (var tool = Tool.penlogd(log, "-n", "500")) {
      send(traffic, tool.port());
      assertThat(tool.terminate()).isZero();
    }
    assertThat(Tool.lines(log)).isEqualTo(Tool.lines(expected)).hasSizeGreaterThan(STEPS / 2);
    assertThat(Tool.lines(log)).anyMatch(line -> line.startsWith(PEN));
  }
}
