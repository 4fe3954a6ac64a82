package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The classic pen and its penctl together with ours: who has scripts for one may use the other.
class ClassicPenctlIT {
  private static final String PENCTL = PenProcess.ROOT.resolve("bin/penctl").toString();
  private static final String CLIENT = "127.0.0.77";

  /// The same reply from both, to the letter.
  private static final List<String> ALIKE =
      List.of(
          "mode",
          "roundrobin",
          "weight",
          "mode",
          "no roundrobin",
          "no weight",
          "hash",
          "no hash",
          "prio",
          "no prio",
          "stubborn",
          "no stubborn",
          "blacklist",
          "blacklist 5",
          "blacklist",
          "timeout",
          "timeout 4",
          "tracking",
          "tracking 9",
          "tracking",
          "clients_max",
          "conn_max",
          "client_acl",
          "client_acl 3",
          "control_acl",
          "recent",
          "recent 10",
          "debug",
          "debug 0",
          "idle_timeout",
          "idle_timeout 60",
          "idlers",
          "server 0 max 10",
          "server 1 acl 1 weight 7 prio 8",
          "server 1 blacklist 1",
          "acl 4 permit 127.0.0.1",
          "acl 4 deny 10.0.0.0 255.0.0.0",
          "acl 4 permit 2001:db8::/32",
          "no acl 4",
          "log",
          "no log",
          "web_stats",
          "no web_stats",
          "ascii",
          "no ascii",
          "http",
          "no http",
          "tcp_nodelay",
          "tcp_fastclose up",
          "tcp_fastclose off",
          "keepalive",
          "no keepalive",
          "source 127.0.0.1",
          "dummy",
          "no dummy",
          "socket 4711");

  @TempDir private Path dir;

  private String penctl;
  private WebServer a;
  private WebServer b;
  private Running classic;
  private Running ours;

  /// A pen with what an administrator needs to command it.
  private record Running(Process process, int port, String control) {}

  @BeforeEach
  void open() throws IOException {
    penctl = Programs.needed("penctl");
    a = new WebServer("a");
    b = new WebServer("b");
  }

  @AfterEach
  void close() throws IOException {
    for (var pen : new Running[] {classic, ours}) {
      if (pen != null) {
        PenProcess.kill(pen.process());
      }
    }
    for (var web : new WebServer[] {a, b}) {
      if (web != null) {
        web.close();
      }
    }
  }

  private Running start(String program, boolean tcp, String... more) throws IOException {
    int port = WebServer.freePort();
    var control =
        tcp ? "127.0.0.1:" + WebServer.freePort() : Files.createTempDirectory(dir, "pen") + "/c";
    var words =
        new ArrayList<>(List.of(program, "-f", "-X", "-u", System.getProperty("user.name")));
    words.addAll(List.of("-C", control));
    words.addAll(List.of(more));
    words.add("127.0.0.1:" + port);
    if (more.length == 0) {
      words.addAll(List.of(a.address(), b.address() + ":5:7:1:2"));
    }
    var out = dir.resolve("out-" + port).toFile();
    var process = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(out).start();
    var pen = new Running(process, port, control);
    PenProcess.eventually("it listens", () -> listens(pen) || !process.isAlive());
    assertThat(process.isAlive()).as(Files.readString(out.toPath())).isTrue();
    return pen;
  }

  private static boolean listens(Running pen) throws IOException {
    return !Kernel.listeners(pen.port()).isEmpty()
        && (pen.control().startsWith("/")
            ? Files.exists(Path.of(pen.control()))
            : !Kernel.listeners(Integer.parseInt(pen.control().replaceAll(".*:", ""))).isEmpty());
  }

  private void startBoth(boolean tcp) throws IOException {
    classic = start(Programs.needed("pen"), tcp);
    ours = start(PenProcess.PEN, tcp);
  }

  /// What a penctl prints.
  private static String reply(String program, Running pen, String command) throws Exception {
    var words = new ArrayList<>(List.of(program, pen.control()));
    words.addAll(List.of(command.split(" ", -1)));
    var outcome = PenProcess.run(words.toArray(String[]::new));
    assertThat(outcome.status()).as(command + ": " + outcome.err()).isZero();
    assertThat(outcome.err()).isEmpty();
    return outcome.out();
  }

  private void repliesAreAlike() throws Exception {
    WebServer.get(CLIENT, classic.port(), "/");
    WebServer.get(CLIENT, ours.port(), "/");
    for (var command : ALIKE) {
      assertThat(reply(penctl, ours, command))
          .as(command)
          .isEqualTo(reply(penctl, classic, command));
    }
    for (var pen : List.of(classic, ours)) {
      assertThat(reply(penctl, pen, "listen")).isEqualTo("127.0.0.1:" + pen.port() + "\n");
      assertThat(reply(penctl, pen, "control")).isEqualTo(pen.control() + "\n");
      assertThat(reply(penctl, pen, "pid")).isEqualTo(pen.process().pid() + "\n");
    }
    // The classic one would need a file for it.
    assertThat(reply(penctl, ours, "status")).contains("<html", "</html>");
  }

  private void serversAreAlike() throws Exception {
    var theirs = reply(penctl, classic, "servers").lines().toList();
    var own = reply(penctl, ours, "servers").lines().toList();
    for (int slot = 0; slot < 2; slot++) {
      // Who has had the client may differ, so bytes do.
      var expected = theirs.get(slot).replaceFirst(" sx .*", " sx ");
      assertThat(own.get(slot)).startsWith(expected).matches(".* sx \\d+ rx \\d+( .*)?");
    }
    assertThat(own).hasSize(2);
  }

  @Test
  void theClassicPenctlUnderstandsOurPenOverTcp() throws Exception {
    startBoth(true);
    repliesAreAlike();
    serversAreAlike();
  }

  @Test
  void theClassicPenctlUnderstandsOurPenOverAUnixSocket() throws Exception {
    startBoth(false);
    var log = dir.resolve("log");
    var report = dir.resolve("report.html");
    repliesAreAlike();
    for (var command : List.of("log " + log, "log", "no log", "web_stats " + report, "web_stats")) {
      assertThat(reply(penctl, ours, command)).isEqualTo(reply(penctl, classic, command));
    }
    reply(penctl, ours, "exit");
    assertThat(ours.process().waitFor()).isZero();
  }

  @Test
  void ourPenctlUnderstandsTheClassicPen() throws Exception {
    classic = start(Programs.needed("pen"), true);
    assertThat(reply(PENCTL, classic, "mode"))
        .isEqualTo("no hash no roundrobin no stubborn no weight no prio\n");
    assertThat(reply(PENCTL, classic, "blacklist 6")).isEqualTo("6\n");
    assertThat(reply(PENCTL, classic, "roundrobin")).isEmpty();
    assertThat(reply(PENCTL, classic, "servers")).startsWith("0 addr 127.0.0.1 port ");
    reply(PENCTL, classic, "web_stats " + dir.resolve("report.html"));
    assertThat(reply(PENCTL, classic, "status")).contains("</html>");
    reply(PENCTL, classic, "exit");
    assertThat(classic.process().waitFor()).isZero();
  }

  @Test
  void aFileThatTheClassicPenHasWrittenMakesTheSamePen() throws Exception {
    classic = start(Programs.needed("pen"), false);
    var file = dir.resolve("pen.conf");
    for (var command :
        List.of(
            "acl 2 permit 127.0.0.0 255.0.0.0",
            "acl 2 deny 2001:db8::/32",
            "client_acl 2",
            "blacklist 6",
            "tracking 900",
            "tcp_fastclose both",
            "hash",
            "server 0 max 9",
            "server 3 max 0")) {
      reply(penctl, classic, command);
    }
    reply(penctl, classic, "write " + file);
    assertThat(file).content().contains("server 2 acl 0 address (unknown");
    ours = start(PenProcess.PEN, false, "-F", file.toString());
    for (var command : List.of("mode", "client_acl", "blacklist", "tracking", "timeout", "debug")) {
      assertThat(reply(penctl, ours, command)).isEqualTo(reply(penctl, classic, command));
    }
    assertThat(reply(penctl, ours, "acl 2"))
        .isEqualTo("acl 2 permit 127.0.0.0 255.0.0.0\nacl 2 deny 2001:db8::/32\n");
    assertThat(reply(penctl, ours, "servers").lines())
        .satisfiesExactly(
            line -> assertThat(line).contains(" port " + port(a) + " conn 0 max 9 hard 0 "),
            line -> assertThat(line).contains(" port " + port(b) + " conn 0 max 5 hard 7 "));
    assertThat(WebServer.get(CLIENT, ours.port(), "/")).matches("[ab]");
  }

  private static String port(WebServer web) {
    return web.address().split(":", 2)[1];
  }
}
