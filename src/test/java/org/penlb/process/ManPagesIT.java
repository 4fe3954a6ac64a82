package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The manual pages are what man(1) expects.
class ManPagesIT {
  private static List<Path> pages() throws Exception {
    try (var files = Files.list(PenProcess.ROOT.resolve("man"))) {
      return files.filter(file -> file.toString().matches(".*\\.[0-9]")).sorted().toList();
    }
  }

  @Test
  void theyRenderWithoutWarnings() throws Exception {
    var groff = Programs.needed("groff");
    assertThat(pages()).hasSizeGreaterThanOrEqualTo(3);
    for (var page : pages()) {
      var outcome = PenProcess.run(groff, "-ww", "-man", "-Tutf8", page.toString());
      assertThat(outcome.err()).as(page.toString()).isEmpty();
      assertThat(outcome.status()).isZero();
    }
  }

  @Test
  void whatisFindsThem() throws Exception {
    var groff = Programs.needed("lexgrog");
    for (var page : pages()) {
      var outcome = PenProcess.run(groff, page.toString());
      assertThat(outcome.status()).as(page + ": " + outcome).isZero();
    }
  }
}
