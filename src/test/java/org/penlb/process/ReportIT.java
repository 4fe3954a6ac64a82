package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// USR1.
class ReportIT {
  private static final int SIGNALS = 100;

  @TempDir private Path dir;

  @Test
  void whoeverReadsTheFileUnderLoadSeesAWholeReport() throws Exception {
    var file = dir.resolve("report.html");
    Set<String> reports = new HashSet<>();
    try (var one = new WebServer("one");
        var two = new WebServer("two");
        var pen =
            PenProcess.start("-w", file.toString(), "127.0.0.1:0", one.address(), two.address());
        var load = new Load(pen.port(), 4)) {
      pen.signal("USR1");
      PenProcess.eventually("a report", () -> Files.exists(file));
      for (int i = 0; i < SIGNALS; i++) {
        pen.signal("USR1");
        // Without waiting: some reads are to fall into the replacement.
        var report = Files.readString(file);
        Xml.parse(report);
        reports.add(report);
      }
      assertThat(load.end()).isPositive();
      assertThat(pen.isAlive()).isTrue();
      pen.signal("USR1");
      pen.signal("TERM"); // perhaps in the middle of a report
      PenProcess.eventually("it ends", () -> !pen.isAlive());
    }
    assertThat(reports).as("reports that were read").hasSizeGreaterThan(2);
    assertThat(dir).isDirectoryContaining(path -> path.equals(file));
    try (var files = Files.list(dir)) {
      assertThat(files).as("nothing is left beside it").containsExactly(file);
    }
  }

  @Test
  void aReportThatCannotBeWrittenIsSaidAndNothingElseHappens() throws Exception {
    var file = Files.createDirectory(dir.resolve("gone")).resolve("report.html");
    try (var web = new WebServer("a");
        var pen = PenProcess.start("-w", file.toString(), "127.0.0.1:0", web.address())) {
      Files.delete(file.getParent());
      pen.signal("USR1");
      PenProcess.eventually("a warning", () -> pen.stderr().contains("no such directory"));
      assertThat(WebServer.get("127.0.0.1", pen.port(), "/")).isEqualTo("a");
    }
  }

  @Test
  void withoutAFileTheReportIsTextOnStandardError() throws Exception {
    try (var web = new WebServer("a");
        var pen = PenProcess.start("127.0.0.1:0", web.address())) {
      assertThat(WebServer.get("127.0.0.77", pen.port(), "/")).isEqualTo("a");
      pen.signal("USR1");
      PenProcess.eventually("a report", () -> pen.stderr().contains("Closes by cause"));
      assertThat(pen.stderr()).contains("service main", "127.0.0.77", "listeners    127.0.0.1:");
    }
  }
}
