package org.penlb.mergelogs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Random logs, merged beside a model that has all lines in memory and tries every pair.
class MergeModelTest {
  private static final String[] SERVERS = {"10.0.0.1", "2001:db8::2", "10.0.0.3"};

  private static final String[] REQUESTS = {
    "GET / HTTP/1.1", "GET /a HTTP/1.1", "POST /a HTTP/1.1", "GET /" + "x".repeat(120)
  };

  private static final ZoneId[] ZONES = {
    ZoneId.of("UTC"),
    ZoneId.of("Europe/Helsinki"),
    ZoneId.of("America/St_Johns"),
    ZoneId.of("Pacific/Apia")
  };

  /// Where summer time ends in Helsinki, where it begins, and where nothing does.
  private static final long[] STARTS = {1_792_886_400, 1_774_742_400, 1_800_000_000};

  private static final int[] JITTERS = {0, 1, 7, 40, 600};

  private record PenEntry(long seconds, int server, String request, String client) {}

  private record WebEntry(long seconds, int server, ZoneId zone, String request) {}

  @Property(tries = 300)
  void theModelAgrees(
      @ForAll Random random,
      @ForAll @IntRange(max = 4) int jitterKind,
      @ForAll @IntRange(min = 1, max = 300) int lines,
      @ForAll @IntRange(max = 2000) int duration,
      @ForAll boolean wholeLog)
      throws IOException {
    int jitter = JITTERS[jitterKind];
    long start = STARTS[random.nextInt(STARTS.length)];
    var pen = penEntries(random, lines, start, duration);
    var webs = new ArrayList<List<WebEntry>>();
    for (int i = 0; i < SERVERS.length; i++) {
      webs.add(webEntries(random, i, lines / 2, start, duration, jitter));
    }
    var expected = merged(pen, webs, wholeLog ? Long.MAX_VALUE : jitter);
    var directory = Files.createTempDirectory("model");
    try {
      var run = Run.of(arguments(directory, pen, webs, jitter, wholeLog));
      assertThat(run.lines()).isEqualTo(expected);
      assertThat(run.err()).doesNotContain("cannot").matches(err -> !err.contains("too late"));
      assertThat(run.status()).isZero();
    } finally {
      try (var files = Files.list(directory)) {
        for (var file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  private static List<PenEntry> penEntries(Random random, int lines, long start, int duration) {
    var entries = new ArrayList<PenEntry>();
    for (int i = 0; i < lines; i++) {
      var client = "192.0.2." + i;
      entries.add(
          new PenEntry(
              start + random.nextInt(duration + 1),
              random.nextInt(SERVERS.length),
              REQUESTS[random.nextInt(REQUESTS.length)],
              client));
    }
    return shuffled(random, entries, PenEntry::seconds, PenLog.DISORDER_SECONDS);
  }

  private static List<WebEntry> webEntries(
      Random random, int server, int lines, long start, int duration, int jitter) {
    var entries = new ArrayList<WebEntry>();
    for (int i = 0; i < lines; i++) {
      entries.add(
          new WebEntry(
              start + random.nextInt(duration + 1),
              server,
              ZONES[random.nextInt(ZONES.length)],
              REQUESTS[random.nextInt(REQUESTS.length)]));
    }
    return shuffled(random, entries, WebEntry::seconds, jitter);
  }

  /// Out of order, but by no more than so many seconds: each came late by up to that.
  private static <T> List<T> shuffled(
      Random random, List<T> entries, java.util.function.ToLongFunction<T> seconds, long most) {
    record Late<T>(T entry, long seconds) {}
    return entries.stream()
        .map(entry -> new Late<>(entry, seconds.applyAsLong(entry) + random.nextLong(most + 1)))
        .sorted(Comparator.comparingLong(Late::seconds))
        .map(Late::entry)
        .toList();
  }

  private static List<String> merged(List<PenEntry> pen, List<List<WebEntry>> webs, long jitter) {
    var left = new ArrayList<>(pen);
    return webs.stream()
        .flatMap(List::stream)
        .sorted(Comparator.comparingLong(WebEntry::seconds))
        .map(
            web -> {
              var best = nearest(left, web, jitter);
              left.remove(best);
              var client = best == null ? "10.9.9.9" : best.client;
              return Run.web(client, web.seconds, web.request);
            })
        .toList();
  }

  private static PenEntry nearest(List<PenEntry> left, WebEntry web, long jitter) {
    return left.stream()
        .filter(pen -> pen.server == web.server && pen.request.equals(web.request))
        .filter(pen -> Math.abs(pen.seconds - web.seconds) <= jitter)
        .min(
            Comparator.comparingLong((PenEntry pen) -> Math.abs(pen.seconds - web.seconds))
                .thenComparingLong(PenEntry::seconds))
        .orElse(null);
  }

  private static String[] arguments(
      Path directory, List<PenEntry> pen, List<List<WebEntry>> webs, int jitter, boolean wholeLog)
      throws IOException {
    var penLines =
        pen.stream()
            .map(
                entry ->
                    Run.pen(
                        entry.client,
                        entry.seconds,
                        SERVERS[entry.server],
                        entry.request.substring(0, Math.min(100, entry.request.length()))))
            .toArray(String[]::new);
    var arguments = new ArrayList<String>();
    arguments.addAll(List.of("-p", Run.file(directory, "pen", penLines), "-j", jitter + ""));
    if (wholeLog) {
      arguments.add("-c");
    }
    for (int i = 0; i < webs.size(); i++) {
      var lines =
          webs.get(i).stream()
              .map(entry -> Run.web("10.9.9.9", entry.seconds, entry.zone, entry.request))
              .toArray(String[]::new);
      var server = SERVERS[i].contains(":") ? "[" + SERVERS[i] + "]" : SERVERS[i];
      arguments.add(server + ":" + Run.file(directory, "web" + i, lines));
    }
    return arguments.toArray(String[]::new);
  }
}
