package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Memory holds a window of time, however much there is to read.
class BigInputTest {
  private static final long PATIENCE_SECONDS = 120;
  private static final long TOTAL_BYTES = 300_000_000;
  private static final int LINE_BYTES = 1000;

  @TempDir private Path directory;

  private String merged(String... options) throws Exception {
    var output = directory.resolve("output").toFile();
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms8m", "-Xmn4m"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
    var process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    var said = Files.readString(output.toPath());
    assertThat(said).contains("300000 lines, 300000 with a client");
    assertThat(process.exitValue()).isZero();
    return said;
  }

  @Test
  void threeHundredMegabytesGoThroughAHeapOfThirtyTwo() throws Exception {
    assertThat(merged("-Xmx32m")).endsWith(" MB\n");
  }

  @Test
  void theHeapDoesNotGrowBecauseItMay() throws Exception {
    var heap = merged("-Xmx1g").replaceAll("(?s).* (\\d+) MB\n", "$1");
    assertThat(Integer.parseInt(heap)).isBetween(8, 48);
  }

  /// Merges logs that exist only while they are read: ten lines a second, a client for each.
  static final class Child {
    private static final long START = 1_700_000_000;
    private static final int PER_SECOND = 10;
    private static final long LINES = TOTAL_BYTES / LINE_BYTES;

    private Child() {}

    public static void main(String[] args) throws Exception {
      var padding = "x".repeat(LINE_BYTES);
      var webLine = new Stamp();
      var pen = lines(i -> Run.pen("192.0.2.1", time(i), "10.0.0.1", "GET /" + i) + "\n");
      var web =
          lines(
              i -> {
                var line = webLine.at(time(i)) + "\"GET /" + i + "\" 200 5 \"";
                return line + padding.substring(line.length() + 2) + "\"\n";
              });
      var penTally = new Tally();
      var webTally = new Tally();
      var garbage = new Garbage();
      var servers = Servers.lookUp(List.of("10.0.0.1"));
      var penLog =
          new PenLog(
              reader(pen, penTally), servers, PenTime.of(null), JITTER_SECONDS, penTally, garbage);
      var webLog = new WebLog(0, reader(web, webTally), JITTER_SECONDS, webTally, garbage);
      var merge =
          new Merge(
              penLog,
              List.of(webLog),
              new MergedLog(OutputStream.nullOutputStream()),
              (_, _, _, _) -> {},
              garbage,
              () -> {});
      merge.run();
      System.out.println(webTally.lines + " lines, " + webTally.matched + " with a client");
      System.out.println("heap " + Runtime.getRuntime().totalMemory() / 1_000_000 + " MB");
    }

    private static final long JITTER_SECONDS = 600;

    private static long time(long line) {
      return START + line / PER_SECOND;
    }

    private static LogReader reader(InputStream in, Tally tally) {
      return new LogReader(LogInput.of("test", in, 0, why -> {}), Rejects.none(), tally, () -> {});
    }

    private static InputStream lines(LongFunction<String> line) {
      return new InputStream() {
        private byte[] bytes = new byte[0];
        private int at;
        private long next;

        @Override
        public int read() throws IOException {
          var one = new byte[1];
          return read(one, 0, 1) < 0 ? -1 : one[0];
        }

        @Override
        public int read(byte[] to, int offset, int length) {
          if (at == bytes.length) {
            if (next == LINES) {
              return -1;
            }
            bytes = line.apply(next++).getBytes(US_ASCII);
            at = 0;
          }
          int some = Math.min(length, bytes.length - at);
          System.arraycopy(bytes, at, to, offset, some);
          at += some;
          return some;
        }
      };
    }
  }

  /// The beginning of a web server's line, made once a second.
  private static final class Stamp {
    private long seconds;
    private String text;

    String at(long unixSeconds) {
      if (unixSeconds != seconds) {
        seconds = unixSeconds;
        text = "10.9.9.9 - - [" + MergedLog.text(unixSeconds) + "] ";
      }
      return text;
    }
  }
}
