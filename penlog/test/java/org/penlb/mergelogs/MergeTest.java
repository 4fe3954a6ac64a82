package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is written, and with which clients.
class MergeTest {
  private static final long NOON = 1_795_176_000; // 20 November 2026
  private static final String GET = "GET / HTTP/1.1";
  private static final String PEN = "10.9.9.9";

  @TempDir private Path directory;
  private String pen;

  @BeforeEach
  void penHasSeenThreeClients() throws IOException {
    pen =
        Run.file(
            directory,
            "pen",
            Run.pen("192.0.2.1", NOON, "10.0.0.1", GET),
            Run.pen("192.0.2.2", NOON + 10, "10.0.0.2", GET),
            Run.pen("192.0.2.3", NOON + 20, "10.0.0.1", GET));
  }

  private String web(String name, String... lines) throws IOException {
    return Run.file(directory, name, lines);
  }

  @Test
  void linesAreInOrderAndHaveTheirClients() throws IOException {
    var one = web("1", Run.web(PEN, NOON, GET), Run.web(PEN, NOON + 21, GET) + " \"-\" \"curl\"");
    var two = web("2", Run.web(PEN, NOON + 11, GET));
    var run = Run.of("-p", pen, "10.0.0.1:" + one, "10.0.0.2:" + two);
    assertThat(run.lines())
        .containsExactly(
            Run.web("192.0.2.1", NOON, GET),
            Run.web("192.0.2.2", NOON + 11, GET),
            Run.web("192.0.2.3", NOON + 21, GET) + " \"-\" \"curl\"");
    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
  }

  @Test
  void eachLineOfPenIsUsedOnce() throws IOException {
    var one =
        web("1", Run.web(PEN, NOON, GET), Run.web(PEN, NOON, GET), Run.web(PEN, NOON + 1, GET));
    assertThat(Run.of("-p", pen, "10.0.0.1:" + one).lines())
        .containsExactly(
            Run.web("192.0.2.1", NOON, GET),
            Run.web("192.0.2.3", NOON, GET),
            Run.web(PEN, NOON + 1, GET));
  }

  @Test
  void timesMayDifferByTheJitterAndNoMore() throws IOException {
    var pen = web("p", Run.pen("192.0.2.1", NOON, "10.0.0.1", GET));
    for (int after : new int[] {-6, -5, 5, 6}) {
      var one = web("1", Run.web(PEN, NOON + after, GET));
      assertThat(Run.of("-p", pen, "-j", "5", "10.0.0.1:" + one).lines())
          .containsExactly(Run.web(Math.abs(after) <= 5 ? "192.0.2.1" : PEN, NOON + after, GET));
    }
  }

  @Test
  void withoutTheCacheTimesMayDifferByAnything() throws IOException {
    var one = web("1", Run.web(PEN, NOON - 1_000_000, GET), Run.web(PEN, NOON + 1_000_000, GET));
    assertThat(Run.of("-p", pen, "-c", "-j", "0", "10.0.0.1:" + one).lines())
        .containsExactly(
            Run.web("192.0.2.1", NOON - 1_000_000, GET),
            Run.web("192.0.2.3", NOON + 1_000_000, GET));
  }

  @Test
  void zonesAreTakenFromEachLine() throws IOException {
    var one = web("1", Run.web(PEN, NOON, ZoneOffset.ofHoursMinutes(-3, -30), GET));
    var two = web("2", Run.web(PEN, NOON - 3, ZoneOffset.ofHours(14), GET));
    assertThat(Run.of("-p", pen, "10.0.0.1:" + one, "10.0.0.2:" + two).lines())
        .containsExactly(Run.web("192.0.2.2", NOON - 3, GET), Run.web("192.0.2.1", NOON, GET));
  }

  @Test
  void theHourThatComesTwiceIsTwoHours() throws IOException {
    var berlin = ZoneId.of("Europe/Berlin");
    long first = 1_792_886_400; // 25 October 2026, 02:00 in summer time
    var one =
        web("1", Run.web(PEN, first + 60, berlin, GET), Run.web(PEN, first + 3660, berlin, GET));
    var two = web("2", Run.web(PEN, first + 3000, berlin, GET));
    assertThat(Run.of("-p", pen, "10.0.0.1:" + one, "10.0.0.2:" + two).lines())
        .containsExactly(
            Run.web(PEN, first + 60, GET),
            Run.web(PEN, first + 3000, GET),
            Run.web(PEN, first + 3660, GET));
  }

  @Test
  void linesMayBeOutOfOrderByTheJitter() throws IOException {
    var one =
        web(
            "1",
            Run.web(PEN, NOON + 600, "a"),
            Run.web(PEN, NOON, "b"),
            Run.web(PEN, NOON + 601, "c"),
            Run.web(PEN, NOON, "d"));
    var run = Run.of("-d", "-p", pen, "10.0.0.1:" + one);
    assertThat(run.out()).containsSubsequence("\"b\"", "\"a\"", "\"c\"");
    assertThat(run.lines()).hasSize(4).contains(Run.web(PEN, NOON, "d"));
    assertThat(run.out()).containsSubsequence("\"b\"", "\"d\"");
    var late = Run.of("-d", "-j", "599", "-p", pen, "10.0.0.1:" + one);
    assertThat(late.out()).containsSubsequence("\"b\"", "\"a\"", "\"c\"");
  }

  @Test
  void lateLinesAreWrittenAndCounted() throws IOException {
    var one =
        web(
            "1",
            Run.web(PEN, NOON, "a"),
            Run.web(PEN, NOON + 100, "b"),
            Run.web(PEN, NOON + 200, "c"),
            Run.web(PEN, NOON + 300, "d"),
            Run.web(PEN, NOON + 20, GET));
    var run = Run.of("-d", "-j", "30", "-p", pen, "10.0.0.1:" + one);
    assertThat(run.out()).containsSubsequence("\"a\"", "\"b\"", "\"GET / HTTP/1.1\"", "\"c\"");
    assertThat(run.err()).contains("5 lines, 0 with a client, 5 without, 1 too late, 0 rejected");
  }

  @Test
  void equalTimesKeepTheOrderOfArgumentsAndOfLines() throws IOException {
    var one = web("1", Run.web(PEN, NOON, "a"), Run.web(PEN, NOON, "b"));
    var two = web("2", Run.web(PEN, NOON - 1, "c"), Run.web(PEN, NOON, "d"));
    assertThat(Run.of("-p", pen, "10.0.0.2:" + two, "10.0.0.1:" + one).out())
        .containsSubsequence("\"c\"", "\"d\"", "\"a\"", "\"b\"");
    assertThat(Run.of("-p", pen, "10.0.0.1:" + one, "10.0.0.2:" + two).out())
        .containsSubsequence("\"c\"", "\"a\"", "\"b\"", "\"d\"");
  }

  @Test
  void ofTwoEquallyNearClientsTheEarlierIsTaken() throws IOException {
    var one = web("1", Run.web(PEN, NOON + 10, GET), Run.web(PEN, NOON + 11, GET));
    assertThat(Run.of("-p", pen, "10.0.0.1:" + one).lines())
        .containsExactly(
            Run.web("192.0.2.1", NOON + 10, GET), Run.web("192.0.2.3", NOON + 11, GET));
  }

  @Test
  void oneWildTimeInPensLogHidesNothing() throws IOException {
    var pen =
        web(
            "p",
            Run.pen("192.0.2.8", NOON * 100, "10.0.0.1", GET),
            Run.pen("192.0.2.9", 1, "10.0.0.1", GET),
            Run.pen("192.0.2.1", NOON, "10.0.0.1", GET));
    var one = web("1", Run.web(PEN, NOON, GET));
    assertThat(Run.of("-p", pen, "10.0.0.1:" + one).lines())
        .containsExactly(Run.web("192.0.2.1", NOON, GET));
  }

  @Test
  void oneWildTimeInAWebLogEndsNoOrder() throws IOException {
    var one =
        web(
            "1",
            Run.web(PEN, NOON, "a"),
            Run.web(PEN, NOON * 2, "wild"),
            Run.web(PEN, NOON + 21, "b"),
            Run.web(PEN, NOON + 20, GET));
    var two = web("2", Run.web(PEN, NOON + 20, "c"));
    var run = Run.of("-d", "-j", "30", "-p", pen, "10.0.0.1:" + one, "10.0.0.2:" + two);
    assertThat(run.lines())
        .containsExactly(
            Run.web(PEN, NOON, "a"),
            Run.web("192.0.2.3", NOON + 20, GET),
            Run.web(PEN, NOON + 20, "c"),
            Run.web(PEN, NOON + 21, "b"),
            Run.web(PEN, NOON * 2, "wild"));
    assertThat(run.err()).contains("4 lines, 1 with a client, 3 without, 0 too late, 0 rejected");
  }

  @Test
  void requestsAreComparedAsPenShowsThem() throws IOException {
    var path = "/" + "x".repeat(200);
    var pen =
        web(
            "p",
            Run.pen("192.0.2.1", NOON, "10.0.0.1", ("GET " + path).substring(0, 100)),
            Run.pen("192.0.2.2", NOON, "10.0.0.1", "GET /..\"\\ HTTP/1.1"),
            Run.pen("192.0.2.3", NOON, "10.0.0.1", "GET /\\x41 HTTP/1.1"));
    var one =
        web(
            "1",
            Run.web(PEN, NOON, "GET " + path + " HTTP/1.1"),
            Run.web(PEN, NOON, "GET /\\xc3\\xa4\\\"\\\\ HTTP/1.1"),
            Run.web(PEN, NOON, "GET /\\x41 HTTP/1.1"));
    assertThat(Run.of("-p", pen, "10.0.0.1:" + one).lines())
        .extracting(line -> line.substring(0, line.indexOf(' ')))
        .containsExactly("192.0.2.1", "192.0.2.2", "192.0.2.3");
  }

  @Test
  void addressesOfServersMayBeWrittenDifferently() throws IOException {
    var pen =
        web(
            "p",
            Run.pen("2001:db8::1", NOON, "2001:db8:0:0::A", GET),
            Run.pen("2001:db8::2", NOON, "::ffff:10.0.0.1", GET),
            Run.pen("2001:db8::3", NOON, "127.0.0.1", GET));
    var one = web("1", Run.web(PEN, NOON, GET));
    var run = Run.of("-p", pen, "[2001:db8::a]:" + one, "10.0.0.1:" + one, "localhost:" + one);
    assertThat(run.lines())
        .containsExactly(
            Run.web("2001:db8::1", NOON, GET),
            Run.web("2001:db8::2", NOON, GET),
            Run.web("2001:db8::3", NOON, GET));
  }

  @Test
  void emptyLogsMakeAnEmptyLog() throws IOException {
    var empty = web("empty");
    assertThat(Run.of("-p", empty, "10.0.0.1:" + empty)).isEqualTo(new Run(0, "", ""));
    var one = web("1", Run.web(PEN, NOON, GET));
    assertThat(Run.of("-p", empty, "10.0.0.1:" + one).lines())
        .containsExactly(Run.web(PEN, NOON, GET));
  }

  @Test
  void bytesPassAsTheyAre() throws IOException {
    var odd = "\"a\0b\u0001\u00ff\u00c3\u00a4\" x\0\u0080 ";
    Files.write(
        directory.resolve("1"),
        (Run.web(PEN, NOON, GET) + odd + "\r\n\r\n\n" + Run.web(PEN, NOON + 1, GET) + odd)
            .getBytes(ISO_8859_1));
    var run = Run.of("-p", pen, "10.0.0.1:" + directory.resolve("1"));
    assertThat(run.out())
        .isEqualTo(
            Run.web("192.0.2.1", NOON, GET)
                + odd
                + "\n"
                + Run.web("192.0.2.3", NOON + 1, GET)
                + odd
                + "\n");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void requestsMayBeMissing() throws IOException {
    var line = PEN + " - - [20/Nov/2026:12:00:00 +0000] - 408 0";
    var one = web("1", line);
    assertThat(Run.of("-p", pen, "10.0.0.1:" + one).lines()).containsExactly(line);
  }

  @Test
  void gzipIsKnownByItsContent() throws IOException {
    var text = Files.readString(Path.of(pen));
    Files.write(directory.resolve("p"), Run.gzip(text));
    var zipped = directory.resolve("1");
    Files.write(zipped, Run.gzip(Run.web(PEN, NOON, GET) + "\n"));
    Files.write(
        zipped,
        Run.gzip(Run.web(PEN, NOON + 20, GET) + "\n"),
        java.nio.file.StandardOpenOption.APPEND);
    assertThat(Run.of("-p", directory.resolve("p").toString(), "10.0.0.1:" + zipped).lines())
        .containsExactly(Run.web("192.0.2.1", NOON, GET), Run.web("192.0.2.3", NOON + 20, GET));
  }
}
