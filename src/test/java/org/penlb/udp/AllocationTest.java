package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;

/// A session that runs costs the loop no memory for each datagram.
class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int TURNS = 20_000;

  /// Nothing was seen; less than any object has is let pass.
  private static final int BYTES_PER_TURN = 16;

  @Test
  void questionAndAnswerCostTheLoopNoMemory() throws Exception {
    try (var server = UdpServer.echo();
        var pen = Pens.before(server.address()).udp(true).start();
        var client = UdpClient.open()) {
      long loop = loopThread();
      turns(pen, client);
      long before = THREADS.getThreadAllocatedBytes(loop);
      turns(pen, client);
      long allocated = THREADS.getThreadAllocatedBytes(loop) - before;
      assertThat(allocated / TURNS).isLessThan(BYTES_PER_TURN);
      pen.snapshot(); // which makes objects
      assertThat(THREADS.getThreadAllocatedBytes(loop)).isGreaterThan(before + allocated);
    }
  }

  private static long loopThread() {
    var loops =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("loop-0"))
            .toList();
    assertThat(loops).hasSize(1);
    return loops.getFirst().threadId();
  }

  private static void turns(Balancer pen, UdpClient client) throws Exception {
    for (int i = 0; i < TURNS; i++) {
      assertThat(client.ask(pen, "question")).isEqualTo("question");
    }
  }
}
