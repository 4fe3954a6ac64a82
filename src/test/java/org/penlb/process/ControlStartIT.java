package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where control connections are taken, and from whom.
class ControlStartIT extends Scene {
  private WebServer web;

  @BeforeEach
  void open() throws IOException {
    web = web("a");
  }

  private ProcessBuilder command(String... options) {
    var words = new ArrayList<>(List.of(options));
    words.addAll(List.of("127.0.0.1:0", web.address()));
    return PenProcess.command(words.toArray(String[]::new));
  }

  private void start(String... options) throws IOException {
    pen = PenProcess.start(command(options));
  }

  /// Its only line.
  private String refusal(String... options) throws Exception {
    var outcome = PenProcess.run(command(options));
    assertThat(outcome.status()).as(outcome.err()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    return outcome.err().lines().reduce((a, b) -> a + "\n" + b).orElseThrow();
  }

  // ---- TCP ------------------------------------------------------------------------------------

  @Test
  void rootHasToSayWhoIsToBeCommandedOverTcp() throws Exception {
    Programs.needRoot();
    assertThat(refusal("-C", "127.0.0.1:9"))
        .isEqualTo(
            "pen: -C 127.0.0.1:9: control over TCP as root needs -u USER (`-u root` insists),"
                + " or a Unix socket");
  }

  @Test
  void aBarePortIsThatOfLoopback() throws Exception {
    int port = WebServer.freePort();
    start("-C", Integer.toString(port), "-u", System.getProperty("user.name"));
    assertThat(Control.tcp(port).ask("control")).isEqualTo("127.0.0.1:" + port + "\n");
    assertThat(Control.tcp(port).ask("pid")).isEqualTo(pen.pid() + "\n");
    assertThatThrownBy(() -> Control.tcp("127.0.0.2", port).connect())
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void whichPortTheKernelHasChosenIsSaid() throws Exception {
    start("-C", "127.0.0.1:0", "-u", System.getProperty("user.name"));
    var said = Pattern.compile(" INFO control at 127\\.0\\.0\\.1:([0-9]+)\n").matcher(pen.stderr());
    assertThat(said.find()).as(pen.stderr()).isTrue();
    assertThat(Control.tcp(Integer.parseInt(said.group(1))).ask("pid")).isEqualTo(pen.pid() + "\n");
  }

  @Test
  void thePathIsSaid() throws Exception {
    start("-C", socket.toString());
    assertThat(pen.stderr()).contains(" INFO control at " + socket + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "[::]"})
  void aListenerForEverybodyNeedsAnAccessList(String host) throws Exception {
    if (host.contains(":")) {
      Programs.needIpv6();
    }
    var user = System.getProperty("user.name");
    assertThat(refusal("-C", host + ":9", "-u", user))
        .startsWith("pen: -C " + host + ":9: open to everybody; expected one address, or")
        .contains("acl 9 permit", "control_acl 9");
    int port = WebServer.freePort();
    start(
        "-C",
        host + ":" + port,
        "-u",
        user,
        "-o",
        "acl 9 permit 127.0.0.2",
        "-o",
        "acl 9 permit 127.0.0.1",
        "-o",
        "control_acl 9");
    var control = Control.tcp(port);
    assertThat(control.ask("control_acl")).isEqualTo("9\n");
    var denial = "error: you are not permitted to control this pen (control_acl)\n";
    control.order("no acl 9"); // a list of nobody, not one of everybody
    assertThat(control.ask("control_acl")).isEqualTo(denial);
    assertThat(WebServer.get("127.0.0.1", pen.port(), "/")).isEqualTo("a");
  }

  @Test
  void othersThanThoseOfTheAccessListAreDenied() throws Exception {
    int port = WebServer.freePort();
    var user = System.getProperty("user.name");
    var list = List.of("-o", "acl 9 permit 127.0.0.2", "-o", "control_acl 9");
    var words = new ArrayList<>(List.of("-C", "0.0.0.0:" + port, "-u", user));
    words.addAll(list);
    start(words.toArray(String[]::new));
    assertThat(Control.tcp(port).ask("exit"))
        .isEqualTo("error: you are not permitted to control this pen (control_acl)\n");
    // From the address that one connects to, if it is one of this machine.
    assertThat(Control.tcp("127.0.0.2", port).from("127.0.0.2").ask("control_acl"))
        .isEqualTo("9\n");
  }

  @Test
  void aPortInUseIsSaid() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var address = "127.0.0.1:" + taken.getLocalPort();
      assertThat(refusal("-C", address, "-u", System.getProperty("user.name")))
          .isEqualTo(
              "pen: cannot open the control listener on %s: Address already in use", address);
    }
  }

  @Test
  void anUnknownHostIsSaid() throws Exception {
    var address = "x".repeat(64) + ".invalid:9"; // too long for the name servers to be asked
    assertThat(refusal("-C", address, "-u", System.getProperty("user.name")))
        .isEqualTo("pen: -C " + address + ": unknown host");
  }

  @Test
  void filesAreNamedOverTcpOnlyWithControlFiles() throws Exception {
    int port = WebServer.freePort();
    var user = System.getProperty("user.name");
    start("-C", "127.0.0.1:" + port, "-u", user);
    for (var command : List.of("write", "log", "web_stats", "include", "geoip")) {
      assertThat(Control.tcp(port).ask(command + " " + file))
          .startsWith("error: " + command + ": ")
          .contains("--control-files");
    }
    assertThat(Control.tcp(port).ask("write")).contains("--control-files");
    assertThat(Control.tcp(port).ask("log")).isEmpty();
    assertThat(file).doesNotExist();
    pen.close();
    start("-C", "127.0.0.1:" + port, "-u", user, "--control-files");
    Control.tcp(port).order("write " + file);
    assertThat(file).content().contains("\nservice main\n");
    Control.tcp(port).order("include " + file);
  }

  // ---- Unix sockets ---------------------------------------------------------------------------

  @Test
  void aUnixSocketIsItsOwnersAloneAndGoesWithItsPen() throws Exception {
    start("-C", socket.toString());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    var control = Control.unix(socket);
    assertThat(control.ask("control")).isEqualTo(socket + "\n");
    control.order("write " + dir.resolve("written"));
    assertThat(control.ask("exit"))
        .isEqualTo("error: exit is not allowed: pen was started without -X\n");
    pen.signal("TERM");
    assertThat(pen.status()).isZero();
    assertThat(socket).doesNotExist();
  }

  @Test
  void withXExitEndsIt() throws Exception {
    start("-X", "-C", socket.toString());
    Control.unix(socket).order("exit");
    assertThat(pen.status()).isZero();
    assertThat(socket).doesNotExist();
  }

  @Test
  void whatIsNoSocketStays() throws Exception {
    Files.writeString(socket, "precious");
    assertThat(refusal("-C", socket.toString()))
        .isEqualTo(
            "pen: cannot open the control listener on %s: there is something that is not a socket",
            socket);
    assertThat(socket).hasContent("precious");
  }

  @Test
  void withTakeoverTheNewPenIsTheOneThatIsCommanded() throws Exception {
    start("-C", socket.toString());
    int port = pen.port();
    var words =
        new String[] {"--takeover", "-C", socket.toString(), "127.0.0.1:" + port, "127.0.0.1:9"};
    try (var old = pen) {
      pen = PenProcess.start(words);
      assertThat(Control.unix(socket).ask("pid")).isEqualTo(pen.pid() + "\n");
      old.signal("TERM");
      assertThat(old.status()).isZero();
    }
    assertThat(Control.unix(socket).ask("pid")).isEqualTo(pen.pid() + "\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
  }

  @Test
  void theSocketOfALivePenStaysAndThatOfADeadOneIsReplaced() throws Exception {
    start("-C", socket.toString());
    assertThat(refusal("-C", socket.toString()))
        .startsWith("pen: cannot open the control listener on " + socket + ": ");
    assertThat(Control.unix(socket).ask("pid")).isEqualTo(pen.pid() + "\n");
    pen.signal("KILL");
    pen.status();
    assertThat(socket).exists();
    pen.close();
    start("-C", socket.toString());
    assertThat(Control.unix(socket).ask("pid")).isEqualTo(pen.pid() + "\n");
  }
}
