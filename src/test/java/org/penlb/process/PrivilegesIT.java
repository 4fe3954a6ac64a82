package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `-u` and `-j`.
class PrivilegesIT {
  private static final String USER = "nobody";

  @TempDir private Path dir;

  private WebServer web;
  private PenProcess pen;

  @BeforeEach
  void open() throws IOException {
    Programs.needRoot();
    web = new WebServer("a");
    // The user is to look through, and may rotate logs and write reports in `own`.
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    var own = Files.createDirectory(dir.resolve("own"));
    var principals = own.getFileSystem().getUserPrincipalLookupService();
    Files.setOwner(own, principals.lookupPrincipalByName(USER));
  }

  @AfterEach
  void close() throws IOException {
    if (pen != null) {
      pen.close();
    }
    if (web != null) {
      web.close();
    }
  }

  private void start(String... options) throws IOException {
    var arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("127.0.0.1:0", web.address()));
    var command = PenProcess.command(arguments.toArray(String[]::new));
    pen = PenProcess.start(command.directory(dir.toFile()));
  }

  private static String id(String... what) throws Exception {
    var words = new ArrayList<>(List.of("id"));
    words.addAll(List.of(what));
    words.add(USER);
    return PenProcess.run(words.toArray(String[]::new)).out().strip();
  }

  private void assertThatAllThreadsAreTheUsers() throws Exception {
    var uid = String.join("\t", java.util.Collections.nCopies(4, id("-u")));
    var gid = String.join("\t", java.util.Collections.nCopies(4, id("-g")));
    var groups = id("-G");
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pen.pid() + "/task"))) {
      for (var task : tasks.toList()) {
        String status;
        try {
          status = Files.readString(task.resolve("status"));
        } catch (IOException e) {
          assertThat(task).doesNotExist(); // the thread has ended meanwhile
          continue;
        }
        assertThat(status).contains("\nUid:\t" + uid + "\n", "\nGid:\t" + gid + "\n");
        assertThat(status).containsPattern("\nGroups:\\s*" + groups + " *\n");
        assertThat(status).containsPattern("\nCapEff:\\s*0+\n");
      }
    }
  }

  private void assertThatItServes() throws IOException {
    assertThat(WebServer.get("127.0.0.1", pen.port(), "/served")).isEqualTo("a");
  }

  private void rotates(Path log) throws Exception {
    var old = log.resolveSibling("old");
    PenProcess.eventually("a line", () -> Files.size(log) > 0);
    Files.move(log, old);
    pen.signal("HUP");
    PenProcess.eventually("a new log", () -> Files.exists(log));
    assertThatItServes();
    PenProcess.eventually("a line", () -> Files.readString(log).contains("/served"));
    assertThat(Files.getOwner(log).getName()).isEqualTo(USER);
  }

  @Test
  void allThreadsAreTheUsersOnceItServes() throws Exception {
    start("-u", USER, "-p", "own/pid", "-l", "own/log");
    assertThatAllThreadsAreTheUsers();
    assertThatItServes();
    assertThat(dir.resolve("own/pid")).hasContent(pen.pid() + "\n");
    rotates(dir.resolve("own/log"));
    assertThatAllThreadsAreTheUsers(); // those too that have come since
    pen.signal("TERM");
    assertThat(pen.status()).isZero();
    assertThat(dir.resolve("own/pid")).doesNotExist();
  }

  @Test
  void aPrivilegedPortIsOpenedBefore() throws Exception {
    var command = PenProcess.command("-u", USER, "127.0.9.9:999", web.address());
    pen = PenProcess.start(command);
    assertThat(WebServer.get("127.0.0.1", "127.0.9.9", 999, "/")).isEqualTo("a");
    assertThatAllThreadsAreTheUsers();
  }

  @Test
  void theDirectoryBecomesTheRoot() throws Exception {
    start("-j", dir.toString(), "-p", dir + "/pid");
    var proc = Path.of("/proc/" + pen.pid());
    assertThat(Files.readSymbolicLink(proc.resolve("root"))).isEqualTo(dir.toRealPath());
    assertThat(Files.readSymbolicLink(proc.resolve("cwd"))).isEqualTo(dir.toRealPath());
    assertThatItServes();
    pen.signal("TERM");
    assertThat(pen.status()).isZero();
    assertThat(dir.resolve("pid")).doesNotExist();
  }

  @Test
  void userAndRootTogetherLeaveEverythingWorking() throws Exception {
    start("-j", dir.toString(), "-u", USER, "-l", "own/log", "-w", "own/report", "-ddd");
    assertThatAllThreadsAreTheUsers();
    // The first connection must not have to wait for anything that the root does not have.
    long start = System.nanoTime();
    assertThatItServes();
    assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
    rotates(dir.resolve("own/log"));
    pen.signal("USR1");
    PenProcess.eventually("a report", () -> Files.exists(dir.resolve("own/report")));
    assertThat(dir.resolve("own/report")).content().contains(web.address().split(":", 2)[1]);
    assertThatItServes();
    pen.signal("TERM");
    assertThat(pen.status()).isZero();
  }

  @Test
  void aReportInTheRootMayBeNamedFromOutside() throws Exception {
    var report = dir.resolve("own/report");
    start("-j", dir.toString(), "-u", USER, "-w", report.toString());
    pen.signal("USR1");
    PenProcess.eventually("a report", () -> Files.exists(report));
  }

  @Test
  void aSocketInTheRootGoesWithItsPen() throws Exception {
    var socket = dir.resolve("own/socket");
    var command =
        PenProcess.command("-j", dir.toString(), "-u", USER, socket.toString(), web.address());
    pen = PenProcess.start(command);
    assertThat(socket).exists();
    pen.signal("TERM");
    assertThat(pen.status()).isZero();
    assertThat(socket).doesNotExist();
  }

  @Test
  void aStartThatFailsRemovesThePidFileAndNoOther() throws Exception {
    var jail = Files.createDirectory(dir.resolve("jail"));
    var outcome =
        PenProcess.run(
            PenProcess.command(
                "-j",
                jail.toString(),
                "-u",
                "no-such-user",
                "-p",
                jail + "/pid",
                "127.0.0.1:0",
                web.address()));
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).contains("no-such-user");
    assertThat(jail).isEmptyDirectory();
  }
}
