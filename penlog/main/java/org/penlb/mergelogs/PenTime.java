package org.penlb.mergelogs;

import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneRules;

/// What pen's times are in UTC, with and without `-t`.
///
/// Owned by: the main thread.
///
/// pen logs UNIX time, which is UTC. Classic mergelogs takes UTC for the time of the local zone, so
/// that it needs `-t` with the zone's offset to find anything. As such commands exist, `-t` counts
/// from the zone's offset (without summer time, as there): then it changes nothing.
final class PenTime {
  /// The end of the year 9999: what is later has no place in a web server's log.
  private static final long LATEST = 253_402_300_799L;

  private static final long DAY_SECONDS = 86_400;

  private final boolean asItIs;
  private final long offsetSeconds;
  private final ZoneRules rules;
  private long day = Long.MIN_VALUE;
  private long standardSeconds;

  private PenTime(boolean asItIs, long offsetSeconds, ZoneRules rules) {
    this.asItIs = asItIs;
    this.offsetSeconds = offsetSeconds;
    this.rules = rules;
  }

  /// @param offsetSeconds null without `-t`
  static PenTime of(Long offsetSeconds) {
    // The rules of a zone cost some milliseconds.
    return offsetSeconds == null
        ? new PenTime(true, 0, null)
        : with(offsetSeconds, ZoneId.systemDefault());
  }

  static PenTime with(long offsetSeconds, ZoneId local) {
    return new PenTime(false, offsetSeconds, local.getRules());
  }

  static boolean isSane(long unixSeconds) {
    return unixSeconds >= 0 && unixSeconds <= LATEST;
  }

  long utc(long unixSeconds) {
    if (asItIs) {
      return unixSeconds;
    }
    if (unixSeconds / DAY_SECONDS != day) {
      day = unixSeconds / DAY_SECONDS;
      standardSeconds =
          rules.getStandardOffset(Instant.ofEpochSecond(unixSeconds)).getTotalSeconds();
    }
    return unixSeconds - offsetSeconds + standardSeconds;
  }
}
