package org.penlb.stats;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/// What happened to one service since it started.
///
/// Owned by: shared (atomic counters).
public final class Counters {
  private final LongAdder accepted = new LongAdder();
  private final EnumMap<CloseCause, LongAdder> closes = new EnumMap<>(CloseCause.class);

  public Counters() {
    for (var cause : CloseCause.values()) {
      closes.put(cause, new LongAdder());
    }
  }

  public void countAccepted() {
    accepted.increment();
  }

  public void countClose(CloseCause cause) {
    closes.get(cause).increment();
  }

  public long accepted() {
    return accepted.sum();
  }

  /// The causes that occurred, by label.
  public Map<String, Long> closesByCause() {
    var byCause = new LinkedHashMap<String, Long>();
    closes.forEach(
        (cause, count) -> {
          if (count.sum() > 0) {
            byCause.put(cause.label(), count.sum());
          }
        });
    return byCause;
  }
}
