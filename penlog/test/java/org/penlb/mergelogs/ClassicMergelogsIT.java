package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command beside Debian's classic mergelogs, on logs of three servers in three zones.
class ClassicMergelogsIT {
  private static final Path CLASSIC = Path.of("/usr/bin/mergelogs");
  private static final Path OURS = Path.of(System.getProperty("pen.root"), "bin", "mergelogs");
  private static final long PATIENCE_SECONDS = 60;
  private static final long START = 1_795_176_000; // 20 November 2026, 12:00
  private static final int LINES = 3000;

  private static final ZoneOffset[] ZONES = {
    ZoneOffset.UTC, ZoneOffset.ofHours(1), ZoneOffset.ofHoursMinutes(-3, -30)
  };

  @TempDir private Path directory;

  /// A request that came before is this far away, which is more than the tolerance or, where every
  /// distance is allowed, more than pen's time differs.
  private static final int FAR_SECONDS = 700;

  private static final int NEAR_SECONDS = 10;

  /// One request in twenty is not in pen's log, and one is not in its server's. Requests come again
  /// and again; where a client may be found at any distance in time, not those that pen has not
  /// logged: each line of pen is used once by ours, and by the classic one as often as it fits.
  /// Formats alternate. The servers' logs show the server in place of pen, as that is what the
  /// classic one puts there where it finds no client.
  private void logs(int repeatSeconds, boolean anyDistance) throws IOException {
    var random = new Random(7);
    var pen = new ArrayList<String>();
    var webs = List.of(new ArrayList<String>(), new ArrayList<String>(), new ArrayList<String>());
    for (int i = 0; i < LINES; i++) {
      long time = START + i / 2;
      int server = random.nextInt(webs.size());
      var address = "10.0.0." + (server + 1);
      boolean logged = random.nextInt(20) > 0;
      int page = logged || !anyDistance ? i % (2 * repeatSeconds) : LINES + i;
      var request = "GET /" + page + " HTTP/1.1";
      if (logged) {
        pen.add(
            Run.pen("192.0.2." + random.nextInt(250), time + random.nextInt(3), address, request));
      }
      var combined = i % 2 == 0 ? " \"-\" \"a b\"" : "";
      if (!logged || random.nextInt(20) > 0) {
        webs.get(server).add(Run.web(address, time, ZONES[server], request) + combined);
      }
    }
    Run.file(directory, "pen", pen.toArray(String[]::new));
    for (int i = 0; i < webs.size(); i++) {
      Run.file(directory, "web" + i, webs.get(i).toArray(String[]::new));
    }
  }

  private List<String> merged(Path program, String zone, String... options) throws Exception {
    var command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("-p", "pen", "10.0.0.1:web0", "10.0.0.2:web1", "10.0.0.3:web2"));
    return run(zone, null, command).lines().toList();
  }

  private String run(String zone, File input, List<String> command) throws Exception {
    var out = directory.resolve("out").toFile();
    var err = directory.resolve("err").toFile();
    var builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().put("TZ", zone);
    if (input != null) {
      builder.redirectInput(input);
    }
    var process = builder.redirectOutput(out).redirectError(err).start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(Files.readString(err.toPath())).isEmpty();
    assertThat(process.exitValue()).isZero();
    return Files.readString(out.toPath(), ISO_8859_1);
  }

  /// The classic one has one line an hour too early: it asks the C library for the time without
  /// saying whether it is summer time.
  private static void agree(List<String> ours, List<String> classic) {
    var early = new ArrayList<>(classic);
    early.removeAll(ours);
    assertThat(early).hasSizeLessThanOrEqualTo(1);
    var right = new ArrayList<>(ours);
    right.removeAll(classic);
    assertThat(right).hasSameSizeAs(early);
    var theirs = new ArrayList<>(classic);
    theirs.removeAll(early);
    var same = new ArrayList<>(ours);
    same.removeAll(right);
    assertThat(same).isEqualTo(theirs).hasSizeBetween(ours.size() - 1, ours.size());
    assertThat(same).filteredOn(line -> line.startsWith("192.0.2.")).hasSizeGreaterThan(2500);
    assertThat(same).filteredOn(line -> line.startsWith("10.0.0.")).hasSizeGreaterThan(50);
  }

  @Test
  void theLogsAreThoseOfTheClassicOne() throws Exception {
    assumeTrue(Files.isExecutable(CLASSIC), "needs " + CLASSIC);
    logs(FAR_SECONDS, false);
    agreeWith();
    agreeWith("-t0");
    logs(NEAR_SECONDS, false);
    agreeWith("-j", "5");
    logs(NEAR_SECONDS, true);
    agreeWith("-cj0");
  }

  private void agreeWith(String... options) throws Exception {
    agree(merged(OURS, "UTC", options), merged(CLASSIC, "UTC", options));
  }

  @Test
  void anOffsetThatTheClassicOneNeedsDoesNoHarm() throws Exception {
    assumeTrue(Files.isExecutable(CLASSIC), "needs " + CLASSIC);
    logs(FAR_SECONDS, false);
    agree(
        merged(OURS, "Europe/Helsinki", "-t", "7200"),
        merged(CLASSIC, "Europe/Helsinki", "-t", "7200"));
    assertThat(merged(OURS, "Europe/Helsinki")).isEqualTo(merged(OURS, "UTC"));
  }

  @Test
  void aLogMayComeFromStandardInput() throws Exception {
    logs(FAR_SECONDS, false);
    var web = directory.resolve("web0").toFile();
    var piped = List.of(OURS.toString(), "-p", "pen", "10.0.0.1:-");
    var named = List.of(OURS.toString(), "-p", "pen", "10.0.0.1:web0");
    assertThat(run("UTC", web, piped)).isEqualTo(run("UTC", null, named)).contains("192.0.2.");
  }
}
