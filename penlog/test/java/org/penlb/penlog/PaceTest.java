package org.penlb.penlog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PaceTest {
  @Test
  void aFewLinesLeaveAtOnceManyAtTheirRate() {
    long now = 5;
    var pace = new Pace(now);
    for (int i = 0; i < Pace.AT_ONCE; i++) {
      assertThat(pace.onLine(now)).isZero();
    }
    long start = now;
    int lines = 3 * Pace.LINES_PER_SECOND;
    for (int i = 0; i < lines; i++) {
      now += pace.onLine(now);
    }
    assertThat(now - start).isBetween(2_999_000_000L, 3_001_000_000L);
  }

  @Test
  void silenceIsNotSavedUp() {
    long now = 0;
    var pace = new Pace(now);
    now += 3_600_000_000_000L;
    long waited = 0;
    for (int i = 0; i < 2 * Pace.AT_ONCE; i++) {
      waited += pace.onLine(now + waited);
    }
    assertThat(waited).isGreaterThan(4_000_000);
  }
}
