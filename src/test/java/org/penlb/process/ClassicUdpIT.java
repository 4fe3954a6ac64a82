package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `-U`: what the classic pen does as well, and what it does wrong.
class ClassicUdpIT {
  private static final List<String> CLIENTS =
      IntStream.range(1, 7).mapToObj(i -> "127.0.4." + i).toList();

  enum Program {
    CLASSIC,
    OURS;

    private String path() {
      return this == OURS ? PenProcess.PEN : Programs.needed("pen");
    }

    /// In milliseconds, where an answer may be missing.
    private int patience() {
      return this == OURS ? UdpClient.PATIENCE_MILLIS : 1_000;
    }
  }

  @TempDir private Path dir;

  private record Running(Process process, int port) implements AutoCloseable {
    /// Each asks from a new port.
    List<String> ask(List<String> clients) throws IOException {
      var answers = new ArrayList<String>();
      for (var from : clients) {
        try (var client = new UdpClient(from, "127.0.0.1", port)) {
          answers.add(client.ask());
        }
      }
      return answers;
    }

    @Override
    public void close() {
      PenProcess.kill(process);
    }
  }

  private Running start(Program program, String... arguments) throws Exception {
    int port = UdpServer.freePort();
    var words = new ArrayList<>(List.of(program.path(), "-f", "-U"));
    for (var argument : arguments) {
      words.add(argument.equals("LISTEN") ? "127.0.0.1:" + port : argument);
    }
    var process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("stderr").toFile())
            .start();
    PenProcess.eventually(
        "it listens", () -> !Kernel.receivers(port).isEmpty() || !process.isAlive());
    return new Running(process, port);
  }

  // ---- alike ----------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void aClientStaysWithItsServer(Program program) throws Exception {
    try (var a = new UdpServer("a");
        var b = new UdpServer("b");
        var c = new UdpServer("c");
        var pen = start(program, "LISTEN", a.address(), b.address(), c.address())) {
      var first = pen.ask(CLIENTS);
      assertThat(new HashSet<>(first)).containsExactlyInAnyOrder("a", "b", "c");
      assertThat(pen.ask(CLIENTS)).isEqualTo(first);
      assertThat(pen.ask(CLIENTS.reversed())).isEqualTo(first.reversed());
    }
  }

  @ParameterizedTest
  @EnumSource
  void roundRobinTakesOneServerAfterTheOther(Program program) throws Exception {
    try (var a = new UdpServer("a");
        var b = new UdpServer("b");
        var pen = start(program, "-r", "LISTEN", a.address(), b.address())) {
      var answers = String.join("", pen.ask(List.of("127.0.0.1", "127.0.0.1", "127.0.0.1")));
      assertThat(answers).isIn("aba", "bab");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theNextServerTakesTheClientsOfOneThatIsFull(Program program) throws Exception {
    try (var a = new UdpServer("a");
        var b = new UdpServer("b");
        var pen = start(program, "LISTEN", a.address() + ":1:1", b.address())) {
      var answers = pen.ask(CLIENTS);
      assertThat(answers).containsOnly("a", "b").containsOnlyOnce("a");
    }
  }

  // ---- not alike ------------------------------------------------------------------------------

  /// What comes back of a datagram of each size; -1: nothing, -2: something else.
  private Map<Integer, Integer> sizes(Program program, int... sizes) throws Exception {
    var back = new TreeMap<Integer, Integer>();
    try (var echo = new UdpServer("");
        var pen = start(program, "LISTEN", echo.address());
        var client = new UdpClient(pen.port())) {
      for (int size : sizes) {
        var sent = new byte[size];
        Arrays.fill(sent, (byte) size);
        client.send(sent);
        back.put(size, sizeOfAnswer(client, program.patience(), sent));
      }
    }
    return back;
  }

  private static int sizeOfAnswer(UdpClient client, int patience, byte[] sent) throws IOException {
    try {
      var answer = client.receive(patience);
      boolean same = Arrays.equals(answer, Arrays.copyOf(sent, answer.length));
      return same ? answer.length : -2;
    } catch (SocketTimeoutException e) {
      return -1;
    }
  }

  @Test
  void theClassicOneCutsWhatIsLong() throws Exception {
    assertThat(sizes(Program.CLASSIC, 1, 512, 32_768, 32_769, 65_507))
        .containsValues(1, 512)
        .containsEntry(32_768, 32_768)
        .containsEntry(32_769, 32_768)
        .containsEntry(65_507, 32_768);
    assertThat(sizes(Program.OURS, 1, 512, 32_768, 32_769, 65_507))
        .allSatisfy((sent, received) -> assertThat(received).isEqualTo(sent));
  }

  @Test
  void theClassicOneLosesWhatIsEmpty() throws Exception {
    assertThat(sizes(Program.CLASSIC, 0)).containsEntry(0, -1);
    assertThat(sizes(Program.OURS, 0)).containsEntry(0, 0);
  }

  /// Who answers the clients, each of whom asks up to three times, when a server is gone.
  private List<String> afterDeath(Program program) throws Exception {
    var a = new UdpServer("a");
    try (var b = new UdpServer("b");
        var pen = start(program, "LISTEN", a.address(), b.address())) {
      var two = CLIENTS.subList(0, 2);
      assertThat(pen.ask(two)).containsExactlyInAnyOrder("a", "b");
      a.close();
      var answers = new ArrayList<String>();
      for (var from : two) {
        try (var client = new UdpClient(from, "127.0.0.1", pen.port())) {
          answers.add(client.ask(Protocol.NAME, 300, 2));
        } catch (SocketTimeoutException e) {
          answers.add("nobody");
        }
      }
      return answers;
    } finally {
      a.close();
    }
  }

  @Test
  void theClassicOneKeepsClientsOfAServerThatIsGone() throws Exception {
    assertThat(afterDeath(Program.CLASSIC)).containsExactlyInAnyOrder("nobody", "b");
    assertThat(afterDeath(Program.OURS)).containsExactly("b", "b");
  }
}
