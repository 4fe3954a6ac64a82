package org.penlb.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.penlb.http.RequestLines;
import org.penlb.log.RequestLog;

/// What does `-l` add to the cost of a request: finding its first line, and handing it to the
/// writer?
///
/// Owned by: shared (JMH's threads, after the set-up).
///
/// The log is /dev/null. Lines that the writer has no room for cost less, so the share of those is
/// printed at the end.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LogLineBenchmark {
  private static final byte[] LINE =
      "GET /shop/item/4711/view?from=list HTTP/1.1".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] REQUEST =
      """
      GET /shop/item/4711/view?from=list HTTP/1.1\r
      Host: www.example.org\r
      User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r
      Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
      \r
      """
          .getBytes(StandardCharsets.US_ASCII);

  private final ByteBuffer request = ByteBuffer.allocateDirect(REQUEST.length).put(REQUEST).flip();
  private final RequestLines connection = new RequestLines(this::take);
  private RequestLog log;
  private long lines;
  private long found;

  @Setup
  public void open() throws IOException {
    log = RequestLog.open("/dev/null", System::currentTimeMillis, file -> file);
  }

  @TearDown
  public void close() {
    log.close();
    assert lines + found > 0;
    if (lines > 0) {
      System.out.printf("%.1f %% of the lines found no room%n", 100.0 * log.dropped() / lines);
    }
  }

  @Benchmark
  public void handOver() {
    log.line("203.0.113.195", "192.0.2.80", LINE, 0, LINE.length);
    lines++;
  }

  /// On a connection that stays.
  @Benchmark
  public void find() {
    connection.chunk(request);
  }

  private void take(byte[] line, int length) {
    found += length;
  }
}
