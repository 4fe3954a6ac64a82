package org.penlb.penlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A copy of target/pen is an installation of the log tools, too.
class InstallationIT {
  @TempDir private Path dir;

  private Path copy() throws Exception {
    var to = dir.resolve("with some  spaces");
    var from = Tool.ROOT.resolve("target/pen").toString();
    assertThat(new ProcessBuilder("cp", "-r", from, to.toString()).start().waitFor()).isZero();
    return to;
  }

  private String version(String... words) throws Exception {
    var out = dir.resolve("out");
    try (var tool = Tool.start(out, words)) {
      assertThat(tool.status()).as(tool.err()).isZero();
      assertThat(tool.err()).isEmpty();
    }
    return Files.readString(out);
  }

  @Test
  void itHasTheCommandsAndTheirPages() throws Exception {
    var copy = copy();
    for (var name : new String[] {"penlog", "penlogd", "mergelogs"}) {
      assertThat(version(copy.resolve("bin").resolve(name).toString(), "--version"))
          .startsWith(name + " ");
      assertThat(copy.resolve("man").resolve(name + ".1"))
          .hasSameTextualContentAs(Tool.ROOT.resolve("man").resolve(name + ".1"));
    }
  }

  @Test
  void theyStartThroughLinks() throws Exception {
    var copy = copy();
    var link = Files.createSymbolicLink(dir.resolve("penlogd"), copy.resolve("bin/penlogd"));
    assertThat(version(link.toString(), "-V")).startsWith("penlogd ");
    var other = Files.createSymbolicLink(dir.resolve("other"), Path.of("penlogd"));
    assertThat(version(other.toString(), "-V")).startsWith("penlogd ");
  }
}
