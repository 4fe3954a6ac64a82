package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Commands that a pen begins with: `-o`, `-O` and `-F`.
class StartCommandsIT extends Scene {
  private WebServer web;

  @BeforeEach
  void open() throws IOException {
    web = web("a");
  }

  private String[] words(String... options) {
    var words = new ArrayList<>(List.of(options));
    words.addAll(List.of("127.0.0.1:0", web.address()));
    return words.toArray(String[]::new);
  }

  @Test
  void laterCommandsPrevailAndTheFileComesLast() throws Exception {
    Files.writeString(file, "tracking 30\n");
    var arguments =
        words(
            "-b",
            "3",
            "-F",
            file.toString(),
            "-C",
            socket.toString(),
            "-o",
            "blacklist 4",
            "-O",
            "blacklist 5",
            "--command",
            "tracking 10",
            "-o",
            "mode",
            "-o",
            "server 0 weight 7");
    pen = PenProcess.start(arguments);
    var control = Control.unix(socket);
    assertThat(control.ask("blacklist")).isEqualTo("5\n");
    assertThat(control.ask("tracking")).isEqualTo("30\n");
    assertThat(control.ask("servers")).contains(" weight 7 ");
    PenProcess.eventually("the answer", () -> pen.stderr().contains("mode: no hash no roundrobin"));
    assertThat(WebServer.get("127.0.0.1", pen.port(), "/")).isEqualTo("a");
  }

  @Test
  void eachErrorNamesItsOptionAndThereIsNoStart() throws Exception {
    var outcome =
        PenProcess.run(
            PenProcess.command(
                words("-o", "blacklist 4", "-o", "blacklist x", "-O", "no such", "-o", "")));
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("pen: option -o 'blacklist x': ").contains("'x'"),
            line -> assertThat(line).startsWith("pen: option -o 'no such': ").contains("such"));
  }

  @Test
  void inTheBackgroundTheErrorsOfTheFileAreSaidByTheCommand() throws Exception {
    Files.writeString(file, "blacklist x\n\ntimeout 0\n");
    var words = new ArrayList<>(List.of(PenProcess.PEN, "-p", dir.resolve("pid").toString()));
    words.addAll(List.of(words("-F", file.toString())));
    var outcome = PenProcess.run(words.toArray(String[]::new));
    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("pen: " + file + ", line 1: "),
            line -> assertThat(line).startsWith("pen: " + file + ", line 3: "));
    assertThat(dir.resolve("pid")).doesNotExist();
  }

  @Test
  void whatAFileAsksForThatCannotBeDoneDoesNotPreventTheStart() throws Exception {
    Files.writeString(file, "unpin 127.0.0.9\nforget 127.0.0.9\nserver 0 blacklist 0\n");
    pen = PenProcess.start(words("-F", file.toString()));
    PenProcess.eventually("a message", () -> pen.stderr().contains("forget 127.0.0.9"));
    assertThat(pen.stderr()).contains("ERROR not done: unpin 127.0.0.9: ");
    assertThat(WebServer.get("127.0.0.1", pen.port(), "/")).isEqualTo("a");
  }
}
