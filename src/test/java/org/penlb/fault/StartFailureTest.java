package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A start that fails: one line on standard error, status 1, and nothing left behind.
class StartFailureTest {
  @TempDir Path directory;
  private Path socket;
  private Path pidFile;

  @BeforeEach
  void name() {
    socket = directory.resolve("pen.sock");
    pidFile = directory.resolve("pen.pid");
  }

  /// @param options as words with a space between
  private void fails(String background, String options, String message) throws Exception {
    var words = new ArrayList<String>();
    if (background.equals("foreground")) {
      words.add("-f");
    }
    if (!options.contains("-p ")) {
      words.addAll(List.of("-p", pidFile.toString()));
    }
    words.addAll(List.of(options.split(" ", -1)));
    if (!options.contains(":80")) {
      words.addAll(List.of(socket.toString(), "127.0.0.1:9"));
    }
    try (var pen = PenProcess.start(words.toArray(String[]::new))) {
      assertThat(pen.status()).as("status").isEqualTo(1);
      assertThat(pen.err().strip()).isEqualTo("pen: " + message);
    }
    assertThat(socket).doesNotExist();
    assertThat(pidFile).doesNotExist();
    assertThat(processesThatName(directory)).isEmpty();
  }

  private static List<String> processesThatName(Path path) throws IOException {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(process -> commandLine(process.pid()))
          .filter(line -> line.contains(path.toString()))
          .toList();
    }
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
    } catch (IOException e) {
      return ""; // it has ended
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void reportInNoDirectoryOrInPlaceOfADevice(String where) throws Exception {
    var report = directory.resolve("none/report.html");
    fails(where, "-w " + report, "cannot write the report " + report + ": no such directory");
    fails(where, "-w /dev/null", "cannot write the report /dev/null: not a regular file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void sourceThatIsNotThisMachines(String where) throws Exception {
    fails(
        where,
        "--source 198.51.100.1",
        "cannot connect from 198.51.100.1 (source): Cannot assign requested address");
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void logFileInNoDirectory(String where) throws Exception {
    var log = directory.resolve("none/pen.log");
    fails(where, "-l " + log, "cannot open request log " + log + ": no such directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void logFileThatIsADirectory(String where) throws Exception {
    fails(where, "-l " + directory, "cannot open request log " + directory + ": Is a directory");
  }

  /// One of those that even root may not write.
  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void filesThatMayNotBeWritten(String where) throws Exception {
    var file = Path.of("/sys/kernel/uevent_seqnum");
    Assumptions.assumeTrue(Files.exists(file), "no " + file + " here");
    Assumptions.assumeFalse(readOnly(file), "/sys is mounted read-only here");
    fails(where, "-l " + file, "cannot open request log " + file + ": permission denied");
    fails(where, "-p " + file, "cannot write the pid file " + file + ": permission denied");
    assertThat(file).exists();
  }

  private static boolean readOnly(Path file) throws IOException {
    return Files.getFileStore(file).isReadOnly();
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void pidFileInNoDirectory(String where) throws Exception {
    var file = directory.resolve("none/pen.pid");
    fails(where, "-p " + file, "cannot write the pid file " + file + ": no such directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void pidFileThatIsADirectoryStays(String where) throws Exception {
    var file = Files.createDirectory(directory.resolve("empty"));
    fails(where, "-p " + file, "cannot write the pid file " + file + ": Is a directory");
    assertThat(file).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void unknownUser(String where) throws Exception {
    // With -j, to a directory in which the pid file is.
    fails(where, "-u no-such-user -j " + directory, "no such user: no-such-user");
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void chrootToNowhere(String where) throws Exception {
    var root = directory.resolve("none");
    fails(where, "-j " + root, "cannot change root to " + root + ": No such file or directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void unknownServer(String where) throws Exception {
    // Longer than a name may be (RFC 1035), so that nobody on the network is asked.
    var host = "x".repeat(64) + ".invalid";
    fails(where, socket + " " + host + ":80", "server " + host + ":80: unknown host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"foreground", "background"})
  void addressOfAnotherMachine(String where) throws Exception {
    var message = "cannot listen on 192.0.2.1:80: Cannot assign requested address";
    fails(where, "192.0.2.1:80 127.0.0.1:9", message);
  }
}
