package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the manual page says is so.
class ManPageTest {
  private static final Pattern EXAMPLE = Pattern.compile("(?s)\\n\\.EX\\n(.*?)\\n\\.EE\\n");
  private static final Pattern LONG = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");

  @TempDir private Path directory;

  private static String page() throws IOException {
    var modules = Path.of("").toAbsolutePath(); // tests run in the module's directory
    var page = Files.readString(modules.resolveSibling("man").resolve("mergelogs.1"), UTF_8);
    return page.replace("\\-", "-").replace("\\e", "\\").replaceAll("\\\\f[BIR]", "");
  }

  private static List<String> options() {
    return Arguments.spec().options().stream()
        .flatMap(option -> List.of(option.names()).stream())
        .toList();
  }

  @Test
  void everyOptionIsExplained() throws IOException {
    var page = page();
    var help = Run.of("--help").out();
    assertThat(options()).isNotEmpty();
    for (var option : options()) {
      var word = Pattern.compile("(?m)^.*(?<![\\w-])" + option + "(?![\\w-]).*$");
      assertThat(page).containsPattern(word);
      assertThat(help).containsPattern(word);
    }
  }

  @Test
  void noOtherOptionIs() throws IOException {
    var mentioned = LONG.matcher(page()).results().map(found -> found.group()).distinct().toList();
    assertThat(options()).containsAll(mentioned);
    assertThat(mentioned).contains("--rejects");
  }

  @Test
  void theExampleIsTrue() throws IOException {
    var examples = EXAMPLE.matcher(page()).results().map(found -> found.group(1)).toList();
    var pen = Run.file(directory, "pen", examples.get(0));
    var web1 = Run.file(directory, "web1", examples.get(1));
    var web2 = Run.file(directory, "web2", examples.get(2));
    var run = Run.of("-p", pen, "10.0.0.1:" + web1, "10.0.0.2:" + web2);
    assertThat(run).isEqualTo(new Run(0, examples.get(3) + "\n", ""));
  }
}
