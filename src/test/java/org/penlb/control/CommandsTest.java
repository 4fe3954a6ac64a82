package org.penlb.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.AdministeredPen;
import org.penlb.control.Transcript.Exchange;

/// Every command, right and wrong, as in `commands.txt`. What needs live connections is in
/// ConnectionCommandsTest.
class CommandsTest {
  private static final String CONFIGURATION =
      """
      listen 127.0.0.1:0
      server 0 address web1 port 81
      server 1 address web2 port 82 max 10 hard 12 weight 3 prio 2
      emergency sorry:83
      abuse tarpit:84
      service mail
      listen 127.0.0.1:0
      server 0 address mail1 port 25
      """;

  @TempDir private Path directory;

  private AdministeredPen pen() throws Exception {
    Files.writeString(directory.resolve("good"), "blacklist 8\nwhy 192.0.2.1\nmode\n");
    Files.writeString(directory.resolve("bad"), "blacklist 9\n\nblacklist x\nfrob\n");
    Files.writeString(directory.resolve("unknown"), "blacklist 9\nserver 0 address unknown2\n");
    var pen = AdministeredPen.open(directory.resolve("pen.conf"), CONFIGURATION, "-X");
    pen.visit("main", "192.0.2.1");
    pen.visit("main", "192.0.2.2");
    return pen;
  }

  @TestFactory
  Stream<DynamicTest> repliesAreAsWrittenDownAndARefusedCommandChangesNothing() throws Exception {
    return Transcript.read().stream()
        .map(
            conversation ->
                DynamicTest.dynamicTest(
                    "line %d: %s"
                        .formatted(
                            conversation.getFirst().line(), conversation.getFirst().command()),
                    () -> replay(conversation)));
  }

  private void replay(List<Exchange> conversation) throws Exception {
    try (var pen = pen()) {
      for (var exchange : conversation) {
        var before = pen.configuration();
        var command = exchange.command().replace("DIR", directory.toString());
        var reply = comparable(pen.ctl(command, exchange.origin()));
        if (!exchange.accepts(reply)) {
          assertThat(reply)
              .as("line %d: %s", exchange.line(), exchange.command())
              .isEqualTo(exchange.text());
        }
        if (exchange.isRefused()) {
          assertThat(pen.configuration()).as(exchange.command()).isSameAs(before);
        }
      }
      assertThat(pen.exitAsked()).isEqualTo(conversation.getFirst().command().equals("exit"));
    }
  }

  private String comparable(String reply) {
    return reply
        .replace(directory.toString(), "DIR")
        .replaceAll("127\\.0\\.0\\.1:[0-9]{5}", "127.0.0.1:PORT")
        .replaceAll("^" + ProcessHandle.current().pid() + "\n", "PID\n");
  }

  @Test
  void everyCommandIsSeenRightAndWrong() throws Exception {
    var right = new TreeSet<String>();
    var wrong = new TreeMap<String, Integer>();
    for (var conversation : Transcript.read()) {
      for (var exchange : conversation) {
        if (exchange.isRefused()) {
          wrong.merge(exchange.name(), 1, Integer::sum);
        } else {
          right.add(exchange.name());
        }
      }
    }
    right.addAll(List.of("connection", "close", "client_of")); // there is no connection here
    for (var command : Commands.language().commands()) {
      var name = command.name();
      assertThat(right.contains(name)).as(name).isEqualTo(!command.help().startsWith("Refused"));
      assertThat(wrong.getOrDefault(name, 0)).as(name).isGreaterThanOrEqualTo(2);
    }
  }
}
