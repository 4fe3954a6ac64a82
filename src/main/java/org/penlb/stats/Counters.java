package org.penlb.stats;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/// What happened to one service since it started.
///
/// Owned by: shared (atomic counters).
public final class Counters {
  private final LongAdder accepted = new LongAdder();
  private final EnumMap<CloseCause, LongAdder> closes = new EnumMap<>(CloseCause.class);
  private final EnumMap<DropCause, LongAdder> drops = new EnumMap<>(DropCause.class);

  public Counters() {
    for (var cause : CloseCause.values()) {
      closes.put(cause, new LongAdder());
    }
    for (var cause : DropCause.values()) {
      drops.put(cause, new LongAdder());
    }
  }

  public void countAccepted() {
    accepted.increment();
  }

  public void countClose(CloseCause cause) {
    closes.get(cause).increment();
  }

  public void countDrop(DropCause cause, long datagrams) {
    drops.get(cause).add(datagrams);
  }

  public long accepted() {
    return accepted.sum();
  }

  /// The causes that occurred, by label.
  public Map<String, Long> closesByCause() {
    return byLabel(closes, CloseCause::label);
  }

  /// Datagrams that went no further: the causes that occurred, by label.
  public Map<String, Long> dropsByCause() {
    return byLabel(drops, DropCause::label);
  }

  private static <C> Map<String, Long> byLabel(
      Map<C, LongAdder> counts, Function<C, String> label) {
    var byLabel = new LinkedHashMap<String, Long>();
    counts.forEach(
        (cause, count) -> {
          if (count.sum() > 0) {
            byLabel.put(label.apply(cause), count.sum());
          }
        });
    return byLabel;
  }
}
