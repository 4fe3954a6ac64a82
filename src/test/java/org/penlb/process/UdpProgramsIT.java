package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Programs that are not pen's on either side.
class UdpProgramsIT extends Scene {
  private static void log(int port, String message) throws Exception {
    var logger = Programs.needed("logger");
    var words = List.of(logger, "-d", "-n", "127.0.0.1", "-P", Integer.toString(port), message);
    assertThat(PenProcess.run(words.toArray(String[]::new)))
        .isEqualTo(new PenProcess.Outcome(0, "", ""));
  }

  private static boolean has(UdpServer receiver, String message) {
    return receiver.received().stream().anyMatch(text -> text.endsWith(message));
  }

  @Test
  void messagesOfLoggerArriveAtOneReceiver() throws Exception {
    Programs.needed("logger");
    try (var one = new UdpServer("");
        var two = new UdpServer("")) {
      pen = PenProcess.start("-U", "127.0.0.1:0", one.address(), two.address());
      log(pen.port(), "message 0");
      PenProcess.eventually("the first", () -> has(one, "message 0") || has(two, "message 0"));
      for (int i = 1; i < 5; i++) {
        log(pen.port(), "message " + i);
      }
      // In any order: each is a session of its own.
      PenProcess.eventually(
          "all of them", () -> one.received().size() + two.received().size() == 5);
      var full = one.received().isEmpty() ? two : one;
      assertThat(full.received()).allMatch(text -> text.matches("(?s)<13>.* message \\d"));
      assertThat((full == one ? two : one).received()).isEmpty();
      // The first message after its end is lost, the next one goes to the other.
      full.close();
      log(pen.port(), "lost");
      PenProcess.eventually("it is left out", () -> pen.stderr().contains("left out for 30 s"));
      log(pen.port(), "found");
      var other = full == one ? two : one;
      PenProcess.eventually("the message", () -> has(other, "found"));
      assertThat(other.received()).hasSize(1);
    }
  }

  @Test
  void socatTalksToSocat() throws Exception {
    talk("UDP4", "127.0.0.1");
  }

  @Test
  void socatTalksToSocatOverIpv6() throws Exception {
    Programs.needIpv6();
    talk("UDP6", "[::1]");
  }

  private void talk(String family, String host) throws Exception {
    var socat = Programs.needed("socat");
    int port = UdpServer.freePort();
    var receive = family + "-RECVFROM:" + port + ",bind=" + host + ",fork";
    var server = new ProcessBuilder(socat, receive, "PIPE").inheritIO().start();
    try {
      PenProcess.eventually("socat receives", () -> !Kernel.receivers(port).isEmpty());
      pen = PenProcess.start("-U", host + ":0", host + ":" + port);
      for (int size : new int[] {1, 1000, 8000}) {
        var text = "x".repeat(size);
        var sent = dir.resolve("sent").toFile();
        Files.writeString(sent.toPath(), text);
        // It ends when all is back.
        var to = family + ":" + host + ":" + pen.port() + ",readbytes=" + size;
        var client = new ProcessBuilder(socat, "-t20", "-", to).redirectInput(sent);
        assertThat(PenProcess.run(client)).isEqualTo(new PenProcess.Outcome(0, text, ""));
      }
    } finally {
      server.descendants().forEach(ProcessHandle::destroyForcibly);
      PenProcess.kill(server);
    }
  }

  @Test
  void allSizesPassBothWays() throws Exception {
    try (var echo = new UdpServer("")) {
      pen = PenProcess.start("-U", "127.0.0.1:0", echo.address());
      try (var client = new UdpClient(pen.port())) {
        var wrong = new ArrayList<Integer>();
        for (int size : new int[] {0, 1, 511, 1472, 1473, 9000, 32_768, 32_769, 65_507}) {
          var datagram = new byte[size];
          new SplittableRandom(size).nextBytes(datagram);
          client.send(datagram);
          if (!Arrays.equals(client.receive(UdpClient.PATIENCE_MILLIS), datagram)) {
            wrong.add(size);
          }
        }
        assertThat(wrong).isEmpty();
      }
      assertThat(new HashSet<>(echo.received())).hasSize(9);
    }
  }
}
