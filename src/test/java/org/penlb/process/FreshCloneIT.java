package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/// A clone builds itself. Takes a minute: with -Dpen.slow. `.ci/run` begins in such a clone anyway.
@EnabledIf(value = "isWanted", disabledReason = "slow, see -Dpen.slow")
class FreshCloneIT {
  private static final int PATIENCE_SECONDS = 300;

  @TempDir private Path dir;

  static boolean isWanted() {
    return System.getProperty("pen.slow") != null;
  }

  /// What git would know if all were committed: never the output of a build.
  private Path copyOfTheSources() throws Exception {
    var clone = Files.createDirectory(dir.resolve("clone"));
    var script =
        "cd \"$0\" && git -c safe.directory='*' ls-files -z --cached --others --exclude-standard"
            + " | tar c --null -T - | tar x -C \"$1\"";
    var root = PenProcess.ROOT.toString();
    assertThat(PenProcess.run("sh", "-c", script, root, clone.toString()).status()).isZero();
    return clone;
  }

  @Test
  void theFirstStartBuildsAndTheSecondDoesNot() throws Exception {
    Programs.needed("git");
    Programs.needed("mvn");
    var pen = copyOfTheSources().resolve("bin/pen").toString();
    var output = dir.resolve("output");
    long start = System.nanoTime();
    var first =
        new ProcessBuilder(pen, "--version")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(first.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      first.destroyForcibly();
    }
    System.out.printf(
        "a fresh clone starts in %d s%n",
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
    assertThat(text(output)).matches("pen: building .*\npen \\d.*\n");
    assertThat(PenProcess.run(pen, "--version").err()).isEmpty();
    assertThat(PenProcess.run(pen, "--demo").status()).isZero();
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file);
  }
}
