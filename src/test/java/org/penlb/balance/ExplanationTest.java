package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.penlb.balance.Scene.address;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.penlb.balance.Explanation.Access;
import org.penlb.balance.Explanation.Chooser;
import org.penlb.balance.Explanation.Outcome;
import org.penlb.balance.Explanation.PastStay;
import org.penlb.config.Algorithm;

/// What an explanation says; that it comes true is [ExplanationModelTest]'s.
class ExplanationTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void strangerInRoundRobin() {
    var scene = Scene.of(2);
    scene.connect(9);
    var explanation = explain(scene, 1);
    assertThat(explanation.address()).isEqualTo(address(1)).isEqualTo(explanation.key());
    assertThat(explanation.access()).isEqualTo(new Access(0, true, -1, ""));
    assertThat(explanation.tracked()).isTrue();
    assertThat(explanation.known()).isNull();
    assertThat(explanation.pin()).isNull();
    assertThat(explanation.chooser()).isEqualTo(Chooser.ROUNDROBIN);
    assertThat(explanation.possible()).containsExactly(1);
    assertThat(explanation.steps()).extracting(Explanation.Step::slot).containsExactly(1, 0);
    assertThat(explanation.outcomes()).containsExactly(new Outcome(1, "s:80", Reason.NEW));
  }

  @Test
  void eachServersVerdictHasItsDetails() {
    var scene = Scene.of(3);
    Scene.fill(scene.add("s:80:1:2"), 1);
    scene.add("s:0");
    scene.blacklist(0);
    scene.servers.get(1).drain(scene.now, Duration.ofSeconds(7));
    Scene.setAcl(scene.servers.get(2), 3);
    scene.lists = Scene.lists(3, "permit 10.9.9.9", "deny 10.0.0.0/24");
    scene.now += SECOND;
    var steps = explain(scene, 1).steps();
    assertThat(steps)
        .extracting(Explanation.Step::verdict)
        .containsExactlyInAnyOrder(
            Verdict.BLACKLISTED, Verdict.DRAINED, Verdict.DENIED, Verdict.FULL, Verdict.NO_PORT);
    assertThat(step(steps, 0).blacklistedFor()).isEqualTo(Duration.ofSeconds(29));
    assertThat(step(steps, 0).drained()).isFalse();
    assertThat(step(steps, 1).drainLeft()).isEqualTo(Duration.ofSeconds(6));
    assertThat(step(steps, 2).access())
        .isEqualTo(new Access(3, false, 1, "deny 10.0.0.0 255.255.255.0"));
    assertThat(step(steps, 3).connections()).isEqualTo(1);
    assertThat(step(steps, 3).limit()).isEqualTo(1);
    assertThat(explain(scene, 1).outcomes()).containsExactly(Outcome.CLOSED);
    assertThat(Outcome.CLOSED.isClosed()).isTrue();
  }

  @Test
  void clientReturnsUpToTheHardLimitAndWhileItsServerIsDrained() {
    var scene = new Scene();
    Scene.fill(scene.add("s:80:1:2"), 1);
    scene.add("t:80");
    scene.settle(1, scene.servers.getFirst());
    scene.servers.getFirst().drain(scene.now, null);
    scene.now += 5 * SECOND;
    var explanation = explain(scene, 1);
    assertThat(explanation.chooser()).isEqualTo(Chooser.OWN);
    var own = explanation.steps().getFirst();
    assertThat(own.own()).isTrue();
    assertThat(own.limit()).isEqualTo(2);
    assertThat(own.drained()).isTrue();
    assertThat(own.drainLeft()).as("for ever").isNull();
    assertThat(own.verdict()).isEqualTo(Verdict.TAKES);
    assertThat(explanation.known().lastVisit()).isEqualTo(Duration.ofSeconds(5));
    assertThat(explanation.known().connects()).isEqualTo(1);
    assertThat(explanation.known().reason()).isEqualTo(Reason.NEW);
    assertThat(explanation.known().own())
        .isEqualTo(new Explanation.Own(0, "s:80", true, Duration.ofSeconds(5)));
  }

  @Test
  void deniedClientIsToldTheEntry() {
    var scene = Scene.of(2);
    scene.settings.clientAcl = 2;
    scene.abuse = Scene.special("abuse:80");
    scene.emergency = Scene.special("emergency:80");
    scene.lists = Scene.lists(2, "deny 10.0.0.1");
    var explanation = explain(scene, 1);
    assertThat(explanation.access())
        .isEqualTo(new Access(2, false, 0, scene.lists.list(2).rules().getFirst().toString()));
    assertThat(explanation.chooser()).isNull();
    assertThat(explanation.possible()).isEmpty();
    assertThat(explanation.steps()).hasSize(1);
    assertThat(explanation.steps().getFirst().access()).isNull();
    assertThat(explanation.outcomes())
        .containsExactly(new Outcome(Server.NO_SLOT, "abuse:80", Reason.ABUSE));
    scene.abuse = null;
    scene.apply();
    assertThat(explain(scene, 1).outcomes()).containsExactly(Outcome.CLOSED);
  }

  @Test
  void pinAndTheTimeThatIsLeftOfIt() {
    var scene = Scene.of(3);
    scene.pin(1, 2, Duration.ofSeconds(60));
    scene.now += SECOND;
    var explanation = explain(scene, 1);
    assertThat(explanation.pin())
        .isEqualTo(new Explanation.Pinned(2, false, Duration.ofSeconds(59)));
    assertThat(explanation.chooser()).isEqualTo(Chooser.PIN);
    assertThat(explanation.outcomes()).containsExactly(new Outcome(2, "s:80", Reason.PINNED));
    scene.servers.removeLast();
    scene.apply();
    var without = explain(scene, 1);
    assertThat(without.pin().isVoid()).isTrue();
    assertThat(without.chooser()).isEqualTo(Chooser.ROUNDROBIN);
  }

  @Test
  void chanceCannotBeForetold() {
    var scene = Scene.of(4).with(Algorithm.RANDOM);
    scene.blacklist(1);
    var explanation = explain(scene, 1);
    assertThat(explanation.chooser()).isEqualTo(Chooser.RANDOM);
    assertThat(explanation.possible()).containsExactly(0, 2, 3);
    assertThat(explanation.outcomes()).extracting(Outcome::slot).containsExactly(0, 2, 3);
    assertThat(explanation.steps()).hasSize(4);
  }

  @Test
  void hashOverThePortCannotBeForetoldWithoutIt() {
    var scene = Scene.of(3).with(Algorithm.HASH);
    scene.settings.roundrobin = true;
    assertThat(scene.service().explain(address(1), 1234, scene.now).possible()).hasSize(1);
    var unknown = scene.service().explain(address(1), -1, scene.now);
    assertThat(unknown.chooser()).isEqualTo(Chooser.HASH);
    assertThat(unknown.possible()).containsExactly(0, 1, 2);
    assertThat(unknown.tracked()).isFalse();
    scene.settings.roundrobin = false;
    scene.apply();
    assertThat(scene.service().explain(address(1), -1, scene.now).possible()).hasSize(1);
  }

  @Test
  void choosersAreTheAlgorithms() {
    for (var algorithm : Algorithm.values()) {
      var scene = new Scene().with(algorithm);
      scene.add("s:80:0:0:1:1");
      assertThat(explain(scene, 1).chooser()).hasToString(algorithm.name());
    }
  }

  @Test
  void withoutServersNothingIsTried() {
    var explanation = explain(new Scene(), 1);
    assertThat(explanation.steps()).isEmpty();
    assertThat(explanation.chooser()).isNull();
    assertThat(explanation.outcomes()).containsExactly(Outcome.CLOSED);
  }

  @Test
  void keyIsTheNetworkThatIsOneClient() {
    var scene = Scene.of(1);
    scene.settings.prefix4 = 8;
    scene.connect(5);
    var explanation = explain(scene, 1);
    assertThat(explanation.address()).hasToString("10.0.0.1");
    assertThat(explanation.key()).hasToString("10.0.0.0");
    assertThat(explanation.known().connects()).isEqualTo(1);
  }

  @Test
  void historyHasTheLastFourStays() {
    var scene = Scene.of(2);
    scene.connect(1); // to 0
    after(scene, 1, () -> scene.blacklist(0)); // to 1
    after(scene, 2, () -> scene.servers.get(0).blacklist(scene.now, 0));
    scene.servers.get(1).drain(scene.now, Duration.ZERO);
    scene.connect(1); // to 0
    after(scene, 4, () -> scene.servers.get(1).undrain());
    scene.pin(1, 1, null);
    scene.connect(1); // to 1
    after(scene, 8, () -> scene.service().unpin(address(1)));
    scene.servers.get(1).retire();
    scene.servers.set(1, Scene.server(1, "u:80"));
    scene.apply();
    scene.connect(1); // the next in turn
    scene.now += 16 * SECOND;
    var known = explain(scene, 1).known();
    assertThat(known.own().since()).isEqualTo(Duration.ofSeconds(16));
    assertThat(known.stays())
        .containsExactly(
            stay(1, 24, 16, Departure.REMOVED),
            stay(0, 28, 24, Departure.PINNED),
            stay(1, 30, 28, Departure.DRAINED),
            stay(0, 31, 30, Departure.BLACKLISTED));
    scene.blacklist(known.own().slot());
    scene.connect(1);
    assertThat(explain(scene, 1).known().stays())
        .hasSize(4)
        .last()
        .isEqualTo(stay(1, 30, 28, Departure.DRAINED));
  }

  private static void after(Scene scene, int seconds, Runnable change) {
    scene.now += seconds * SECOND;
    change.run();
    scene.connect(1);
  }

  private static PastStay stay(int slot, int from, int until, Departure why) {
    return new PastStay(slot, "s:80", Duration.ofSeconds(from), Duration.ofSeconds(until), why);
  }

  private static Explanation.Step step(List<Explanation.Step> steps, int slot) {
    return steps.stream().filter(step -> step.slot() == slot).findFirst().orElseThrow();
  }

  private static Explanation explain(Scene scene, int client) {
    return scene.service().explain(address(client), 1024, scene.now);
  }
}
