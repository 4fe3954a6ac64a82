package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.config.Endpoint;
import org.penlb.control.ControlListener;
import org.penlb.process.PenProcess.Outcome;

/// penctl as a user starts it: from wherever it lies, soon, and with the classic pen on either
/// side.
class PenctlIT {
  private static final String PENCTL = PenProcess.ROOT.resolve("bin/penctl").toString();

  private static final int RUNS = 5;

  /// Four times the goal, as in [StartTimeIT].
  private static final long ANSWER_MILLIS = 4 * 150;

  @TempDir private Path dir;

  @BeforeAll
  static void build() throws Exception {
    PenProcess.run(PenProcess.PEN, "--version");
  }

  private static ControlListener echo(String endpoint) throws Exception {
    var listener = ControlListener.open(Endpoint.parse(endpoint));
    listener.start((line, _) -> line.equals("bad") ? "error: bad\n" : line + "\n", _ -> true);
    return listener;
  }

  // ---- the command ----------------------------------------------------------------------------

  @Test
  void replyAndExitStatusAreThoseOfTheProcess() throws Exception {
    try (var listener = echo("0")) {
      var address = listener.addressText();
      assertThat(PenProcess.run(PENCTL, address, "log", "/var/log/x  y", ""))
          .isEqualTo(new Outcome(0, "log /var/log/x  y \n", ""));
      assertThat(PenProcess.run(PENCTL, address, "bad"))
          .isEqualTo(new Outcome(3, "error: bad\n", ""));
      assertThat(PenProcess.run(PENCTL, address).status()).isEqualTo(2);
    }
    assertThat(PenProcess.run(PENCTL, dir.resolve("nothing").toString(), "mode").status()).isOne();
  }

  @Test
  void textBeyondAsciiPassesOrIsRefusedButNeverAltered() throws Exception {
    try (var listener = echo("0")) {
      for (var locale : new String[] {"C.UTF-8", "C"}) {
        // Made by the shell: a JVM in the locale C could not pass it on.
        var word = "$(printf 'gr\\303\\266\\303\\237e')";
        var command = new ProcessBuilder("sh", "-c", "exec \"$0\" \"$1\" \"" + word + "\"");
        command.command().addAll(List.of(PENCTL, listener.addressText()));
        command.environment().put("LC_ALL", locale);
        var outcome = PenProcess.run(command);
        if (outcome.status() == 0) {
          assertThat(outcome.out()).isEqualTo("größe\n");
        } else {
          assertThat(outcome.status()).isEqualTo(2);
          assertThat(outcome.err()).contains("LC_ALL=C.UTF-8");
        }
      }
    }
  }

  @Test
  void itStartsFromAnInstallationAndThroughLinks() throws Exception {
    var installed = dir.resolve("an installation");
    PenProcess.run("cp", "-r", PenProcess.ROOT.resolve("target/pen").toString(), installed + "");
    var links = Files.createDirectory(dir.resolve("sbin"));
    Files.createSymbolicLink(links.resolve("penctl"), installed.resolve("bin/penctl"));
    Files.createSymbolicLink(links.resolve("other-name"), Path.of("penctl"));
    Files.createSymbolicLink(links.resolve("pen"), installed.resolve("bin/pen"));
    for (var path : List.of(installed.resolve("bin/penctl"), links.resolve("penctl"))) {
      assertThat(PenProcess.run(path.toString(), "--version").out()).startsWith("penctl ");
    }
    assertThat(PenProcess.run(links + "/other-name", "--version").out()).startsWith("penctl ");
    assertThat(PenProcess.run(links + "/pen", "--version").out()).startsWith("pen ");
  }

  @Test
  void itsClassesComeFromTheCache() throws Exception {
    var cache = PenProcess.ROOT.resolve("target/pen/lib/pen.aot");
    Programs.require(Files.exists(cache), "an AOT cache");
    try (var listener = echo("0")) {
      var command = new ProcessBuilder(PENCTL, listener.addressText(), "pid");
      command.environment().put("PEN_JAVA_OPTS", "-Xlog:class+load:stdout");
      assertThat(PenProcess.run(command).out().lines().filter(line -> line.contains("org.penlb")))
          .isNotEmpty()
          .allMatch(line -> line.endsWith("source: shared objects file"));
    }
  }

  @Test
  void itAnswersAtOnce() throws Exception {
    try (var listener = echo("0")) {
      assertThat(best("penctl --version", PENCTL, "--version")).isLessThan(ANSWER_MILLIS);
      assertThat(best("penctl pid", PENCTL, listener.addressText(), "pid"))
          .isLessThan(ANSWER_MILLIS);
    }
  }

  private static long best(String what, String... words) throws Exception {
    var millis = new long[RUNS];
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      assertThat(PenProcess.run(words).status()).isZero();
      millis[i] = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
    Arrays.sort(millis);
    System.out.println(what + ": median " + millis[RUNS / 2] + " ms");
    return millis[0];
  }

  // ---- the classic one ------------------------------------------------------------------------

  @Test
  void classicPenctlSpeaksToOurListener() throws Exception {
    var classic = Programs.needed("penctl");
    var path = dir.resolve("control").toString();
    try (var tcp = echo("127.0.0.1:0");
        var _ = echo(path)) {
      for (var address : List.of(tcp.addressText(), path)) {
        assertThat(PenProcess.run(classic, address, "server", "0", "weight", "5"))
            .isEqualTo(new Outcome(0, "server 0 weight 5\n", ""));
      }
    }
  }

  @Test
  void classicPenctlGetsALargeReplyWhole() throws Exception {
    var classic = Programs.needed("penctl");
    var large = "0123456789abcde\n".repeat(100_000);
    try (var listener = ControlListener.open(Endpoint.parse("0"))) {
      listener.start((_, _) -> large, _ -> true);
      var outcome = PenProcess.run(classic, listener.addressText(), "status");
      assertThat(outcome.out().equals(large)).isTrue();
    }
  }

  @Test
  void ourPenctlSpeaksToTheClassicPen() throws Exception {
    Programs.needRoot(); // or it could not become nobody, and it will not listen as root
    var control = WebServer.freePort();
    var pen = startClassic("127.0.0.1:" + control);
    try {
      PenProcess.eventually("it listens", () -> accepts(control) || !pen.isAlive());
      var address = "127.0.0.1:" + control;
      var theirs = Programs.needed("penctl");
      for (var command : List.of("mode", "servers", "pid", "nonsense", "no roundrobin")) {
        assertThat(PenProcess.run(PENCTL, address, command))
            .isEqualTo(PenProcess.run(theirs, address, command));
      }
      assertThat(PenProcess.run(PENCTL, address, "roundrobin").status()).isZero();
      assertThat(PenProcess.run(PENCTL, address, "mode").out()).contains(" roundrobin");
    } finally {
      PenProcess.kill(pen);
    }
  }

  @Test
  void ourPenctlSpeaksToTheClassicPenOnAUnixSocket() throws Exception {
    Programs.needRoot();
    var path = dir.resolve("classic");
    var pen = startClassic(path.toString());
    try {
      PenProcess.eventually("its socket", () -> Files.exists(path) || !pen.isAlive());
      assertThat(PenProcess.run(PENCTL, path.toString(), "mode").out()).contains("roundrobin");
    } finally {
      PenProcess.kill(pen);
    }
  }

  private static Process startClassic(String control) throws IOException {
    var classic = Programs.needed("pen");
    var listen = "127.0.0.1:" + WebServer.freePort();
    return new ProcessBuilder(classic, "-u", "nobody", "-f", "-C", control, listen, "127.0.0.1:1")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /// A silent connection would freeze it.
  private static boolean accepts(int port) {
    try (var client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.getOutputStream().write('\n');
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
