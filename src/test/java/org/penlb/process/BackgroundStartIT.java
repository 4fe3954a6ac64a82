package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Without `-f`: the command returns when a daemon serves, or says why none does.
class BackgroundStartIT {
  @TempDir private Path dir;

  private WebServer web;
  private Path pidFile;
  private int port;

  @BeforeEach
  void open() throws IOException {
    web = new WebServer("a");
    pidFile = dir.resolve("pen.pid");
    port = WebServer.freePort();
  }

  @AfterEach
  void close() throws IOException {
    web.close();
    if (Files.exists(pidFile)) {
      PenProcess.end(pid());
    }
  }

  private long pid() throws IOException {
    return Long.parseLong(Files.readString(pidFile).strip());
  }

  /// With a shell's redirections and jobs around it.
  private PenProcess.Outcome shell(String script) throws Exception {
    return PenProcess.run(
        "sh",
        "-c",
        script,
        PenProcess.PEN,
        "-p",
        pidFile.toString(),
        "127.0.0.1:" + port,
        web.address());
  }

  private boolean serves() {
    try {
      return WebServer.get("127.0.0.1", port, "/").equals("a");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void theCommandReturnsWhenConnectionsAreAccepted() throws Exception {
    assertThat(shell("\"$0\" \"$@\"")).isEqualTo(new PenProcess.Outcome(0, "", ""));
    new Socket(InetAddress.getLoopbackAddress(), port).close();
    assertThat(serves()).isTrue();
  }

  @Test
  void thePidFileHoldsTheDaemonsPidAndTermEndsBoth() throws Exception {
    shell("\"$0\" \"$@\"");
    long pid = pid();
    assertThat(Files.readString(Path.of("/proc/" + pid + "/cmdline")))
        .contains("127.0.0.1:" + port);
    PenProcess.signal(pid, "TERM");
    PenProcess.awaitEnd(pid);
    assertThat(pidFile).doesNotExist();
  }

  @Test
  void theDaemonHasNoTerminalAndNoneOfItsStartersFiles() throws Exception {
    shell("\"$0\" \"$@\"");
    for (int fd = 0; fd < 3; fd++) {
      assertThat(Files.readSymbolicLink(Path.of("/proc/" + pid() + "/fd/" + fd)))
          .hasToString("/dev/null");
    }
    // pid, (name), state, parent, process group, session, terminal
    var stat = Files.readString(Path.of("/proc/" + pid() + "/stat")).replaceFirst(".*\\) ", "");
    var words = stat.split(" ", -1);
    assertThat(words[3]).as("session").isEqualTo(Long.toString(pid()));
    assertThat(words[4]).as("terminal").isEqualTo("0");
  }

  @Test
  void theDaemonSurvivesTheSessionThatStartedIt() throws Exception {
    var script = "\"$0\" \"$@\"; trap '' HUP; kill -HUP 0; kill -INT 0";
    shell("setsid sh -c '" + script.replace("'", "'\\''") + "' \"$0\" \"$@\"");
    assertThat(serves()).isTrue();
  }

  @Test
  void theDaemonSurvivesTheTerminalThatStartedIt() throws Exception {
    Programs.needed("script");
    var command =
        String.join(
            " ", PenProcess.PEN, "-p", pidFile.toString(), "127.0.0.1:" + port, web.address());
    var terminal = PenProcess.run("script", "-qec", command, "/dev/null");
    assertThat(terminal.out()).isEmpty();
    assertThat(terminal.status()).isZero();
    assertThat(serves()).isTrue();
  }

  @Test
  void aBackgroundJobOfAScriptStartsItToo() throws Exception {
    shell("\"$0\" \"$@\" & wait $!");
    assertThat(serves()).isTrue();
    // A script's background job ignores INT, and so did everything it started.
    long pid = pid();
    PenProcess.signal(pid, "INT");
    PenProcess.awaitEnd(pid);
  }

  @Test
  void standardInputOutputAndErrorMayBeClosed() throws Exception {
    assertThat(shell("\"$0\" \"$@\" <&- >&- 2>&-").status()).isZero();
    assertThat(serves()).isTrue();
  }

  @Test
  void nohupDoesNotKeepHupFromReopeningTheLog() throws Exception {
    var log = dir.resolve("log");
    assertThat(shell("nohup \"$0\" -l " + log + " \"$@\" >&2").status()).isZero();
    assertThat(serves()).isTrue();
    PenProcess.eventually("a line", () -> Files.size(log) > 0);
    Files.delete(log);
    PenProcess.signal(pid(), "HUP");
    PenProcess.eventually("a new log", () -> Files.exists(log));
  }

  @Test
  void aPortInUseIsSaidOnStandardError() throws Exception {
    try (var taken = new ServerSocket(port)) {
      var outcome = shell("\"$0\" \"$@\"");
      assertThat(outcome.status()).isEqualTo(1);
      assertThat(outcome.out()).isEmpty();
      assertThat(outcome.err())
          .isEqualTo(
              "pen: cannot listen on 127.0.0.1:%d: Address already in use\n", taken.getLocalPort());
      assertThat(pidFile).doesNotExist();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-l /nowhere/log",
        "-p /nowhere/pid",
        "-u no-such-user",
        "-e no-such-host.invalid:80"
      })
  void whatTheDaemonCannotDoIsSaidOnStandardError(String option) throws Exception {
    var words = option.split(" ", -1);
    var outcome = PenProcess.run(PenProcess.PEN, words[0], words[1], "127.0.0.1:0", web.address());
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    var name = words[1].replace(":80", "");
    assertThat(outcome.err().lines()).singleElement().asString().startsWith("pen: ").contains(name);
  }

  @Test
  void noticesAreSaidOnce() throws Exception {
    var outcome = shell("\"$0\" -D -P \"$@\"");
    assertThat(outcome.err().lines()).hasSize(2);
    assertThat(outcome.status()).isZero();
  }
}
