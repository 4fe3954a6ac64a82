package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What mergelogs says and how it ends when something is wrong.
class TroubleTest {
  private static final long NOON = 1_795_176_000;
  private static final String GET = "GET / HTTP/1.1";

  @TempDir private Path directory;
  private String pen;
  private String one;

  @BeforeEach
  void logs() throws IOException {
    pen = Run.file(directory, "pen", Run.pen("192.0.2.1", NOON, "10.0.0.1", GET));
    one = Run.file(directory, "1", Run.web("10.9.9.9", NOON, GET));
  }

  private void misused(String why, String... args) {
    var run = Run.of(args);
    assertThat(run.status()).as(run.err()).isEqualTo(2);
    assertThat(run.err()).startsWith("mergelogs: " + why + "\nusage: mergelogs -p PENLOG");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void wrongUsageEndsWithTwo() {
    misused("-p PENLOG is missing");
    misused("-p PENLOG is missing", "10.0.0.1:" + one);
    misused("SERVER:LOGFILE is missing", "-p", pen);
    misused("Unknown option: '-z'", "-z", "-p", pen, "10.0.0.1:" + one);
    for (var operand : new String[] {"web", ":file", "web:", "[::1]", "[::1:x", "[]:x", "[::1]:"}) {
      misused(operand + ": expected SERVER:LOGFILE, or [IPv6]:LOGFILE", "-p", pen, operand);
    }
    for (var jitter : new String[] {"", "x", "-1", "1.5", "1000000001", "99999999999", "5s"}) {
      misused(
          "-j " + jitter + ": expected seconds, 0 to 1000000000",
          "-j",
          jitter,
          "-p",
          pen,
          "10.0.0.1:" + one);
    }
    misused(
        "-t x: expected seconds, -1000000000 to 1000000000",
        "-t",
        "x",
        "-p",
        pen,
        "10.0.0.1:" + one);
    misused("only one log can be read from standard input", "-p", "-", "10.0.0.1:-");
    misused("only one log can be read from standard input", "-p", pen, "a:-", "b:-");
  }

  @Test
  void aServerMayNotBeGivenTwice() {
    misused(
        "server 10.0.0.1 is given twice; its logs can be joined: zcat -f old new | mergelogs"
            + " ... 10.0.0.1:-",
        "-p",
        pen,
        "10.0.0.1:" + one,
        "10.0.0.1:" + one);
    misused(
        "servers 127.0.0.1 and localhost have the same address; pen's log does not tell them"
            + " apart",
        "-p",
        pen,
        "127.0.0.1:" + one,
        "localhost:" + one);
    misused(
        "servers ::1 and 0:0::1 have the same address; pen's log does not tell them apart",
        "-p",
        pen,
        "[::1]:" + one,
        "[0:0::1]:" + one);
  }

  private void failed(String why, String... args) {
    var run = Run.of(args);
    assertThat(run).isEqualTo(new Run(1, "", "mergelogs: " + why + "\n"));
  }

  @Test
  void filesThatCannotBeReadAreNamed() {
    failed("cannot read /no/pen: No such file or directory", "-p", "/no/pen", "10.0.0.1:" + one);
    failed("cannot read /no/web: No such file or directory", "-p", pen, "10.0.0.1:/no/web");
    failed("cannot read " + directory + ": it is a directory", "-p", pen, "10.0.0.1:" + directory);
    failed("server no.host.invalid: unknown host", "-p", pen, "no.host.invalid:" + one);
    failed("server 10.1 is no address", "-p", pen, "10.1:" + one);
    failed(
        "cannot write /no/rejects: no such directory",
        "--rejects",
        "/no/rejects",
        "-p",
        pen,
        "10.0.0.1:" + one);
  }

  @Test
  void rejectsDoNotReplaceALog() throws IOException {
    var before = Files.readString(Path.of(one));
    misused(
        "--rejects " + one + " is one of the logs", "--rejects", one, "-p", pen, "10.0.0.1:" + one);
    assertThat(Files.readString(Path.of(one))).isEqualTo(before);
  }

  @Test
  void aCutGzipIsUsedAsFarAsItGoes() throws IOException {
    var text = new StringBuilder();
    for (int i = 0; i < 50_000; i++) {
      text.append(Run.web("10.9.9." + i % 251, NOON + i, "GET /" + i * 7919L % 100_003))
          .append('\n');
    }
    var zipped = Run.gzip(text.toString());
    var file = directory.resolve("cut.gz");
    Files.write(file, Arrays.copyOf(zipped, zipped.length / 2));
    var run = Run.of("-p", pen, "10.0.0.1:" + file);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .startsWith(
            "mergelogs: cannot read all of "
                + file
                + ": the gzip data are cut off; what is there has been used\n");
    assertThat(run.lines().size()).isGreaterThan(10_000).isLessThan(50_000);
    assertThat(text).startsWith(run.lines().get(9_999).isEmpty() ? "?" : run.lines().getFirst());
  }

  @Test
  void badGzipIsSaid() throws IOException {
    var zipped = Run.gzip(Files.readString(Path.of(one)));
    zipped[zipped.length - 6] ^= 1;
    var file = directory.resolve("bad.gz");
    Files.write(file, zipped);
    var run = Run.of("-p", pen, "10.0.0.1:" + file);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .contains(
            "cannot read all of " + file + ": damaged gzip data: wrong sum or length; what is");
    assertThat(run.lines()).containsExactly(Run.web("192.0.2.1", NOON, GET));
  }

  @Test
  void plainTextBehindGzipIsAnError() throws IOException {
    var zipped = Run.gzip(Files.readString(Path.of(one)));
    var file = directory.resolve("joined");
    for (var behind :
        new String[] {"x", "\u001f", "\u001f.", "\0\0x", Files.readString(Path.of(one))}) {
      Files.write(file, zipped);
      Files.writeString(file, behind, ISO_8859_1, StandardOpenOption.APPEND);
      var run = Run.of("-p", pen, "10.0.0.1:" + file);
      assertThat(run.status()).as(behind).isEqualTo(1);
      assertThat(run.err())
          .startsWith("mergelogs: cannot read all of " + file + ": ")
          .endsWith(" has been used\n");
      assertThat(run.lines()).containsExactly(Run.web("192.0.2.1", NOON, GET));
    }
  }

  @Test
  void linesThatCannotBeReadAreKept() throws IOException {
    var longest = "x".repeat(LogReader.LONGEST + 1);
    var bad =
        new String[] {
          "\0\u00ff binary \u0001",
          longest,
          "10.9.9.9 - - [99/Nov/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 5",
          "x[20/Nov/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 5",
          " ",
        };
    var web = Run.file(directory, "bad", String.join("\r\n", bad), Run.web("10.9.9.9", NOON, GET));
    var badPen =
        Run.file(
            directory,
            "badpen",
            "hello",
            Files.readString(Path.of(pen)).strip(),
            "a -1 b c",
            "192.0.2.1 999999999999999999 10.0.0.1 GET / HTTP/1.1");
    var rejects = directory.resolve("rejects");
    var run = Run.of("-d", "--rejects", rejects.toString(), "-p", badPen, "10.0.0.1:" + web);
    assertThat(run.lines()).containsExactly(Run.web("192.0.2.1", NOON, GET));
    assertThat(run.status()).isZero();
    assertThat(Files.readString(rejects, ISO_8859_1).lines())
        .containsExactlyInAnyOrder(
            bad[0],
            bad[1],
            bad[2],
            bad[3],
            bad[4],
            "hello",
            "a -1 b c",
            "192.0.2.1 999999999999999999 10.0.0.1 GET / HTTP/1.1");
    assertThat(run.err())
        .contains(" 0 too late, 5 rejected")
        .contains(" 1 used, 0 of other servers, 3 rejected");
    assertThat(Run.of("-p", badPen, "10.0.0.1:" + web).err())
        .isEqualTo(
            "mergelogs: lines that cannot be read and are left out: 8; --rejects FILE keeps"
                + " them\n");
  }

  @Test
  void aLogWithoutAnyClientIsSaidToBeSuspicious() throws IOException {
    var other = Run.file(directory, "other", Run.pen("192.0.2.1", NOON, "10.0.0.7", GET));
    var run = Run.of("-p", other, "10.0.0.1:" + one);
    assertThat(run.err())
        .isEqualTo("mergelogs: no line has a client in " + other + "; mergelogs -d says more\n");
    assertThat(run.status()).isZero();
    var debug = Run.of("-dd", "-p", other, "10.0.0.1:" + one);
    assertThat(debug.err().lines())
        .containsExactly(
            "mergelogs: no client: 10.0.0.1: " + Run.web("10.9.9.9", NOON, GET),
            "mergelogs: " + other + ": 1 lines, 0 used, 1 of other servers, 0 rejected",
            "mergelogs: 10.0.0.1:"
                + one
                + ": 1 lines, 0 with a client, 1 without, 0 too late, 0 rejected");
  }

  @Test
  void aLogThatCannotBeWrittenIsAnError() {
    for (var why : new String[] {"No space left on device", "Broken pipe"}) {
      var err = new ByteArrayOutputStream();
      var full =
          new OutputStream() {
            @Override
            public void write(int b) throws IOException {
              throw new IOException(why);
            }
          };
      var args = new String[] {"-p", pen, "10.0.0.1:" + one};
      assertThat(Mergelogs.run(args, full, new PrintStream(err, true, UTF_8))).isEqualTo(1);
      assertThat(err.toString(UTF_8))
          .isEqualTo(why.startsWith("No") ? "mergelogs: cannot write: " + why + "\n" : "");
    }
  }

  @Test
  void helpAndVersionAreNoErrors() {
    assertThat(Run.of("--help").out()).startsWith("usage: mergelogs -p PENLOG");
    assertThat(Run.of("--help").status()).isZero();
    assertThat(Run.of("-V").out()).startsWith("mergelogs ");
  }
}
