package org.penlb.unix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  private static final int LENGTH = 200_000;

  @TempDir Path directory;

  @Test
  void readersSeeAWholeReportWhileSeveralThreadsWrite() throws Exception {
    var file = directory.resolve("status.html");
    WholeFile.volatileOne(file, "report").write(report(0));
    try (var threads = Executors.newFixedThreadPool(4)) {
      var writers =
          IntStream.range(1, 4).mapToObj(i -> threads.submit(() -> writeOften(file, i))).toList();
      while (!writers.stream().allMatch(Future::isDone)) {
        var text = Files.readString(file);
        assertThat(text.length()).isEqualTo(LENGTH);
        assertThat(text.chars().distinct().count()).isEqualTo(1);
      }
      for (var writer : writers) {
        writer.get();
      }
    }
    assertNothingLeftBut("status.html");
  }

  private static Void writeOften(Path file, int writer) throws IOException {
    for (var i = 0; i < 60; i++) {
      WholeFile.volatileOne(file, "report").write(report(writer));
    }
    return null;
  }

  private static String report(int writer) {
    return Character.toString('a' + writer).repeat(LENGTH);
  }

  @Test
  void newFileIsReadableByAll() throws IOException {
    var file = directory.resolve("status.html");
    WholeFile.volatileOne(file, "report").write("\u00e4");
    assertThat(Files.readString(file)).isEqualTo("\u00e4");
    // What the umask leaves; writable by others in no case.
    assertThat(permissions(file)).startsWith("rw-").doesNotMatch("...(.w.|....w.)...");
  }

  @Test
  void permissionsOfTheFileStayAsTheyAre() throws IOException {
    var file = Files.writeString(directory.resolve("status.html"), "old");
    for (var permissions : new String[] {"rw-r-----", "rw-rw-rw-", "rw-------"}) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
      WholeFile.volatileOne(file, "report").write("new");
      assertThat(permissions(file)).isEqualTo(permissions);
    }
    assertThat(Files.readString(file)).isEqualTo("new");
  }

  @Test
  void linkIsReplacedAndItsTargetLeftAlone() throws IOException {
    var target = Files.writeString(directory.resolve("precious"), "precious");
    var link = Files.createSymbolicLink(directory.resolve("status.html"), target);
    WholeFile.volatileOne(link, "report").write("report");
    assertThat(Files.readString(target)).isEqualTo("precious");
    assertThat(link).isRegularFile().hasContent("report");
    assertThat(Files.isSymbolicLink(link)).isFalse();
  }

  @Test
  void deviceAndDirectoryAreRefused() throws IOException {
    var link = Files.createSymbolicLink(directory.resolve("null"), Path.of("/dev/null"));
    assertThatThrownBy(() -> WholeFile.volatileOne(link, "report").write("report"))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write the report " + link + ": not a regular file");
    assertThatThrownBy(() -> WholeFile.volatileOne(directory, "report").write("report"))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("not a regular file");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertNothingLeftBut("null");
  }

  @Test
  void failureNamesTheFile() throws IOException {
    var absent = directory.resolve("absent/status.html");
    assertThatThrownBy(() -> WholeFile.volatileOne(absent, "report").write("report"))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write the report " + absent + ": no such directory");
    var below = Files.writeString(directory.resolve("file"), "").resolve("status.html");
    assertThatThrownBy(() -> WholeFile.volatileOne(below, "report").write("report"))
        .isInstanceOf(IOException.class)
        .hasMessage("cannot write the report " + below + ": Not a directory");
  }

  @Test
  void failureLeavesTheOldReportAndNoTemporaryFile() throws IOException {
    var file = Files.writeString(directory.resolve("status.html"), "old");
    // Closes the channel at the first write, when the temporary file is there already.
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> WholeFile.volatileOne(file, "report").write("new"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot write the report " + file + ": ")
        .hasCauseInstanceOf(ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(file).hasContent("old");
    assertNothingLeftBut("status.html");
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private void assertNothingLeftBut(String... names) throws IOException {
    try (var files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(names);
    }
  }
}
