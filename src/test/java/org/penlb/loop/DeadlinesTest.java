package org.penlb.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private static final class Named extends Deadline {
    private final int name;

    Named(int name) {
      this.name = name;
    }

    @Override
    protected void onDeadline(long nowNanos) {}

    @Override
    public String toString() {
      return name + (isSet() ? " at " + atNanos : "");
    }
  }

  sealed interface Step {
    record Set(int deadline, long after) implements Step {}

    record SetNoLaterThan(int deadline, long after) implements Step {}

    record Cancel(int deadline) implements Step {}

    record Wait(long nanos) implements Step {}

    record Poll() implements Step {}
  }

  private record Entry(Named deadline, long after) {}

  /// Times since `start`, which do not overflow; the heap's times, `start` added, may.
  @Property(tries = 3000)
  void dueInTheOrderOfTheirTimes(
      @ForAll("starts") long start, @ForAll("histories") List<Step> history) {
    var deadlines = new Deadlines();
    var model = new ArrayList<Entry>();
    var all = new ArrayList<Named>();
    for (int i = 0; i < 200; i++) {
      all.add(new Named(i));
    }
    long now = 0;
    for (var step : history) {
      switch (step) {
        case Step.Set(var i, var after) -> {
          deadlines.set(all.get(i), start + now + after);
          model.removeIf(entry -> entry.deadline() == all.get(i));
          model.add(new Entry(all.get(i), now + after));
        }
        case Step.SetNoLaterThan(var i, var after) -> {
          deadlines.setNoLaterThan(all.get(i), start + now + after);
          long at = now + after;
          model.removeIf(entry -> entry.deadline() == all.get(i) && entry.after() > at);
          if (model.stream().noneMatch(entry -> entry.deadline() == all.get(i))) {
            model.add(new Entry(all.get(i), at));
          }
        }
        case Step.Cancel(var i) -> {
          deadlines.cancel(all.get(i));
          model.removeIf(entry -> entry.deadline() == all.get(i));
        }
        case Step.Wait(var nanos) -> now += nanos;
        case Step.Poll() -> poll(deadlines, model, start, now);
      }
      assertSame(deadlines, model, start, now);
    }
    now = 1L << 61;
    while (!model.isEmpty()) {
      poll(deadlines, model, start, now);
      assertSame(deadlines, model, start, now);
    }
    assertThat(all).noneMatch(Deadline::isSet);
  }

  private static void poll(Deadlines deadlines, List<Entry> model, long start, long now) {
    var due = deadlines.pollDue(start + now);
    model.sort(Comparator.comparingLong(Entry::after));
    if (model.isEmpty() || model.getFirst().after() > now) {
      assertThat(due).isNull();
      return;
    }
    // Of several at the same time any may come first.
    long nearest = model.getFirst().after();
    assertThat(model.stream().filter(e -> e.after() == nearest).map(Entry::deadline))
        .contains((Named) due);
    assertThat(due.isSet()).isFalse();
    model.removeIf(entry -> entry.deadline() == due);
  }

  private static void assertSame(Deadlines deadlines, List<Entry> model, long start, long now) {
    assertThat(deadlines.size()).isEqualTo(model.size());
    long nearest = model.stream().mapToLong(Entry::after).min().orElse(Long.MAX_VALUE);
    assertThat(deadlines.nanosUntilNext(start + now))
        .isEqualTo(model.isEmpty() ? Long.MAX_VALUE : nearest - now);
    assertThat(model).allMatch(entry -> entry.deadline().isSet());
  }

  @Provide
  Arbitrary<Long> starts() {
    return Arbitraries.oneOf(
        Arbitraries.of(0L, Long.MAX_VALUE, Long.MAX_VALUE - 100, Long.MIN_VALUE, -50L),
        Arbitraries.longs());
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    var deadline = Arbitraries.integers().between(0, 199);
    var after =
        Arbitraries.oneOf(
            Arbitraries.longs().between(-3, 100), Arbitraries.longs().between(0, 1L << 59));
    return Arbitraries.<Step>frequencyOf(
            Tuple.of(6, Combinators.combine(deadline, after).as(Step.Set::new)),
            Tuple.of(2, Combinators.combine(deadline, after).as(Step.SetNoLaterThan::new)),
            Tuple.of(2, deadline.map(Step.Cancel::new)),
            Tuple.of(1, Arbitraries.longs().between(0, 50).map(Step.Wait::new)),
            Tuple.of(2, Arbitraries.create(Step.Poll::new)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(150);
  }

  @Test
  void manyDeadlinesComeOutSorted() {
    var deadlines = new Deadlines();
    for (int i = 0; i < 1000; i++) {
      deadlines.set(new Named(i), Long.MAX_VALUE - 500 + (i * 7919 % 1000));
    }
    long last = Long.MAX_VALUE - 500;
    for (int i = 0; i < 1000; i++) {
      var due = deadlines.pollDue(Long.MIN_VALUE + 1000);
      assertThat(due.atNanos - last).isNotNegative();
      last = due.atNanos;
    }
    assertThat(deadlines.pollDue(Long.MIN_VALUE + 1000)).isNull();
  }

  @Test
  void cancellingWhatIsNotSetDoesNothing() {
    var deadlines = new Deadlines();
    deadlines.cancel(new Named(1));
    assertThat(deadlines.size()).isZero();
    assertThat(deadlines.nanosUntilNext(0)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void cancelledDeadlineCanBeSetAgain() {
    var deadlines = new Deadlines();
    var deadline = new Named(1);
    deadlines.set(deadline, 10);
    deadlines.cancel(deadline);
    assertThat(deadline.isSet()).isFalse();
    deadlines.set(deadline, 20);
    assertThat(deadlines.pollDue(19)).isNull();
    assertThat(deadlines.pollDue(20)).isSameAs(deadline);
  }
}
