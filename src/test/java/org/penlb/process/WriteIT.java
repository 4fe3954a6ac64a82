package org.penlb.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The command `write`: a file that makes the same pen again, whatever happens meanwhile.
class WriteIT extends Scene {
  private static final int KILLS = 5;

  /// Something of everything.
  private static final String COMMANDS =
      """
      acl 1 permit 127.0.0.0 255.0.0.0
      acl 1 deny 2001:db8::/32
      acl 9 permit 127.0.0.1
      control_acl 9
      debug 1
      web_stats "DIR/a report"
      tarpit_acl 3
      client_acl 1
      log DIR/requests
      server 2 address ::1 port 9 max 5 hard 7 weight 2 prio 3 acl 1 drain 60
      server 0 drain
      emergency 127.0.0.1:9:3
      abuse [::1]:9
      hash
      weight
      stubborn
      sticky_group all
      track_prefix 24 64
      idle_timeout 77
      tcp_fastclose up
      no tcp_nodelay
      source 127.0.0.1
      service second
      listen 127.0.0.1:PORT DIR/listen
      server 0 address 127.0.0.1 port 9
      http
      """;

  private WebServer web;

  @BeforeEach
  void open() throws IOException {
    web = web("a");
  }

  private void start(String... arguments) throws IOException {
    var words = new ArrayList<>(List.of("-C", socket.toString()));
    words.addAll(List.of(arguments));
    pen = PenProcess.start(words.toArray(String[]::new));
  }

  private void end() throws Exception {
    pen.signal("TERM");
    assertThat(pen.status()).isZero();
    pen.close();
  }

  private String written() throws IOException {
    Control.unix(socket).order("write " + file);
    return Files.readString(file);
  }

  @Test
  void aPenThatStartsWithWhatWasWrittenWritesTheSame() throws Exception {
    var commands = dir.resolve("commands");
    Files.writeString(
        commands,
        COMMANDS.replace("DIR", dir.toString()).replace("PORT", "" + WebServer.freePort()));
    int port = WebServer.freePort();
    start(
        "-F", commands.toString(), "-r", "-x", "99", "-T", "5", "127.0.0.1:" + port, web.address());
    var first = written();
    end();
    start("-F", file.toString());
    var other = dir.resolve("other");
    Control.unix(socket).order("write " + other);
    assertThat(other).hasContent(first);
    assertThat(first).contains("service second", "drain 60", "prio 3", "conn_max 99");
    // Beside options that say something else.
    end();
    start("-F", file.toString(), "-h", "-x", "7", "127.0.0.1:0", "127.0.0.1:9", "127.0.0.1:9");
    Control.unix(socket).order("write " + other);
    assertThat(other).hasContent(first);
  }

  @Test
  void theFileOfTheStartIsWrittenWhereNoneIsNamed() throws Exception {
    Files.writeString(file, "blacklist 7\n");
    start("-F", file.toString(), "127.0.0.1:0", web.address());
    Control.unix(socket).ask("timeout 9");
    Control.unix(socket).order("write");
    assertThat(file).content().contains("\nblacklist 7\n", "\ntimeout 9\n");
    pen.close();
    start("127.0.0.1:0", web.address());
    assertThat(Control.unix(socket).ask("write")).startsWith("error: write: ").contains("-F");
  }

  /// A list that takes a while to be written, and more room than there is on a small disk.
  private static String list(int length) {
    return IntStream.range(0, length)
        .mapToObj(i -> "acl 5 permit 10.%d.%d.0 255.255.255.0\n".formatted(i / 256, i % 256))
        .collect(Collectors.joining());
  }

  private List<Path> unfinished() throws IOException {
    try (var files = Files.list(dir)) {
      return files.filter(each -> each.toString().endsWith(".tmp")).toList();
    }
  }

  private void clearAway() throws IOException {
    for (var each : unfinished()) {
      Files.delete(each);
    }
  }

  @Test
  void whenItIsKilledMeanwhileTheFileIsTheOldOneOrTheNewOne() throws Exception {
    Files.writeString(file, "blacklist 100\n" + list(20_000));
    start("-F", file.toString(), "127.0.0.1:" + WebServer.freePort(), web.address());
    var before = written();
    for (int i = 1; i <= KILLS; i++) {
      var after = before.replaceFirst("(?m)^blacklist .*", "blacklist " + i);
      var control = Control.unix(socket);
      assertThat(control.ask("blacklist " + i)).isEqualTo(i + "\n");
      try (var channel = control.connect()) {
        channel.write(UTF_8.encode("write\n"));
        while (unfinished().isEmpty() && Files.readString(file).equals(before)) {
          Thread.onSpinWait();
        }
        pen.signal("KILL");
        pen.status();
      }
      var found = Files.readString(file);
      assertThat(found.equals(before) || found.equals(after)).as("old or new").isTrue();
      before = found;
      clearAway();
      pen.close();
      start("-F", file.toString());
    }
  }

  @Test
  void whenTheDiskIsFullTheOldFileStays() throws Exception {
    Programs.needRoot();
    var unshare = Programs.needed("unshare");
    var disk = Files.createDirectory(dir.resolve("disk"));
    var script =
        "mount -t tmpfs -o size=64k none $0 && echo 'blacklist 7' >$0/pen.conf && exec \"$@\"";
    var words = new ArrayList<>(List.of(unshare, "--mount", "sh", "-c", script, disk.toString()));
    words.addAll(List.of(PenProcess.PEN, "-f", "-C", socket.toString()));
    words.addAll(List.of("-F", disk + "/pen.conf", "127.0.0.1:0", web.address()));
    pen = PenProcess.start(new ProcessBuilder(words));
    var control = Control.unix(socket);
    var list = dir.resolve("list");
    Files.writeString(list, list(3_000));
    control.order("include " + list);
    assertThat(control.ask("write"))
        .isEqualTo(
            "error: cannot write the configuration %s/pen.conf: No space left on device\n", disk);
    // In the mounts of pen.
    var seen = Path.of("/proc/" + pen.pid() + "/root" + disk);
    assertThat(seen.resolve("pen.conf")).hasContent("blacklist 7");
    try (var files = Files.list(seen)) {
      assertThat(files).hasSize(1);
    }
    control.order("no acl 5");
    control.order("write");
    assertThat(seen.resolve("pen.conf")).content().contains("\nblacklist 7\n", "\nno acl 5\n");
  }

  @Test
  void inAnotherRootFilesAreThoseOfThatRootAndOfTheUser() throws Exception {
    Programs.needRoot();
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    var own = Files.createDirectory(dir.resolve("own"));
    var principals = own.getFileSystem().getUserPrincipalLookupService();
    Files.setOwner(own, principals.lookupPrincipalByName("nobody"));
    Files.writeString(file, "blacklist 7\n");
    start(
        "-j", dir.toString(), "-u", "nobody", "-F", file.toString(), "127.0.0.1:0", web.address());
    var control = Control.unix(socket);
    assertThat(control.ask("write"))
        .startsWith("error: cannot write the configuration ")
        .endsWith("/pen.conf: permission denied\n");
    assertThat(file).hasContent("blacklist 7");
    control.order("write /own/inside");
    assertThat(own.resolve("inside")).content().contains("\nblacklist 7\n");
    control.order("write " + own + "/outside");
    assertThat(own.resolve("outside")).hasSameTextualContentAs(own.resolve("inside"));
    assertThat(control.ask("write /nowhere/file"))
        .isEqualTo("error: cannot write the configuration /nowhere/file: no such directory\n");
    Files.writeString(own.resolve("more"), "blacklist 8\n");
    control.order("include /own/more");
    assertThat(control.ask("blacklist")).isEqualTo("8\n");
    assertThat(control.ask("include /etc/passwd"))
        .isEqualTo("error: cannot read /etc/passwd: no such file\n");
    Files.writeString(file, "blacklist 9\n");
    pen.signal("HUP");
    PenProcess.eventually("the new time", () -> control.ask("blacklist").equals("9\n"));
  }
}
