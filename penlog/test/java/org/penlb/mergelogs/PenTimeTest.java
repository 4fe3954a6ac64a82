package org.penlb.mergelogs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import org.junit.jupiter.api.Test;

class PenTimeTest {
  private static final long SUMMER = 1_690_000_000;
  private static final long WINTER = 1_700_000_000;

  @Test
  void withoutAnOffsetTimesAreUtc() {
    assertThat(PenTime.of(null).utc(WINTER)).isEqualTo(WINTER);
  }

  @Test
  void anOffsetIsTakenAway() {
    assertThat(PenTime.with(7200, ZoneId.of("UTC")).utc(WINTER)).isEqualTo(WINTER - 7200);
    assertThat(PenTime.with(-60, ZoneId.of("UTC")).utc(WINTER)).isEqualTo(WINTER + 60);
  }

  /// What classic mergelogs needs in such a zone to find anything, all through the year.
  @Test
  void theOffsetOfTheZoneHereChangesNothing() {
    var finland = PenTime.with(7200, ZoneId.of("Europe/Helsinki"));
    assertThat(finland.utc(WINTER)).isEqualTo(WINTER);
    assertThat(finland.utc(SUMMER)).isEqualTo(SUMMER);
    var newfoundland = PenTime.with(-12_600 + 5, ZoneId.of("America/St_Johns"));
    assertThat(newfoundland.utc(WINTER)).isEqualTo(WINTER - 5);
  }

  @Test
  void timesBeyondFourDigitsOfTheYearAreNone() {
    assertThat(PenTime.isSane(0)).isTrue();
    assertThat(PenTime.isSane(253_402_300_799L)).isTrue();
    assertThat(PenTime.isSane(253_402_300_800L)).isFalse();
    assertThat(PenTime.isSane(-1)).isFalse();
  }
}
