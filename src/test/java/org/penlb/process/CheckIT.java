package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// `pen --check`: what a start would read, without a start.
class CheckIT extends Scene {
  private WebServer web;

  @BeforeEach
  void open() throws IOException {
    web = web("a");
  }

  private PenProcess.Outcome check(String... options) throws Exception {
    var words = new ArrayList<>(List.of(PenProcess.PEN, "--check", "-F", file.toString()));
    words.addAll(List.of(options));
    return PenProcess.run(words.toArray(String[]::new));
  }

  @Test
  void besideThePenThatRunsItSaysWhatAFileComesToAndTouchesNothing() throws Exception {
    Files.writeString(file, "roundrobin\n");
    pen =
        PenProcess.start(
            "-C",
            socket.toString(),
            "-F",
            file.toString(),
            "-p",
            dir + "/pid",
            "127.0.0.1:0",
            web.address());
    Files.writeString(
        file,
        """
        acl 1 permit 127.0.0.1
        hash
        log %1$s/log
        web_stats %1$s/report
        server 1 address 127.0.0.1 port 9 drain
        """
            .formatted(dir));
    var before = listing();
    var address = "127.0.0.1:" + pen.port();
    var outcome = check("-C", socket.toString(), "-p", dir + "/pid", address, web.address());
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out())
        .contains(address, web.address(), "127.0.0.1:9", "hash no roundrobin", "log", "report");
    assertThat(listing()).isEqualTo(before);
    assertThat(Control.unix(socket).ask("mode")).startsWith("no hash roundrobin");
    assertThat(WebServer.get("127.0.0.1", pen.port(), "/")).isEqualTo("a");
  }

  /// Names and times.
  private List<String> listing() throws IOException {
    try (var files = Files.list(dir)) {
      var lines = new ArrayList<String>();
      for (var each : files.sorted().toList()) {
        lines.add(each + " " + Files.getLastModifiedTime(each));
      }
      return lines;
    }
  }

  @Test
  void itSaysWhatCarriesUdp() throws Exception {
    Files.writeString(
        file, "service tcp\nlisten 127.0.0.1:53\nserver 0 address 127.0.0.1 port 9\n");
    var outcome = check("-U", "127.0.0.1:53", "127.0.0.1:9");
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().lines().filter(line -> line.contains("listens on")))
        .containsExactly("  listens on 127.0.0.1:53, UDP", "  listens on 127.0.0.1:53");
    var unix = check("-U", dir.resolve("socket").toString(), "127.0.0.1:9");
    assertThat(unix.status()).isEqualTo(1);
    assertThat(unix.err())
        .isEqualTo(
            "pen: service main: listen: %s/socket is a Unix socket, expected [HOST:]PORT for UDP\n"
                .formatted(dir));
  }

  @Test
  void itFindsAllErrorsAndEndsWith1() throws Exception {
    var more = dir.resolve("more");
    Files.writeString(more, "blacklist 5\nblacklist -5\n");
    Files.writeString(
        file, "nonsense\nblacklist 5\nserver 0 port 99999\ninclude " + more + "\n\"open\n");
    var outcome = check("-o", "timeout x", "127.0.0.1:0", web.address());
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("pen: option -o 'timeout x': "),
            line -> assertThat(line).startsWith("pen: " + file + ", line 1: ").contains("nonsense"),
            line -> assertThat(line).startsWith("pen: " + file + ", line 3: ").contains("99999"),
            line -> assertThat(line).startsWith("pen: " + more + ", line 2: ").contains("'-5'"),
            line -> assertThat(line).startsWith("pen: " + file + ", line 5: ").contains("quote"));
  }

  @Test
  void whatCouldNotBeOpenedIsFoundToo() throws Exception {
    Files.writeString(
        file,
        """
        web_stats /nowhere/report
        acl 3 permit country SE
        log /nowhere/log
        server 0 address no-such-host.invalid port 80
        """);
    var outcome = check("-C", "0.0.0.0:1", "-u", "root", "127.0.0.1:0");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err().lines())
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains("-C 0.0.0.0:1: open to everybody"),
            line -> assertThat(line).contains("acl 3").contains("geoip"),
            line -> assertThat(line).contains("report /nowhere/report: no such directory"),
            line -> assertThat(line).contains("log /nowhere/log: no such directory"),
            line -> assertThat(line).contains("no-such-host.invalid:80: unknown host"));
  }

  @Test
  void anUnknownHostAndAFileThatIsMissingAreErrors() throws Exception {
    Files.writeString(file, "server 0 address no-such-host.invalid port 80\n");
    var outcome = check("127.0.0.1:0");
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("no-such-host.invalid:80: unknown host").hasLineCount(1);
    Files.delete(file);
    assertThat(check("127.0.0.1:0").err())
        .isEqualTo("pen: cannot read " + file + ": no such file\n");
  }

  @Test
  void whoeverMayReadTheFileMayCheckIt() throws Exception {
    Programs.needRoot();
    var other =
        new String[] {
          Programs.needed("setpriv"), "--reuid=nobody", "--regid=nogroup", "--clear-groups"
        };
    Programs.require(run(other, "test", "-x", PenProcess.PEN).status() == 0, "pen for nobody");
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.writeString(file, "listen 127.0.0.1:80\nlog /root/log\nweb_stats /root/report\n");
    var words = new String[] {PenProcess.PEN, "--check", "-F", file.toString(), web.address()};
    var readable =
        run(other, words[0], words[1], words[2], words[3], "127.0.0.1:80", web.address());
    assertThat(readable.err()).isEmpty();
    assertThat(readable.status()).isZero();
    assertThat(readable.out()).contains("log: /root/log, where you may not write");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    var secret = run(other, words[0], words[1], words[2], words[3], "127.0.0.1:80", web.address());
    assertThat(secret.err()).isEqualTo("pen: cannot read " + file + ": permission denied\n");
    assertThat(secret.status()).isEqualTo(1);
  }

  private static PenProcess.Outcome run(String[] before, String... command) throws Exception {
    var words = new ArrayList<>(List.of(before));
    words.addAll(List.of(command));
    return PenProcess.run(words.toArray(String[]::new));
  }
}
