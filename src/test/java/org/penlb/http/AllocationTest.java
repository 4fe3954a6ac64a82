package org.penlb.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/// This code runs for every chunk that every client sends.
final class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int CHUNKS = 1000;

  private final ByteBuffer in = ByteBuffer.allocateDirect(1024);
  private final ByteBuffer out = ByteBuffer.allocateDirect(ForwardedHeaders.maxOutput(1024));
  private final ForwardedHeaders headers = new ForwardedHeaders("192.0.2.1", true);
  private long emitted;
  private final RequestLines lines = new RequestLines((_, length) -> emitted += length);

  @Test
  void chunksCostNoMemory() {
    String requests = "POST / HTTP/1.1\r\nX-Forwarded-Proto: a\r\nContent-Length: 3\r\n\r\nabc";
    in.put(requests.repeat(5).getBytes(US_ASCII)).flip();
    run();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    run();
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    // Measuring itself allocates a little.
    assertThat(allocated).isLessThan(CHUNKS);
    assertThat(emitted).isEqualTo(2L * CHUNKS * 5 * "POST / HTTP/1.1".length());
  }

  private void run() {
    for (int i = 0; i < CHUNKS; i++) {
      lines.chunk(in.rewind());
      headers.rewrite(in.rewind(), out.clear());
    }
  }
}
