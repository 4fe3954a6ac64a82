package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A pen that carries UDP, and its administrator.
class UdpControlIT extends Scene {
  private static final String PENCTL = PenProcess.ROOT.resolve("bin/penctl").toString();

  private UdpServer a;
  private UdpServer b;

  @BeforeEach
  void startServers() throws IOException {
    a = new UdpServer("a");
    b = new UdpServer("b");
  }

  @AfterEach
  void endServers() {
    a.close();
    b.close();
  }

  private void start(String... options) throws IOException {
    var words = new ArrayList<>(List.of("-U", "-C", socket.toString()));
    words.addAll(List.of(options));
    pen =
        PenProcess.start(PenProcess.command(words.toArray(String[]::new)).directory(dir.toFile()));
  }

  private void assertThatItServes() throws IOException {
    try (var client = new UdpClient(pen.port())) {
      assertThat(client.ask()).isIn("a", "b");
    }
  }

  private void end() throws Exception {
    pen.signal("TERM");
    assertThat(pen.status()).isZero();
    pen.close();
    pen = null;
  }

  // ---- questions ------------------------------------------------------------------------------

  @Test
  void penctlSaysWhoTalksToWhom() throws Exception {
    start("127.0.0.1:0", a.address(), b.address());
    try (var client = new UdpClient("127.0.0.3", "127.0.0.1", pen.port())) {
      client.send(new byte[] {'x', 'y'});
      assertThat(client.receive(UdpClient.PATIENCE_MILLIS)).hasSize(4); // and the name
      client.send(new byte[] {'z'});
      client.receive(UdpClient.PATIENCE_MILLIS);
      var control = Control.unix(socket);
      assertThat(control.lines("servers"))
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .startsWith("0 addr 127.0.0.1 port " + a.port() + " conn 1 ")
                      .contains(" sx 3 rx 7 sd 2 rd 2 "),
              line -> assertThat(line).contains(" conn 0 ", " sx 0 rx 0 sd 0 rd 0 "));
      assertThat(control.ask("clients"))
          .startsWith("127.0.0.3 ")
          .contains(" server 0 ", " connects 1 sx 7 rx 3 sd 2 rd 2");
      assertThat(control.ask("connections"))
          .isEqualTo(PenProcess.run(PENCTL, socket.toString(), "connections").out())
          .startsWith("1 client 127.0.0.3 port " + client.port() + " server 0 ")
          .contains(" state answered ");
      var details = control.ask("connection 1");
      assertThat(details)
          .contains("client = 127.0.0.3:" + client.port(), "state = answered", "sx = 7, rx = 3");
      var from = details.replaceAll("(?s).*\nfrom = port (\\d+)\n.*", "$1");
      assertThat(control.ask("client_of 127.0.0.1:" + from)).contains("127.0.0.3");
      assertThat(control.ask("why 127.0.0.3")).contains("server 0 ", "the server it used last");
      assertThat(control.ask("json servers"))
          .contains("\"sent_datagrams\":2,\"received_datagrams\":2");
      assertThat(control.ask("json connections")).contains("\"address\":\"127.0.0.3\"");
      assertThat(control.ask("services")).contains("/udp ").endsWith(" transport udp\n");
      assertThat(control.ask("json services")).contains("\"transport\":\"udp\"");
      assertThat(control.ask("close 1")).doesNotContain("error");
      assertThat(control.ask("connections")).isEmpty();
      client.send(new byte[] {'z'});
      client.receive(UdpClient.PATIENCE_MILLIS); // it may begin anew
      assertThat(control.ask("connections")).startsWith("2 client 127.0.0.3 port " + client.port());
    }
  }

  @Test
  void theReportCountsSessionsAndDatagrams() throws Exception {
    start("127.0.0.1:0", a.address());
    assertThatItServes();
    pen.signal("USR1");
    PenProcess.eventually("a report", () -> pen.stderr().contains("No session has been closed"));
    assertThat(pen.stderr())
        .containsPattern("listeners +127.0.0.1:" + pen.port() + "/udp\n")
        .containsPattern("sessions +1 of 500")
        .contains("in bytes and datagrams (dgs)", "1 live session");
  }

  @Test
  void whatIsWrittenStartsTheSamePen() throws Exception {
    int port = UdpServer.freePort();
    var options = List.of("--udp-timeout", "7", "--udp-unanswered", "3", "-r", "-x", "99");
    var words = new ArrayList<>(options);
    words.addAll(List.of("127.0.0.1:" + port, a.address(), b.address()));
    start(words.toArray(String[]::new));
    Control.unix(socket).order("write " + file);
    end();
    pen = PenProcess.start("-C", socket.toString(), "-F", file.toString());
    assertThat(pen.port()).isEqualTo(port);
    assertThatItServes();
    var control = Control.unix(socket);
    assertThat(control.ask("udp_timeout")).isEqualTo("7\n");
    assertThat(control.ask("udp_unanswered")).isEqualTo("3\n");
    assertThat(control.ask("conn_max")).isEqualTo("99\n");
    var again = dir.resolve("again");
    control.order("write " + again);
    assertThat(again).hasSameTextualContentAs(file);
  }

  // ---- starts ---------------------------------------------------------------------------------

  @Test
  void inAnotherRootAndAsAnotherUserItServesAndReadsItsFileAgain() throws Exception {
    Programs.needRoot();
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(file, "udp_timeout 5\n");
    var where = "127.0.9.9:998"; // of root alone
    start("-j", dir.toString(), "-u", "nobody", "-F", file.toString(), where, a.address());
    try (var client = new UdpClient("127.0.0.1", "127.0.9.9", 998)) {
      assertThat(client.ask()).isEqualTo("a");
      Files.writeString(file, "udp_timeout 6\nserver 0 port " + b.port() + "\n");
      pen.signal("HUP");
      PenProcess.eventually("it is read", () -> pen.stderr().contains("read again"));
      assertThat(client.ask()).isEqualTo("b");
    }
    end();
  }

  @Test
  void theCommandReturnsWhenItsDaemonTakesDatagrams() throws Exception {
    int port = UdpServer.freePort();
    var pidFile = dir.resolve("pid");
    var words = List.of(PenProcess.PEN, "-U", "-p", pidFile.toString(), "127.0.0.1:" + port);
    var command = new ArrayList<>(words);
    command.add(a.address());
    var outcome = PenProcess.run(command.toArray(String[]::new));
    try (var client = new UdpClient(port)) {
      assertThat(outcome).isEqualTo(new PenProcess.Outcome(0, "", ""));
      assertThat(client.ask()).isEqualTo("a");
    } finally {
      var pid = Long.parseLong(Files.readString(pidFile).strip());
      PenProcess.signal(pid, "TERM");
      PenProcess.awaitEnd(pid);
    }
    assertThat(pidFile).doesNotExist();
  }

  /// A session has one where a connection has two.
  @Test
  void descriptorsAreCountedBySession() throws Exception {
    var few = new String[] {"sh", "-c", "ulimit -n 700; exec \"$@\"", "sh"};
    for (var sessions : List.of("600", "800")) {
      var words = new ArrayList<>(List.of(few));
      var command = PenProcess.command("-U", "-x", sessions, "127.0.0.1:0", a.address());
      words.addAll(command.command());
      try (var started = PenProcess.start(command.command(words))) {
        started.signal("TERM");
        assertThat(started.status()).isZero(); // all has been said
        boolean warned = started.stderr().contains("-x may need 864 descriptors");
        assertThat(warned).as(started.stderr()).isEqualTo(sessions.equals("800"));
        assertThat(started.stderr().contains("WARN")).isEqualTo(warned);
      }
    }
  }

  @Test
  void aUnixSocketIsRefused() throws Exception {
    var path = dir.resolve("datagrams");
    var outcome = PenProcess.run(PenProcess.PEN, "-U", path.toString(), a.address());
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .isEqualTo(
            "pen: service main: listen: %s is a Unix socket, expected [HOST:]PORT for UDP\n", path);
    assertThat(path).doesNotExist();
  }

  @Test
  void aFileWithServicesOfBothKindsIsChecked() throws Exception {
    Files.writeString(
        file,
        """
        service dns udp
        listen 127.0.0.1:53
        udp_timeout 10
        server 0 address 127.0.0.1 port 9
        service dns-tcp
        listen 127.0.0.1:53
        server 0 address 127.0.0.1 port 9
        """);
    var good = PenProcess.run(PenProcess.PEN, "--check", "-F", file.toString());
    assertThat(good.err()).isEmpty();
    assertThat(good.status()).isZero();
    assertThat(good.out()).contains("listens on 127.0.0.1:53, UDP\n", "listens on 127.0.0.1:53\n");
    Files.writeString(file, "udp_timeout 0\n" + Files.readString(file));
    var bad = PenProcess.run(PenProcess.PEN, "--check", "-F", file.toString());
    assertThat(bad.status()).isEqualTo(1);
    assertThat(bad.err()).startsWith("pen: " + file + ", line 1: udp_timeout");
  }
}
