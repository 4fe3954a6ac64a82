package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How long pen takes to start, and what it costs to have it do nothing.
///
/// The goals are 0.3 s, 0.5 s and 64 MiB; asserted is what the best run keeps to on a busy machine
/// as well. The medians are printed.
class StartTimeIT {
  private static final int RUNS = 5;
  private static final long ANSWER_MILLIS = 4 * 300;
  private static final long LISTEN_MILLIS = 4 * 500;
  private static final long RESIDENT_KIB = 80 * 1024;
  private static final int IDLE_SECONDS = 3;

  @TempDir private Path dir;

  @BeforeAll
  static void build() throws Exception {
    PenProcess.run(PenProcess.PEN, "--version");
  }

  private static long best(String what, Callable<Long> millis) throws Exception {
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      all.add(millis.call());
    }
    Collections.sort(all);
    System.out.println(what + ": median " + all.get(RUNS / 2) + " ms of " + all);
    return all.getFirst();
  }

  private static long millisSince(long startNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
  }

  private static long answer(String option) throws Exception {
    long start = System.nanoTime();
    var process =
        new ProcessBuilder(PenProcess.PEN, option)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor()).isZero();
    return millisSince(start);
  }

  @Test
  void versionAndHelpAnswerAtOnce() throws Exception {
    assertThat(best("pen --version", () -> answer("--version"))).isLessThan(ANSWER_MILLIS);
    assertThat(best("pen --help", () -> answer("--help"))).isLessThan(ANSWER_MILLIS);
    assertThat(PenProcess.run(PenProcess.PEN, "--version").out()).matches("pen \\d+\\.\\d.*\n");
    assertThat(PenProcess.run(PenProcess.PEN, "--help").out()).startsWith("usage: pen ");
  }

  private static boolean accepts(int port) {
    try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return client.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static long listen(String... options) throws Exception {
    int port = WebServer.freePort();
    var words = new ArrayList<>(List.of(options));
    words.addAll(List.of("127.0.0.1:" + port, "127.0.0.1:1"));
    var command = PenProcess.command(words.toArray(String[]::new));
    long start = System.nanoTime();
    var process = command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      while (!accepts(port)) {
        assertThat(process.isAlive()).isTrue();
        TimeUnit.MILLISECONDS.sleep(1);
      }
      return millisSince(start);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void itListensSoonAfterTheCommand() throws Exception {
    assertThat(best("pen listens", () -> listen())).isLessThan(LISTEN_MILLIS);
  }

  /// The goal is 40 ms.
  @Test
  void aControlListenerAndAFileOfCommandsCostLittleMore() throws Exception {
    var file = dir.resolve("pen.conf");
    Files.writeString(
        file,
        "acl 1 permit 127.0.0.1\n".repeat(10)
            + "client_acl 1\nblacklist 5\nhash\nconn_max 400\ntcp_fastclose up\n"
            + "server 0 max 10 hard 12 weight 3\nserver 1 address 127.0.0.1 port 2\n"
            + "emergency 127.0.0.1:3\ntracking 900\nno stubborn\n");
    var socket = dir.resolve("control").toString();
    // In turn, so that both meet with the same load.
    List<Long> plain = new ArrayList<>();
    long more =
        best(
            "pen with -C and -F listens",
            () -> {
              plain.add(listen());
              return listen("-C", socket, "-F", file.toString());
            });
    assertThat(more - Collections.min(plain)).isLessThan(4 * 40);
  }

  /// User and system time of a process in ticks of 10 ms; proc(5).
  private static long ticks(long pid) throws IOException {
    var stat = PenProcess.proc(pid, "stat", pid + " ");
    var words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(words[11]) + Long.parseLong(words[12]);
  }

  private static long switches(long pid) throws IOException {
    long all = 0;
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (var task : tasks.toList()) {
        var file = "task/" + task.getFileName() + "/status";
        all += Long.parseLong(PenProcess.proc(pid, file, "voluntary_ctxt_switches:"));
      }
    }
    return all;
  }

  /// After its start pen compiles and warms up for some tenths of a second.
  private static void awaitQuiet(long pid) throws Exception {
    for (int i = 0; i < 20; i++) {
      long ticks = ticks(pid);
      TimeUnit.MILLISECONDS.sleep(500);
      if (ticks(pid) == ticks) {
        return;
      }
    }
  }

  @Test
  void idleItNeedsLittleMemoryAndNoProcessor() throws Exception {
    var socket = dir.resolve("control").toString();
    try (var web = new WebServer("a");
        var pen = PenProcess.start("-C", socket, "127.0.0.1:0", web.address())) {
      var resident = PenProcess.proc(pen.pid(), "status", "VmRSS:").replace(" kB", "");
      assertThat(Long.parseLong(resident)).isLessThan(RESIDENT_KIB);
      WebServer.get("127.0.0.1", pen.port(), "/");
      assertThat(Control.unix(Path.of(socket)).ask("mode")).startsWith("no hash");
      awaitQuiet(pen.pid());
      long switches = switches(pen.pid());
      long ticks = ticks(pen.pid());
      TimeUnit.SECONDS.sleep(IDLE_SECONDS); // what happens in this time is what is measured
      long more = ticks(pen.pid()) - ticks;
      System.out.printf(
          "pen idle: %d MiB resident, %d ticks of 10 ms in %d s, %d wake-ups per second%n",
          Long.parseLong(resident) / 1024,
          more,
          IDLE_SECONDS,
          (switches(pen.pid()) - switches) / IDLE_SECONDS);
      assertThat(more).isLessThanOrEqualTo(2);
    }
  }
}
