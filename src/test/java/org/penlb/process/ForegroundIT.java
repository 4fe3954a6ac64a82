package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `-f`, and starts that fail.
class ForegroundIT {
  @TempDir private Path dir;

  @Test
  void theProcessThatWasStartedIsPen() throws Exception {
    var pidFile = dir.resolve("pid");
    try (var web = new WebServer("a");
        var pen = PenProcess.start("-p", pidFile.toString(), "127.0.0.1:0", web.address())) {
      assertThat(Files.readString(pidFile)).isEqualTo(pen.pid() + "\n");
      assertThat(Path.of("/proc/" + pen.pid(), "exe").toRealPath()).endsWith(Path.of("bin/java"));
      assertThat(PenProcess.proc(pen.pid(), "status", "Name:")).isEqualTo("pen");
    }
  }

  @Test
  void optionsOfTheJvmComeFromTheEnvironment() throws Exception {
    var command = PenProcess.command("127.0.0.1:0", "127.0.0.1:1");
    command.environment().put("PEN_JAVA_OPTS", "-Dpen.a=1 -Xmx77m");
    try (var pen = PenProcess.start(command)) {
      var words = Files.readString(Path.of("/proc/" + pen.pid() + "/cmdline"));
      assertThat(words.split("\0", -1)).contains("-Dpen.a=1", "-Xmx77m");
    }
  }

  @Test
  void usageErrorsEndWith2AndStartErrorsWith1() throws Exception {
    var usage = PenProcess.run(PenProcess.command("--nonsense"));
    assertThat(usage.status()).isEqualTo(2);
    assertThat(usage.err()).contains("nonsense", "pen --help");
    var log = dir.resolve("none/pen.log").toString();
    var start = PenProcess.run(PenProcess.command("-l", log, "127.0.0.1:0", "127.0.0.1:1"));
    assertThat(start.status()).isEqualTo(1);
    assertThat(start.err().lines()).singleElement().asString().contains(log, "no such directory");
  }

  @Test
  void itServesWithoutStandardInputOutputAndError() throws Exception {
    var pidFile = dir.resolve("pid");
    int port = WebServer.freePort();
    try (var web = new WebServer("a")) {
      var script = "exec \"$0\" \"$@\" <&- >&- 2>&-";
      var process =
          new ProcessBuilder(
                  "sh",
                  "-c",
                  script,
                  PenProcess.PEN,
                  "-f",
                  "-p",
                  pidFile.toString(),
                  "127.0.0.1:" + port,
                  web.address())
              .start();
      try {
        PenProcess.eventually("pen listens", () -> Files.exists(pidFile));
        PenProcess.eventually("pen serves", () -> answers(port));
        PenProcess.signal(process.pid(), "USR1"); // to a standard error that is not there
        assertThat(WebServer.get("127.0.0.1", port, "/")).isEqualTo("a");
        PenProcess.signal(process.pid(), "TERM");
        assertThat(process.waitFor()).isZero();
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static boolean answers(int port) {
    try {
      return WebServer.get("127.0.0.1", port, "/").equals("a");
    } catch (java.io.IOException e) {
      return false;
    }
  }
}
