package org.penlb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The table of options, `--help` and the man page name the same options.
class OptionsDocumentedTest {
  private static final Pattern LONG = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");
  private static final Pattern SHORT = Pattern.compile("(?<![\\w-])-[A-Za-z](?![\\w-])");

  @Test
  void everyOptionIsInHelp() {
    var help =
        catchThrowableOfType(UsageException.class, () -> CommandLine.parse("1", "--help"))
            .getMessage();
    assertThat(missing(help)).isEmpty();
  }

  @Test
  void everyOptionIsInTheManPage() throws IOException {
    assertThat(missing(String.join("\n", manPage()))).isEmpty();
  }

  /// Long options anywhere; short ones where the page introduces an option, as elsewhere they may
  /// belong to another command.
  @Test
  void manPageMentionsNoOptionThatDoesNotExist() throws IOException {
    var mentioned = new TreeSet<String>();
    var page = manPage();
    for (int i = 0; i < page.size(); i++) {
      LONG.matcher(page.get(i)).results().forEach(match -> mentioned.add(match.group()));
      if (i > 0 && page.get(i - 1).equals(".TP") && page.get(i).startsWith("-")) {
        SHORT.matcher(page.get(i)).results().forEach(match -> mentioned.add(match.group()));
      }
    }
    mentioned.removeAll(names());
    assertThat(mentioned).isEmpty();
  }

  private static List<String> names() {
    return Options.spec().options().stream().flatMap(o -> List.of(o.names()).stream()).toList();
  }

  private static List<String> missing(String text) {
    var missing = new ArrayList<>(names());
    missing.removeIf(
        name -> Pattern.compile("(?<![\\w-])" + name + "(?![\\w-])").matcher(text).find());
    return missing;
  }

  /// Its lines without comments, escapes and changes of font; a request stays where it is no font.
  private static List<String> manPage() throws IOException {
    return Files.readAllLines(root().resolve("man/pen.1")).stream()
        .filter(line -> !line.startsWith(".\\\""))
        .map(OptionsDocumentedTest::plain)
        .toList();
  }

  private static String plain(String line) {
    var text =
        line.replaceAll("\\\\f(\\[\\w*]|\\(..|.)", "").replace("\\-", "-").replace("\\&", "");
    if (text.matches("\\.(B|I|BR|BI|IR|IB|RB|RI|SM|SB) .*")) {
      boolean alternates = text.charAt(2) != ' ';
      text = text.substring(text.indexOf(' ') + 1);
      // `.BR -b ", " --blacklist`: words in turn, without the blanks between them.
      text = alternates ? text.replaceAll("\" | \"|\"", "") : text.replace("\"", "");
    }
    return text;
  }

  /// The source tree, above the module in which tests run.
  private static Path root() {
    var directory = Path.of("").toAbsolutePath();
    while (!Files.exists(directory.resolve("bin/pen"))) {
      directory = directory.getParent();
    }
    return directory;
  }
}
