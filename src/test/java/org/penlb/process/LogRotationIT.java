package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// HUP after the request log was renamed.
class LogRotationIT {
  private static final int ROTATIONS = 20;
  private static final int REQUESTS_BETWEEN = 100;

  @TempDir private Path dir;

  private static List<Integer> ids(Stream<String> lines) {
    return lines.map(line -> Integer.valueOf(line.split("[ /]", -1)[5])).sorted().toList();
  }

  private Stream<String> linesOfAll(Path... files) throws IOException {
    var lines = new ArrayList<String>();
    for (var file : files) {
      lines.addAll(Files.readAllLines(file));
    }
    return lines.stream();
  }

  @Test
  void eachRequestUnderLoadIsInOneOfTheFilesOnce() throws Exception {
    var log = dir.resolve("pen.log");
    int sent;
    try (var web = new WebServer("a");
        var pen = PenProcess.start("-l", log.toString(), "127.0.0.1:0", web.address())) {
      try (var load = new Load(pen.port(), 4)) {
        for (int i = 0; i < ROTATIONS; i++) {
          int goal = load.sent() + REQUESTS_BETWEEN;
          PenProcess.eventually("requests", () -> load.sent() > goal);
          Files.move(log, dir.resolve("pen.log." + i));
          pen.signal("HUP");
          PenProcess.eventually("a new log", () -> Files.exists(log));
        }
        sent = load.end();
      }
      pen.signal("TERM");
      assertThat(pen.status()).isZero();
      assertThat(pen.stderr()).doesNotContain("WARN", "ERROR");
    }
    try (var files = Files.list(dir)) {
      assertThat(ids(linesOfAll(files.toArray(Path[]::new))))
          .isEqualTo(IntStream.range(0, sent).boxed().toList());
    }
    assertThat(sent).isGreaterThan(ROTATIONS * REQUESTS_BETWEEN);
  }

  @Test
  void whereThereCanBeNoNewFileTheOldOneStaysInUse() throws Exception {
    var gone = Files.createDirectory(dir.resolve("logs"));
    var kept = dir.resolve("kept");
    try (var web = new WebServer("a");
        var pen = PenProcess.start("-l", gone + "/pen.log", "127.0.0.1:0", web.address())) {
      Files.move(gone, kept);
      pen.signal("HUP");
      PenProcess.eventually("an error", () -> pen.stderr().contains("the old file stays in use"));
      assertThat(pen.stderr()).contains("ERROR cannot open request log " + gone + "/pen.log");
      assertThat(WebServer.get("127.0.0.1", pen.port(), "/after")).isEqualTo("a");
      PenProcess.eventually(
          "a line", () -> Files.readString(kept.resolve("pen.log")).contains("GET /after"));
      assertThat(gone).doesNotExist();
    }
  }
}
