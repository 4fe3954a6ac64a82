package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.penlb.stats.CloseCause;

/// A loop without sessions has nothing to wake up for. (`SessionTable.remove`.)
class IdleLoopTest {
  @Test
  void lastSessionTakesTheDeadlineWithIt() throws Exception {
    try (var pool = new SessionPool()) {
      assertThat(nanosUntilNext(pool)).isEqualTo(Long.MAX_VALUE);
      var one = pool.begin();
      var other = pool.begin();
      assertThat(nanosUntilNext(pool)).isEqualTo(30_000_000_000L); // udp_timeout
      pool.table.close(one.number(), CloseCause.CONTROL);
      assertThat(nanosUntilNext(pool)).isEqualTo(30_000_000_000L);
      pool.table.close(other.number(), CloseCause.CONTROL);
      assertThat(nanosUntilNext(pool)).isEqualTo(Long.MAX_VALUE);
    }
  }

  private static long nanosUntilNext(SessionPool pool) {
    return pool.loop.deadlines().nanosUntilNext(pool.loop.nowNanos());
  }
}
