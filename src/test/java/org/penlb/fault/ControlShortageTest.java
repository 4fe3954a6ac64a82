package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A control listener in a process that has no descriptor left.
@Timeout(60)
class ControlShortageTest {
  @TempDir private Path dir;
  private Process process;

  @AfterEach
  void end() throws Exception {
    process.destroyForcibly().waitFor();
  }

  private void start() throws IOException {
    var words = new ArrayList<>(List.of("sh", "-c", "ulimit -n 200; exec \"$@\"", "sh"));
    var java = PenProcess.command();
    var jars = java.get(java.size() - 2);
    words.addAll(java.subList(0, java.size() - 2));
    var tests = Path.of("").toAbsolutePath();
    for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      tests = entry.contains("test-classes") ? Path.of(entry) : tests;
    }
    words.add(jars + File.pathSeparator + tests);
    words.add(HungryControl.class.getName());
    process = new ProcessBuilder(words).redirectError(err().toFile()).start();
  }

  private Path err() {
    return dir.resolve("err");
  }

  private static String ask(Writer in, BufferedReader out, String line) throws IOException {
    in.write(line + "\n");
    in.flush();
    return out.readLine();
  }

  private int warnings() throws IOException {
    return (int) Files.readString(err()).lines().filter(line -> line.contains(" WARN ")).count();
  }

  @Test
  void clientsWaitWithoutASpinAndAreServedWhenItIsOver() throws Exception {
    start();
    try (var in = process.outputWriter();
        var out = process.inputReader()) {
      int port = Integer.parseInt(out.readLine().replaceFirst(".*:", ""));
      try (var before = new Asking(port)) {
        assertThat(before.reply()).isEqualTo("mode");
      }
      assertThat(ask(in, out, "eat")).startsWith("eaten ");
      try (var client = new Asking(port)) {
        await().atMost(PenProcess.PATIENCE).until(() -> warnings() == 1);
        long cpu = Long.parseLong(ask(in, out, "cpu"));
        TimeUnit.SECONDS.sleep(2); // the measurement is of this time
        assertThat(Long.parseLong(ask(in, out, "cpu")) - cpu).isLessThan(200);
        assertThat(ask(in, out, "free")).isEqualTo("freed");
        assertThat(client.reply()).isEqualTo("mode");
      }
      assertThat(Files.readString(err()))
          .contains("control listener: cannot accept: Too many open files: clients wait");
      assertThat(warnings()).isOne();
      assertThat(Files.readString(err())).doesNotContain("ERROR");
    }
  }

  /// Has sent a command, and waits for the reply.
  private record Asking(Socket socket) implements AutoCloseable {
    Asking(int port) throws IOException {
      this(new Socket(InetAddress.ofLiteral("127.0.0.1"), port));
      socket.setSoTimeout((int) PenProcess.PATIENCE.toMillis());
      socket.getOutputStream().write(new byte[] {'m', 'o', 'd', 'e', '\n'});
    }

    String reply() throws IOException {
      return new String(
              socket.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII)
          .strip();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
