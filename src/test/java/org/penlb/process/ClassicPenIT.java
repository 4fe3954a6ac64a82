package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the classic pen and this one do alike: the same command line, the same result.
class ClassicPenIT {
  private static final List<String> CLIENTS =
      IntStream.range(1, 7).mapToObj(i -> "127.0.4." + i).toList();

  enum Program {
    CLASSIC,
    OURS;

    private String path() {
      return this == OURS ? PenProcess.PEN : Programs.needed("pen");
    }
  }

  /// With epoll the classic one closes a connection whose server refuses, and tries no other.
  private static final String POLL = "-P";

  @TempDir private Path dir;

  /// A pen of either kind, in the foreground.
  private record Running(Process process, String host, int port) implements AutoCloseable {
    String get(String client) throws IOException {
      return WebServer.get(client, host, port, "/");
    }

    List<String> get(List<String> clients) throws IOException {
      var answers = new ArrayList<String>();
      for (var client : clients) {
        answers.add(get(client));
      }
      return answers;
    }

    @Override
    public void close() {
      PenProcess.kill(process);
    }
  }

  private Running start(Program program, String host, String... arguments) throws Exception {
    int port = WebServer.freePort();
    var words = new ArrayList<>(List.of(program.path(), "-f"));
    for (var argument : arguments) {
      // The classic one knows no brackets.
      words.add(argument.equals("LISTEN") ? host + ":" + port : argument);
    }
    var stderr = dir.resolve("stderr").toFile();
    var process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(stderr).start();
    var running = new Running(process, host, port);
    // Looks into the kernel's table: a connection to try it would be a client.
    PenProcess.eventually(
        "it listens", () -> !Kernel.listeners(port).isEmpty() || !process.isAlive());
    return running;
  }

  @ParameterizedTest
  @EnumSource
  void aClientStaysWithItsServer(Program program) throws Exception {
    try (var a = new WebServer("a");
        var b = new WebServer("b");
        var c = new WebServer("c");
        var pen = start(program, "127.0.0.1", "LISTEN", a.address(), b.address(), c.address())) {
      var first = pen.get(CLIENTS);
      assertThat(new HashSet<>(first)).containsExactlyInAnyOrder("a", "b", "c");
      assertThat(pen.get(CLIENTS)).isEqualTo(first);
      assertThat(pen.get(CLIENTS.reversed())).isEqualTo(first.reversed());
    }
  }

  @ParameterizedTest
  @EnumSource
  void roundRobinTakesOneServerAfterTheOther(Program program) throws Exception {
    try (var a = new WebServer("a");
        var b = new WebServer("b");
        var c = new WebServer("c");
        var pen =
            start(program, "127.0.0.1", "-r", "LISTEN", a.address(), b.address(), c.address())) {
      var answers = String.join("", pen.get(List.of("127.0.0.1", "127.0.0.1", "127.0.0.1")));
      assertThat("abcabc").contains(answers);
      assertThat(String.join("", pen.get(List.of("127.0.0.2", "127.0.0.1", "127.0.0.3"))))
          .isEqualTo(answers);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theEmergencyServerHelpsWhereNoOtherCan(Program program) throws Exception {
    var closed = "127.0.0.1:" + WebServer.freePort();
    try (var emergency = new WebServer("emergency");
        var pen = start(program, "127.0.0.1", POLL, "-e", emergency.address(), "LISTEN", closed)) {
      assertThat(pen.get("127.0.0.1")).isEqualTo("emergency");
      assertThat(pen.get("127.0.0.2")).isEqualTo("emergency");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theNextServerTakesTheClientsOfOneThatIsDown(Program program) throws Exception {
    var a = new WebServer("a");
    try (var b = new WebServer("b");
        var pen = start(program, "127.0.0.1", POLL, "LISTEN", a.address(), b.address())) {
      assertThat(new HashSet<>(pen.get(CLIENTS))).containsExactlyInAnyOrder("a", "b");
      a.close();
      assertThat(new HashSet<>(pen.get(CLIENTS))).containsExactly("b");
      assertThat(new HashSet<>(pen.get(CLIENTS))).containsExactly("b");
    } finally {
      a.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void usr1WritesAReportOfServersAndClients(Program program) throws Exception {
    var report = dir.resolve("report.html");
    try (var a = new WebServer("a");
        var pen = start(program, "127.0.0.1", "-w", report.toString(), "LISTEN", a.address())) {
      pen.get("127.0.0.55");
      PenProcess.signal(pen.process().pid(), "USR1");
      // The classic one writes into the file that all can see already.
      PenProcess.eventually(
          "a report",
          () -> {
            // Classic pen looks at its signals when something happens.
            new Socket(InetAddress.getLoopbackAddress(), pen.port()).close();
            return Files.exists(report) && Files.readString(report).contains("</html>");
          });
      assertThat(Files.readString(report)).contains("127.0.0.55", a.address().split(":", 2)[1]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void ipv6ClientsReachAnIpv4Server(Program program) throws Exception {
    Programs.needIpv6();
    try (var a = new WebServer("a");
        var pen = start(program, "::1", "LISTEN", a.address())) {
      assertThat(pen.get("::1")).isEqualTo("a");
    }
  }

  @ParameterizedTest
  @EnumSource
  void ipv4ClientsReachAnIpv6Server(Program program) throws Exception {
    Programs.needIpv6();
    try (var a = new WebServer("a", "::1");
        var pen = start(program, "127.0.0.1", "LISTEN", a.address())) {
      assertThat(pen.get("127.0.0.1")).isEqualTo("a");
    }
  }
}
