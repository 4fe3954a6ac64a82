package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.balance.Situation.Kin;
import org.penlb.balance.Situation.State;
import org.penlb.balance.Situation.Try;

/// Candidates, and the explanation given before, against a plain model: every situation of up to
/// two servers, and any of up to six.
class CandidatesModelTest {
  private static final State[] SPECIAL = {null, State.UP, State.BLACKLISTED};

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void candidatesAndExplanationFollowTheRules(int size) {
    int checked = 0;
    for (var states : combinations(size)) {
      for (int own = -1; own < size; own++) {
        for (int pin = -1; pin <= size; pin++) {
          for (int last = -1; last < size; last++) {
            for (int flags = 0; flags < 4; flags++) {
              boolean roundrobin = flags % 2 == 1;
              boolean stubborn = flags >= 2;
              var emergency = SPECIAL[checked % SPECIAL.length];
              check(
                  new Situation(
                      states,
                      own,
                      Kin.SAME,
                      pin,
                      last,
                      emergency,
                      null,
                      false,
                      roundrobin,
                      stubborn));
              checked++;
            }
          }
        }
      }
    }
    assertThat(checked)
        .isEqualTo(
            (int) Math.pow(State.values().length, size) * (size + 1) * (size + 2) * (size + 1) * 4);
  }

  @Property(tries = 30_000)
  void candidatesAndExplanationFollowTheRulesInAnySituation(
      @ForAll("situations") Situation situation) {
    check(situation);
  }

  @Test
  void nineStatesInTwoSlotsAreEightyOneCombinations() {
    assertThat(combinations(2)).hasSize(81).doesNotHaveDuplicates();
  }

  private static List<List<State>> combinations(int size) {
    var combinations = List.of(List.<State>of());
    for (int i = 0; i < size; i++) {
      var longer = new ArrayList<List<State>>();
      for (var shorter : combinations) {
        for (var state : State.values()) {
          var states = new ArrayList<>(shorter);
          states.add(state);
          longer.add(states);
        }
      }
      combinations = List.copyOf(longer);
    }
    return combinations;
  }

  @Provide
  Arbitrary<Situation> situations() {
    return Arbitraries.randomValue(CandidatesModelTest::situation);
  }

  private static Situation situation(Random random) {
    int size = random.nextInt(7);
    return new Situation(
        Stream.generate(() -> any(State.values(), random)).limit(size).toList(),
        random.nextInt(-1, size),
        any(Kin.values(), random),
        random.nextInt(-1, size + 2),
        random.nextInt(-1, size),
        special(random),
        special(random),
        random.nextInt(4) == 0,
        random.nextBoolean(),
        random.nextInt(3) == 0);
  }

  private static State special(Random random) {
    return random.nextInt(4) == 0 ? null : any(State.values(), random);
  }

  private static <T> T any(T[] values, Random random) {
    return values[random.nextInt(values.length)];
  }

  private static void check(Situation situation) {
    var scene = situation.scene();
    var address = Scene.address(Situation.CLIENT);
    var explanation = scene.service().explain(address, 1, scene.now);
    var tried = tried(scene);
    same(situation, tried, situation.expected());
    same(situation, foretold(explanation), tried);
    var outcome = tried.isEmpty() ? new Try(Server.NO_SLOT, null) : tried.getFirst();
    same(
        situation,
        explanation.outcomes().stream().map(o -> new Try(o.slot(), o.reason())).toList(),
        List.of(outcome));
  }

  private static void same(Situation situation, List<Try> actual, List<Try> expected) {
    if (!expected.equals(actual)) { // as a plain comparison: there are many
      assertThat(actual).as("%s", situation).isEqualTo(expected);
    }
  }

  private static List<Try> foretold(Explanation explanation) {
    return explanation.steps().stream()
        .filter(step -> step.verdict() == Verdict.TAKES)
        .map(step -> new Try(step.slot(), step.reason()))
        .toList();
  }

  private static List<Try> tried(Scene scene) {
    var candidates = scene.candidates(scene.client(Situation.CLIENT));
    var tries = new ArrayList<Try>();
    for (var next = candidates.next(scene.now); next != null; next = candidates.next(scene.now)) {
      tries.add(new Try(next.slot(), candidates.reason()));
    }
    return tries;
  }
}
