package org.penlb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.penlb.Completion;
import org.penlb.ManPage;

/// The table of options, `--help`, the man page and the completion name the same options.
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
    assertThat(missing(ManPage.read("pen.1").text())).isEmpty();
  }

  /// Long options anywhere; short ones where the page introduces an option, as elsewhere they may
  /// belong to another command.
  @Test
  void manPageMentionsNoOptionThatDoesNotExist() throws IOException {
    var mentioned = new TreeSet<String>();
    var page = ManPage.read("pen.1").lines();
    for (int i = 0; i < page.size(); i++) {
      LONG.matcher(page.get(i)).results().forEach(match -> mentioned.add(match.group()));
      if (i > 0 && page.get(i - 1).equals(".TP") && page.get(i).startsWith("-")) {
        SHORT.matcher(page.get(i)).results().forEach(match -> mentioned.add(match.group()));
      }
    }
    mentioned.removeAll(names());
    assertThat(mentioned).isEmpty();
  }

  @Test
  void completionHasEveryOptionWithItsKind() throws IOException {
    var completion = Completion.read();
    var hidden = completion.words("_pen_hidden");
    var flags = new ArrayList<String>();
    var values = new ArrayList<String>();
    for (var option : Options.spec().options()) {
      (option.arity().max() == 0 ? flags : values).addAll(List.of(option.names()));
    }
    assertThat(hidden).isSubsetOf(names());
    flags.removeAll(hidden);
    values.removeAll(hidden);
    assertThat(completion.words("_pen_flags")).containsExactlyInAnyOrderElementsOf(flags);
    assertThat(completion.words("_pen_values")).containsExactlyInAnyOrderElementsOf(values);
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
}
