package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/// Matching, compared with lists that are searched from end to end.
final class ConsolidationModelTest {
  private static final long HOLD = 100;

  /// @param server of which there are few, so that lines meet
  record Step(boolean fromPen, int client, int server, int request, int pause) {
    String pen() {
      return "+ 192.0.2." + client + " 10.0.0." + server + " GET /" + request + " HTTP/1.1";
    }

    String web(String client) {
      return client + " - - [t] \"GET /" + request + " HTTP/1.1\" 200 1";
    }

    boolean isOf(Step other) {
      return server == other.server && request == other.request;
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(true, false),
            Arbitraries.integers().between(1, 9),
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(1, 4),
            Arbitraries.integers().between(0, 60))
        .as(Step::new)
        .list()
        .ofMaxSize(120);
  }

  private static List<String> run(List<Step> steps, int lines, long hold) {
    var written = new ArrayList<String>();
    MergedLog log =
        (client, at, length, rest, from, to) ->
            written.add(
                new String(client, at, length, ISO_8859_1)
                    + new String(rest, from, to - from, ISO_8859_1));
    var consolidation = new Consolidation(lines, hold, log, new Counts(), null);
    long now = 0;
    for (var step : steps) {
      now += step.pause;
      consolidation.onTime(now);
      var bytes = (step.fromPen ? step.pen() : step.web("pen")).getBytes(ISO_8859_1);
      var server = Address.parse("10.0.0." + step.server);
      consolidation.onDatagram(bytes, bytes.length, server.high(), server.low(), now);
    }
    consolidation.end();
    return written;
  }

  /// The rule of the classic one: the newest line of the last N, however often.
  @Property(tries = 1000)
  void withoutWaitingItIsTheNewest(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 12) int lines) {
    var kept = new ArrayList<Step>();
    var expected = new ArrayList<String>();
    for (var step : steps) {
      if (step.fromPen) {
        kept.add(step);
      } else {
        var last = new ArrayList<>(kept.subList(Math.max(0, kept.size() - lines), kept.size()));
        Collections.reverse(last);
        expected.add(
            step.web(
                last.stream()
                    .filter(step::isOf)
                    .findFirst()
                    .map(pen -> "192.0.2." + pen.client)
                    .orElse("pen")));
      }
    }
    assertThat(run(steps, lines, 0)).isEqualTo(expected);
  }

  /// A line of pen's, with the number of lines before it.
  private static final class Kept {
    final Step step;
    final int number;
    boolean taken;

    Kept(Step step, int number, boolean taken) {
      this.step = step;
      this.number = number;
      this.taken = taken;
    }
  }

  record Late(Step step, long deadline) {}

  /// With waiting, every line of pen's serves once before any serves twice.
  @Property(tries = 1000)
  void withWaitingEachServesOnceFirst(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 12) int lines) {
    var kept = new ArrayList<Kept>();
    var late = new ArrayList<Late>();
    var expected = new ArrayList<String>();
    long now = 0;
    int number = 0;
    for (var step : steps) {
      now += step.pause;
      release(late, kept, now, expected);
      if (step.fromPen) {
        var waiting = late.stream().filter(one -> one.step.isOf(step)).findFirst().orElse(null);
        if (waiting != null) {
          late.remove(waiting);
          expected.add(waiting.step.web("192.0.2." + step.client));
        }
        kept.add(new Kept(step, number++, waiting != null));
        int oldest = number - lines;
        kept.removeIf(one -> one.number < oldest);
      } else {
        var free = kept.stream().filter(one -> step.isOf(one.step) && !one.taken).toList();
        if (free.isEmpty()) {
          late.add(new Late(step, now + HOLD));
        } else {
          free.getLast().taken = true;
          expected.add(step.web("192.0.2." + free.getLast().step.client));
          forgetUseless(kept, free.getLast());
        }
      }
    }
    release(late, kept, Long.MAX_VALUE, expected);
    assertThat(run(steps, lines, HOLD)).isEqualTo(expected);
  }

  /// One that has served is remembered only as the last resort.
  private static void forgetUseless(List<Kept> kept, Kept taken) {
    var older =
        kept.stream()
            .filter(one -> one.step.isOf(taken.step) && one.number < taken.number)
            .toList();
    if (!older.isEmpty()) {
      kept.remove(older.getLast().taken ? older.getLast() : taken);
    }
  }

  private static void release(List<Late> late, List<Kept> kept, long now, List<String> expected) {
    while (!late.isEmpty() && late.getFirst().deadline <= now) {
      var step = late.removeFirst().step;
      var known = kept.stream().filter(one -> step.isOf(one.step)).toList();
      expected.add(step.web(known.isEmpty() ? "pen" : "192.0.2." + known.getLast().step.client));
    }
  }
}
