package org.penlb.penlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// penlogd as a process: signals, files, users, and what comes from outside.
class PenlogdIT {
  @TempDir private Path dir;

  private static String web(String request) {
    return "127.0.0.9 - - [t] \"" + request + "\" 200 1\n";
  }

  private static String merged(String client, String request) {
    return client + " - - [t] \"" + request + "\" 200 1";
  }

  @Test
  void linesGetTheirClientsAndAreWrittenAtOnce() throws Exception {
    var log = dir.resolve("log");
    try (var tool = Tool.penlogd(log);
        var pen = new Tool.Sender("127.0.0.9", "127.0.0.1", tool.port());
        var web = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port());
        var pen6 = new Tool.Sender("::1", "::1", tool.port())) {
      pen.send("+ 192.0.2.7 127.0.0.2 GET / HTTP/1.1\n");
      web.send(web("GET / HTTP/1.1"));
      Tool.eventually("a line", () -> Tool.lines(log).size() == 1);
      pen6.send("+ 2001:db8::7 0:0::1 GET / HTTP/1.1\n");
      pen6.send(web("GET / HTTP/1.1"));
      Tool.eventually("another", () -> Tool.lines(log).size() == 2);
      assertThat(Tool.lines(log))
          .containsExactly(
              merged("192.0.2.7", "GET / HTTP/1.1"), merged("2001:db8::7", "GET / HTTP/1.1"));
    }
  }

  @Test
  void aLineMayComeBeforePens() throws Exception {
    var log = dir.resolve("log");
    try (var tool = Tool.penlogd(log, "--hold", "60000");
        var pen = new Tool.Sender("127.0.0.9", "127.0.0.1", tool.port());
        var web = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port())) {
      web.send(web("GET / HTTP/1.1"));
      web.send(web("GET /never HTTP/1.1"));
      pen.send("+ 192.0.2.7 127.0.0.2 GET / HTTP/1.1\n");
      Tool.eventually("a line", () -> !Tool.lines(log).isEmpty());
      assertThat(tool.terminate()).isZero();
      assertThat(Tool.lines(log))
          .containsExactly(
              merged("192.0.2.7", "GET / HTTP/1.1"), merged("127.0.0.9", "GET /never HTTP/1.1"));
    }
  }

  @Test
  void waitingEndsWhileNothingElseComes() throws Exception {
    var log = dir.resolve("log");
    try (var tool = Tool.penlogd(log, "--hold", "50");
        var web = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port())) {
      web.send(web("GET / HTTP/1.1"));
      Tool.eventually("a line", () -> !Tool.lines(log).isEmpty());
    }
  }

  @Test
  void strangersAreNotHeard() throws Exception {
    var log = dir.resolve("log");
    try (var tool = Tool.penlogd(log, "--allow", "127.0.0.2", "--allow", "127.0.1.0/24");
        var friend = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port());
        var other = new Tool.Sender("127.0.1.77", "127.0.0.1", tool.port());
        var stranger = new Tool.Sender("127.0.0.3", "127.0.0.1", tool.port())) {
      stranger.send(web("GET /forged HTTP/1.1"));
      friend.send(web("GET /1 HTTP/1.1"));
      other.send(web("GET /2 HTTP/1.1"));
      assertThat(tool.terminate()).isZero();
      assertThat(Tool.lines(log)).hasSize(2).noneMatch(line -> line.contains("forged"));
      assertThat(tool.err()).contains("refused 1");
    }
  }

  @Test
  void eachLineUnderLoadIsInOneOfTheFilesOnce() throws Exception {
    var log = dir.resolve("log");
    int sent = 0;
    try (var tool = Tool.penlogd(log);
        var web = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port())) {
      for (int i = 0; i < 20; i++) {
        for (int k = 0; k < 300; k++) {
          web.send(web("GET /" + sent++ + " HTTP/1.1"));
        }
        Files.move(log, dir.resolve("log." + i));
        tool.signal("HUP");
        for (int k = 0; k < 300; k++) {
          web.send(web("GET /" + sent++ + " HTTP/1.1"));
        }
        Tool.eventually("a new log", () -> Files.exists(log));
      }
      assertThat(tool.terminate()).isZero();
    }
    var numbers = new ArrayList<Integer>();
    try (var files = Files.list(dir)) {
      for (var file : files.toList()) {
        Tool.lines(file).forEach(line -> numbers.add(Integer.valueOf(line.split("[/ ]", -1)[6])));
      }
    }
    assertThat(numbers.stream().sorted()).isEqualTo(IntStream.range(0, sent).boxed().toList());
  }

  @Test
  void whereThereCanBeNoNewFileTheOldOneStaysInUse() throws Exception {
    var logs = Files.createDirectory(dir.resolve("logs"));
    var kept = dir.resolve("kept");
    try (var tool = Tool.penlogd(logs.resolve("log"));
        var web = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port())) {
      Files.move(logs, kept);
      tool.signal("HUP");
      Tool.eventually("a message", () -> tool.err().contains("the old file stays in use"));
      web.send(web("GET / HTTP/1.1"));
      Tool.eventually("a line", () -> Tool.lines(kept.resolve("log")).size() == 1);
    }
  }

  @Test
  void termTakesWhatHasArrived() throws Exception {
    var log = dir.resolve("log");
    try (var tool = Tool.penlogd(log);
        var web = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port())) {
      Tool.signal(tool.pid(), "STOP");
      for (int i = 0; i < 100; i++) {
        web.send(web("GET /" + i + " HTTP/1.1"));
      }
      Tool.signal(tool.pid(), "TERM");
      Tool.signal(tool.pid(), "CONT");
      assertThat(tool.status()).isZero();
      assertThat(Tool.lines(log)).hasSize(100);
      assertThat(tool.err()).contains("ending; lines from pen 0, from web servers 100");
    }
  }

  @Test
  void usr1TellsWhatHasHappened() throws Exception {
    try (var tool = Tool.penlogd(dir.resolve("log"));
        var web = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port())) {
      web.send("+ not understood\n");
      web.send(web("GET / HTTP/1.1"));
      Tool.eventually("a line", () -> !Tool.lines(dir.resolve("log")).isEmpty());
      tool.signal("USR1");
      Tool.eventually("a summary", () -> tool.err().contains("lines from pen 1"));
      assertThat(tool.err()).contains("unmatched 1", "not understood 1");
      assertThat(tool.isAlive()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "20"})
  void aFullDiskIsToldOnceAndItGoesOn(String hold) throws Exception {
    try (var tool = Tool.penlogd(Path.of("/dev/full"), "--hold", hold);
        var web = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port())) {
      for (int i = 0; i < 20; i++) {
        web.send(web("GET /" + i + " HTTP/1.1"));
      }
      Tool.eventually("a message", () -> tool.err().contains("No space left on device"));
      web.send(""); // a reason to look after the log, and nothing to write
      tool.signal("USR1");
      Tool.eventually("a summary", () -> tool.err().contains("lines from pen"));
      assertThat(tool.terminate()).isZero();
      assertThat(tool.err().lines().filter(line -> line.contains("No space"))).hasSize(1);
      assertThat(tool.err()).contains("not written 20").doesNotContain("written again");
    }
  }

  @Test
  void nothingThatIsSentStopsIt() throws Exception {
    var log = dir.resolve("log");
    try (var tool = Tool.penlogd(log, "--hold", "1", "-n", "3");
        var web = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port())) {
      var odd =
          List.of(
              "",
              "\n",
              "\n\n",
              "+",
              "+ ",
              "+ \n",
              "\"",
              "\"\"",
              "\0",
              "\u00ff\u00fe\"\\x\"",
              "x".repeat(65_507),
              "+ " + "x".repeat(60_000),
              "\"" + "\\".repeat(50_000) + "\"",
              "+ a b c\n+ d e f\n",
              web("GET /\n192.0.2.66 - - \"GET /forged\" 200 1"));
      var flooding = new AtomicBoolean(true);
      var flood =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (var more = new Tool.Sender("127.0.0.3", "127.0.0.1", tool.port())) {
                      for (int i = 0; flooding.get(); i++) {
                        more.send(odd.get(i % odd.size()));
                        LockSupport.parkNanos(1_000_000); // some 15 MB a second in the log
                      }
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  });
      try {
        // The flood may crowd others out, so it is said until it is heard.
        Tool.eventually(
            "a line of ours",
            () -> {
              web.send(web("GET /ours HTTP/1.1"));
              return Tool.anyLine(log, line -> line.contains("GET /ours "));
            });
      } finally {
        flooding.set(false);
        flood.join();
      }
      assertThat(tool.terminate()).isZero();
      assertThat(Tool.anyLine(log, line -> line.startsWith("192.0.2.66"))).isFalse();
    }
  }

  @Test
  void inTheBackgroundItHasAPidFileAndWritesToStandardOutput() throws Exception {
    var pidFile = dir.resolve("pid");
    var out = dir.resolve("out");
    int port = Tool.freeUdpPort();
    var words = List.of(Tool.ours("penlogd"), "-p", pidFile.toString(), Integer.toString(port));
    try (var start = Tool.start(out, words.toArray(String[]::new))) {
      assertThat(start.status()).as(start.err()).isZero();
    }
    long pid = Long.parseLong(Files.readString(pidFile).strip());
    try (var web = new Tool.Sender("127.0.0.2", "127.0.0.1", port)) {
      web.send(web("GET / HTTP/1.1"));
      Tool.eventually("a line", () -> Tool.lines(out).size() == 1);
    } finally {
      Tool.signal(pid, "TERM");
    }
    Tool.eventually("its end", () -> !Files.exists(pidFile));
  }

  @Test
  void itBecomesAnotherUserInAnotherRoot() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
    var jail = Files.createDirectory(dir.resolve("jail"));
    Files.setPosixFilePermissions(jail, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    var log = jail.resolve("log");
    try (var tool = Tool.penlogd(log, "-u", "nobody", "-j", jail.toString());
        var web = new Tool.Sender("127.0.0.2", "127.0.0.1", tool.port())) {
      var status = Files.readString(Path.of("/proc/" + tool.pid() + "/status"));
      assertThat(status).containsPattern("Uid:\t65534\t65534\t65534\t65534");
      assertThat(Path.of("/proc/" + tool.pid() + "/root").toRealPath())
          .isEqualTo(jail.toRealPath());
      web.send(web("GET /1 HTTP/1.1"));
      Tool.eventually("a line", () -> Tool.lines(log).size() == 1);
      Files.move(log, jail.resolve("old"));
      tool.signal("HUP");
      Tool.eventually("a new log", () -> Files.exists(log));
      web.send(web("GET /2 HTTP/1.1"));
      Tool.eventually("a line", () -> Tool.lines(log).size() == 1);
      assertThat(tool.terminate()).isZero();
      assertThat(tool.err()).contains("not heard, as there was no room, 0");
    }
  }

  @Test
  void whatIsWrongAtTheStartIsSaid() throws Exception {
    try (var first = Tool.penlogd(dir.resolve("log"))) {
      var port = Integer.toString(first.port());
      try (var second =
          Tool.start(dir.resolve("out"), Tool.ours("penlogd"), "-l", dir + "/log2", port)) {
        assertThat(second.status()).isEqualTo(1);
        assertThat(second.err()).startsWith("penlogd: cannot listen on port " + port);
      }
    }
    try (var tool =
        Tool.start(dir.resolve("out"), Tool.ours("penlogd"), "-l", dir + "/no/log", "0")) {
      assertThat(tool.status()).isEqualTo(1);
      assertThat(tool.err()).contains("cannot open the log", "no such directory");
    }
    try (var tool = Tool.start(dir.resolve("out"), Tool.ours("penlogd"))) {
      assertThat(tool.status()).isEqualTo(2);
      assertThat(tool.err()).contains("usage: penlogd");
    }
  }

  @Test
  void anIdleOneSleeps() throws Exception {
    try (var tool = Tool.penlogd(dir.resolve("log"))) {
      var tasks = Path.of("/proc/" + tool.pid() + "/task");
      long[] before = {-1};
      await()
          .atMost(Duration.ofSeconds(60))
          .during(Duration.ofSeconds(2))
          .until(
              () -> {
                long now = ticks(tasks);
                boolean still = now == before[0];
                before[0] = now;
                return still;
              });
    }
  }

  /// CPU time of all threads, in hundredths of a second.
  private static long ticks(Path tasks) throws Exception {
    long sum = 0;
    try (var all = Files.list(tasks)) {
      for (var task : all.toList()) {
        var fields = Files.readString(task.resolve("stat")).replaceAll(".*\\) ", "").split(" ", -1);
        sum += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
      }
    }
    return sum;
  }
}
