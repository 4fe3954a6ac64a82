package org.penlb.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.penlb.Completion;
import org.penlb.ManPage;
import org.penlb.language.Command;
import org.penlb.language.Command.Group;

/// The table of commands, the man page and the completion name the same commands.
class CommandsDocumentedTest {
  private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--?[a-zA-Z][a-z-]*");

  private static List<Command> commands(Group group) {
    return Commands.language().commands().stream()
        .filter(command -> command.group() == group)
        .toList();
  }

  /// How the page has to write it: each form is a tag.
  private static List<String> forms(Group group) {
    return commands(group).stream().flatMap(command -> command.synopsis().lines()).toList();
  }

  private static ManPage section(Group group) throws IOException {
    var title = group.title();
    var heading = title.substring(0, 1).toUpperCase(Locale.ROOT) + title.substring(1);
    return ManPage.read("penctl.1").section(".SS " + heading);
  }

  @Test
  void everyFormOfEveryCommandIsInTheManPageUnderItsHeading() throws IOException {
    for (var group : Group.values()) {
      assertThat(section(group).tags())
          .as(group.title())
          .containsExactlyInAnyOrderElementsOf(forms(group));
    }
  }

  @Test
  void headingsStandInTheOrderOfHelp() throws IOException {
    var headings =
        ManPage.read("penctl.1").section(".SH COMMANDS").lines().stream()
            .filter(line -> line.startsWith(".SS "))
            .map(line -> line.substring(4).toLowerCase(Locale.ROOT))
            .toList();
    assertThat(headings).isEqualTo(List.of(Group.values()).stream().map(Group::title).toList());
  }

  @Test
  void everyCommandIsExplained() throws IOException {
    for (var group : Group.values()) {
      var lines = section(group).lines();
      for (int i = 0; i + 1 < lines.size(); i++) {
        if (lines.get(i).equals(".TP")) {
          int after = i + 2;
          while (after < lines.size() && lines.get(after).equals(".TQ")) {
            after += 2;
          }
          assertThat(after).as(lines.get(i + 1)).isLessThan(lines.size());
          assertThat(lines.get(after)).as(lines.get(i + 1)).isNotEqualTo(".TP");
        }
      }
    }
  }

  @Test
  void optionsOfPenctlAreThoseOfItsHelp() throws IOException {
    var page = ManPage.read("penctl.1").section(".SH OPTIONS");
    var options = new ArrayList<String>();
    for (var tag : page.tags()) {
      OPTION.matcher(tag).results().forEach(match -> options.add(match.group()));
    }
    assertThat(options).containsExactlyInAnyOrder("--json", "--help", "-V", "--version");
  }

  @Test
  void completionHasEveryCommand() throws IOException {
    var completion = Completion.read();
    var inert = commands(Group.INERT).stream().map(Command::name).toList();
    var all = new ArrayList<>(Commands.language().commands());
    all.removeIf(command -> inert.contains(command.name()));
    assertThat(completion.words("_penctl_hidden")).containsExactlyInAnyOrderElementsOf(inert);
    assertThat(completion.words("_penctl_commands"))
        .containsExactlyInAnyOrderElementsOf(all.stream().map(Command::name).toList());
    assertThat(completion.words("_penctl_no"))
        .containsExactlyInAnyOrderElementsOf(
            all.stream().filter(Command::hasNo).map(Command::name).toList());
  }

  @Test
  void completionHasEveryChangeOfAServer() throws IOException {
    var form = Commands.language().command("server").synopsis().lines().findFirst().orElseThrow();
    var changes = form.substring(form.indexOf('[') + 1, form.lastIndexOf(']')).split("\\|", -1);
    assertThat(Completion.read().words("_penctl_server"))
        .containsExactlyInAnyOrderElementsOf(
            List.of(changes).stream().map(change -> change.split(" ", -1)[0]).toList());
  }
}
