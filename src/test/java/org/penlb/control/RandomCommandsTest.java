package org.penlb.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.penlb.AdministeredPen;
import org.penlb.config.Configuration;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;
import org.penlb.language.ConfigurationReader;
import org.penlb.language.ConfigurationText;
import org.penlb.language.Draft;

/// Commands in any order, many of them wrong.
class RandomCommandsTest {
  private static final ServiceConfig NONE =
      new ServiceConfig("main", false, List.of(), List.of(), null, null, Settings.DEFAULT, null);

  private static final List<String> WORDS =
      List.of(
          "0",
          "1",
          "5",
          "-1",
          "99999",
          "x",
          "no",
          "all",
          "server",
          "mail",
          "port",
          "drain",
          "\"",
          "192.0.2.1",
          "unknown",
          "127.0.0.1:0",
          "acl",
          "",
          "permit");

  @Property(tries = 40)
  void refusedCommandsLeaveEverythingAsItWasAndOthersMakeWhatCanBeWritten(@ForAll long seed)
      throws Exception {
    var random = new Random(seed);
    var directory = Files.createTempDirectory("pen");
    var lines = lines(directory);
    try (var pen =
        AdministeredPen.open(directory.resolve("pen.conf"), AdministeredPen.TWO_SERVICES, "-X")) {
      for (int i = 0; i < 60; i++) {
        var line = mutated(lines.get(random.nextInt(lines.size())), random);
        var before = pen.configuration();
        var state = pen.state();
        var reply = pen.ctl(line);
        if (reply.startsWith("error: ")) {
          assertThat(reply).as(line).endsWith("\n").doesNotContain("null", "Exception");
          assertThat(pen.configuration()).as(line).isSameAs(before);
          assertThat(pen.state()).as(line).isEqualTo(state);
        }
      }
      assertThat(read(ConfigurationText.of(pen.configuration()))).isEqualTo(pen.configuration());
    }
    try (var files = Files.list(directory)) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  private static List<String> lines(Path directory) throws Exception {
    var lines = new ArrayList<String>();
    for (var conversation : Transcript.read()) {
      for (var exchange : conversation) {
        lines.add(exchange.command().replace("DIR", directory.toString()));
      }
    }
    return lines;
  }

  private static String mutated(String line, Random random) {
    var words = new ArrayList<>(List.of(line.split(" ", -1)));
    boolean namesFile = words.contains("log") || words.contains("write");
    if (random.nextInt(3) == 0 && !namesFile) { // it would be made where the test runs
      int at = random.nextInt(words.size());
      var other = WORDS.get(random.nextInt(WORDS.size()));
      switch (random.nextInt(3)) {
        case 0 -> words.remove(at);
        case 1 -> words.add(at, other);
        default -> words.set(at, other);
      }
    }
    return (random.nextInt(5) == 0 ? "service mail " : "") + String.join(" ", words);
  }

  private static Configuration read(String text) throws Exception {
    var draft = new Draft(NONE);
    var reader = new ConfigurationReader(Commands.language(), draft, path -> path);
    text.lines().forEach(line -> reader.line(line, line));
    return reader.configuration();
  }
}
