package org.penlb.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.penlb.http.ForwardedHeaders;

/// What does `-H` add to the cost of a request, and does it depend on the length of the head?
///
/// Owned by: shared (JMH's threads, after the set-up).
///
/// One connection that stays, so that only the first request pays for the state of it.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HttpHeadBenchmark {
  private static final String CURL =
      "GET /small HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n";

  private static final String FIREFOX =
      """
      GET /shop/item/4711/view?from=list HTTP/1.1
      Host: www.example.org
      User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0
      Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8
      Accept-Language: de,en-US;q=0.7,en;q=0.3
      Accept-Encoding: gzip, deflate, br, zstd
      Referer: https://www.example.org/shop/list?page=3
      DNT: 1
      Connection: keep-alive
      Cookie: session=0123456789abcdef0123456789abcdef; basket=42; theme=dark; seen=1700000000
      Upgrade-Insecure-Requests: 1
      Sec-Fetch-Dest: document
      Sec-Fetch-Mode: navigate
      Sec-Fetch-Site: same-origin
      Priority: u=0, i
      """
          .replace("\n", "\r\n");

  /// BEHIND: a browser's, through another balancer, whose fields are there already.
  public enum Head {
    TOOL(CURL),
    BROWSER(FIREFOX),
    BEHIND(FIREFOX + "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n");

    private final String fields;

    Head(String fields) {
      this.fields = fields;
    }
  }

  @Param Head head;

  private final ForwardedHeaders headers = new ForwardedHeaders("203.0.113.195", false);
  private ByteBuffer in;
  private ByteBuffer out;

  /// Direct buffers, as a loop has.
  @Setup
  public void fill() {
    byte[] bytes = (head.fields + "\r\n").getBytes(StandardCharsets.US_ASCII);
    in = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    out = ByteBuffer.allocateDirect(ForwardedHeaders.maxOutput(bytes.length));
  }

  @Benchmark
  public int rewrite() {
    headers.rewrite(in.rewind(), out.clear());
    return out.position();
  }
}
