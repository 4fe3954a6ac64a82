package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What bash offers for the word that is being typed.
class CompletionIT {
  private static final String SCRIPT =
      """
      set -u
      source "$1"
      COMP_WORDS=("${@:2}")
      COMP_CWORD=$(($# - 2))
      "_$2"
      printf '%s\\n' "${COMPREPLY[@]}"
      """;

  @TempDir private Path directory;

  /// @param words of the command line as bash divides it, the last one being typed
  private static List<String> offered(String... words) throws Exception {
    var file = PenProcess.ROOT.resolve("bin/pen.bash-completion").toString();
    var command = new ArrayList<>(List.of(Programs.needed("bash"), "-c", SCRIPT, "bash", file));
    command.addAll(List.of(words));
    var outcome = PenProcess.run(command.toArray(String[]::new));
    assertThat(outcome.err()).isEmpty();
    return outcome.out().lines().filter(line -> !line.isEmpty()).toList();
  }

  @Test
  void optionsOfPen() throws Exception {
    assertThat(offered("pen", "--con")).contains("--config", "--control", "--control-files");
    assertThat(offered("pen", "-f", "--take")).containsExactly("--takeover");
    assertThat(offered("pen", "-")).contains("-F", "--check", "-U").doesNotContain("-E", "-n");
  }

  @Test
  void valuesOfOptionsAreNoOptions() throws Exception {
    assertThat(offered("pen", "-x", "-")).isEmpty();
    assertThat(offered("pen", "--tcp-fastclose", "")).contains("up", "down", "both", "off");
    assertThat(offered("pen", "-o", "conn_")).containsExactly("conn_max");
  }

  @Test
  void filesWhereFilesAreWanted() throws Exception {
    var file = Files.createFile(directory.resolve("pen.conf")).toString();
    var begun = directory + "/pe";
    assertThat(offered("pen", "-F", begun)).containsExactly(file);
    assertThat(offered("pen", "-j", begun)).isEmpty();
    assertThat(offered("penctl", begun)).containsExactly(file);
    assertThat(offered("penctl", "/run/pen.ctl", "write", begun)).containsExactly(file);
  }

  @Test
  void commandsAfterTheAddressHoweverItIsWritten() throws Exception {
    for (var address :
        List.of(
            List.of("8888"),
            List.of("/run/pen.ctl"),
            List.of("localhost", ":", "8888"),
            List.of("[", "::", "1]", ":", "8888"))) {
      var words = new ArrayList<>(List.of("penctl"));
      words.addAll(address);
      words.add("sticky");
      assertThat(offered(words.toArray(String[]::new))).containsExactly("sticky_group");
    }
  }

  @Test
  void wordsOfCommands() throws Exception {
    assertThat(offered("penctl", "1", "server", "0", "")).contains("drain", "max", "no");
    assertThat(offered("penctl", "1", "server", "0", "max", "")).isEmpty();
    assertThat(offered("penctl", "1", "server", "0", "max", "5", "pr")).containsExactly("prio");
    assertThat(offered("penctl", "1", "server", "0", "no", "")).containsExactly("drain");
    assertThat(offered("penctl", "1", "no", "rou")).containsExactly("roundrobin");
    assertThat(offered("penctl", "1", "acl", "0", "p")).containsExactly("permit");
    assertThat(offered("penctl", "1", "mode", "")).isEmpty();
  }

  @Test
  void commandsOfAService() throws Exception {
    assertThat(offered("penctl", "1", "service", "web", "unp")).containsExactly("unpin");
    assertThat(offered("penctl", "1", "service", "web", "server", "1", "dr"))
        .containsExactly("drain");
  }

  @Test
  void questionsForJson() throws Exception {
    assertThat(offered("penctl", "--json", "1", ""))
        .contains("servers", "why")
        .doesNotContain("pin");
    assertThat(offered("penctl", "--js")).containsExactly("--json");
  }
}
