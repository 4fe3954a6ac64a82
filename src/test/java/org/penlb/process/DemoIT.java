package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `pen --demo`.
class DemoIT {
  private static final String ESCAPE = "\033[";
  private static final Pattern REPORT = Pattern.compile("(?m)^  (/.*report\\.html)\\r?$");
  private static final Pattern URL = Pattern.compile("Now you: curl http://127.0.0.1:(\\d+)/");

  @TempDir private Path dir;

  private static Path report(String story) {
    var matcher = REPORT.matcher(story);
    assertThat(matcher.find()).as(story).isTrue();
    return Path.of(matcher.group(1));
  }

  private static void removeReport(Path report) throws IOException {
    Files.delete(report);
    Files.delete(report.getParent());
  }

  @Test
  void inAPipeItTellsItsStoryWithoutColoursAndEnds() throws Exception {
    var demo = PenProcess.run(PenProcess.PEN, "--demo");
    assertThat(demo.status()).isZero();
    assertThat(demo.err()).isEmpty();
    assertThat(demo.out())
        .doesNotContain(ESCAPE)
        .containsPattern("client 127\\.0\\.0\\.11 +-> server 0 +new")
        .containsPattern("client 127\\.0\\.0\\.11 +-> server 0 +returning")
        .containsPattern("client 127\\.0\\.0\\.12 +-> server 2 +failover");
    var report = report(demo.out());
    assertThat(Xml.parse(Files.readString(report)).getDocumentElement().getTagName())
        .isEqualTo("html");
    removeReport(report);
  }

  /// On a terminal of its own.
  private final class Stage implements AutoCloseable {
    private final Path screen = dir.resolve("screen");
    private final Process process;

    Stage(String environment) throws Exception {
      var script = Programs.needed("script");
      // exec: where SHELL is not set it is dash, which would see the Ctrl-C, too, and end with 130.
      var command = "exec env " + environment + " '" + PenProcess.PEN + "' --demo";
      process =
          new ProcessBuilder(script, "-qec", command, "/dev/null")
              .redirectOutput(screen.toFile())
              .start();
      PenProcess.eventually("it stays", () -> URL.matcher(text()).find() || !process.isAlive());
    }

    String text() throws IOException {
      return Files.readString(screen);
    }

    int port() throws IOException {
      var matcher = URL.matcher(text());
      assertThat(matcher.find()).as(text()).isTrue();
      return Integer.parseInt(matcher.group(1));
    }

    int pressControlC() throws Exception {
      var keyboard = process.getOutputStream();
      keyboard.write(3);
      keyboard.flush();
      return process.waitFor();
    }

    @Override
    public void close() throws IOException {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      removeReport(report(text()));
    }
  }

  @Test
  void onATerminalItIsColouredAndStaysUntilControlC() throws Exception {
    try (var stage = new Stage("-u NO_COLOR")) {
      assertThat(stage.text()).contains(ESCAPE + "1m", ESCAPE + "32mreturning");
      assertThat(WebServer.get("127.0.0.1", stage.port(), "/")).startsWith("server ");
      assertThat(stage.pressControlC()).isZero();
    }
  }

  @Test
  void noColourOnATerminalThatWantsNone() throws Exception {
    try (var stage = new Stage("NO_COLOR=1")) {
      assertThat(stage.text()).doesNotContain(ESCAPE).contains("returning");
      assertThat(stage.pressControlC()).isZero();
    }
  }
}
