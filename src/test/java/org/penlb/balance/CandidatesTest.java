package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.penlb.config.Algorithm;

/// The rules by which a connection finds its server, one by one.
class CandidatesTest {
  @Test
  void returningClientGetsSameServer() {
    var scene = Scene.of(3);
    for (int client = 0; client < 5; client++) {
      assertThat(scene.connect(client)).isEqualTo(client % 3);
    }
    assertThat(scene.connect(1)).isEqualTo(1);
    assertThat(scene.connect(4)).isEqualTo(1);
    assertThat(scene.connect(0)).isZero();
    assertThat(scene.client(0).reason()).isEqualTo(Reason.RETURNING);
    assertThat(scene.connect(9)).as("a returning client takes nobody's turn").isEqualTo(2);
  }

  @Test
  void returningClientGetsSameServerWhateverTheAlgorithmSays() {
    var scene = Scene.of(3).with(Algorithm.LEASTCONN);
    scene.connect(7);
    Scene.fill(scene.servers.get(0), 5);
    assertThat(scene.connect(7)).isZero();
    assertThat(scene.connect(8)).isEqualTo(1);
  }

  @Test
  void roundRobinWithoutTrackingForgetsEverybody() {
    var scene = Scene.of(3);
    scene.settings.roundrobin = true;
    assertThat(scene.connect(1)).isZero();
    assertThat(scene.connect(1)).isEqualTo(1);
    assertThat(scene.connect(1)).isEqualTo(2);
    assertThat(scene.connect(1)).isZero();
    assertThat(scene.clients.size()).isZero();
  }

  @Test
  void failoverGoesOnWithTheNextSlotAndWrapsRound() {
    var scene = Scene.of(4);
    scene.connect(0);
    scene.connect(1);
    scene.connect(2);
    var candidates = scene.candidates(scene.client(2));
    assertThat(candidates.next(scene.now).slot()).isEqualTo(2);
    assertThat(candidates.reason()).isEqualTo(Reason.RETURNING);
    assertThat(candidates.next(scene.now).slot()).isEqualTo(3);
    assertThat(candidates.reason()).isEqualTo(Reason.FAILOVER);
    assertThat(candidates.next(scene.now).slot()).isZero();
    assertThat(candidates.next(scene.now).slot()).isEqualTo(1);
    assertThat(candidates.next(scene.now)).as("each is tried once").isNull();
    assertThat(candidates.next(scene.now)).isNull();
  }

  @Test
  void clientGoesWhereFailoverLedItLast() {
    var scene = Scene.of(3);
    scene.connect(0);
    scene.blacklist(0);
    assertThat(scene.connect(0)).isEqualTo(1);
    assertThat(scene.client(0).reason()).isEqualTo(Reason.FAILOVER);
    scene.servers.getFirst().clearBlacklist();
    assertThat(scene.connect(0)).as("it stays").isEqualTo(1);
  }

  @Test
  void newClientIsNotLetInBetweenMaxAndHard() {
    var scene = new Scene();
    var small = scene.add("a:80:1:3");
    scene.add("b:80");
    scene.connect(0);
    Scene.fill(small, 1);
    assertThat(scene.connect(1)).isEqualTo(1);
    assertThat(scene.connect(2)).isEqualTo(1);
    assertThat(scene.connect(0)).as("it returns to its own server").isZero();
    Scene.fill(small, 2);
    assertThat(scene.connect(0)).as("the hard limit is for all").isEqualTo(1);
  }

  @Test
  void hardLimitBelowMaxIsTheMax() {
    var scene = new Scene();
    var server = scene.add("a:80:2:1");
    scene.connect(0);
    Scene.fill(server, 1);
    assertThat(scene.connect(0)).isZero();
    Scene.fill(server, 1);
    assertThat(scene.connect(0)).isEqualTo(-1);
  }

  @Test
  void returningToABlacklistedServerFailsOver() {
    var scene = Scene.of(3);
    scene.connect(0);
    scene.connect(1);
    scene.blacklist(1);
    assertThat(scene.connect(1)).isEqualTo(2);
  }

  @Test
  void serverComesBackAfterItsBlacklistTime() {
    var scene = Scene.of(2);
    scene.connect(0);
    scene.blacklist(0);
    scene.now += 29_999_999_999L;
    var client = scene.client(0);
    assertThat(scene.all(scene.candidates(client))).containsExactly(scene.servers.get(1));
    scene.now += 1;
    assertThat(scene.all(scene.candidates(client))).containsExactlyElementsOf(scene.servers);
  }

  @Test
  void serverWithoutPortIsNeverTried() {
    var scene = new Scene();
    scene.add("a:0");
    scene.add("b:80");
    assertThat(scene.all(scene.candidates(scene.client(0)))).hasSize(1);
    assertThat(scene.connect(0)).isEqualTo(1);
  }

  @Test
  void stubbornTriesOneServerOnly() {
    var scene = Scene.of(3);
    scene.settings.stubborn = true;
    scene.connect(0);
    assertThat(scene.all(scene.candidates(scene.client(0))))
        .containsExactly(scene.servers.getFirst());
    scene.blacklist(0);
    assertThat(scene.connect(0)).isEqualTo(-1);
  }

  /// Measured: classic pen closes too, whether or not it has an emergency server.
  @Test
  void stubbornHasNoEmergency() {
    var scene = Scene.of(1);
    scene.settings.stubborn = true;
    scene.emergency = Scene.special("e:80");
    scene.connect(0);
    scene.blacklist(0);
    assertThat(scene.all(scene.candidates(scene.client(0)))).isEmpty();
  }

  @Test
  void emergencyServerIsTheLastAndIsNotRemembered() {
    var scene = Scene.of(2);
    scene.emergency = Scene.special("e:80");
    scene.connect(0);
    var candidates = scene.candidates(scene.client(0));
    assertThat(scene.all(candidates))
        .containsExactly(scene.servers.get(0), scene.servers.get(1), scene.emergency);
    assertThat(candidates.reason()).isEqualTo(Reason.EMERGENCY);
    assertThat(candidates.next(scene.now)).as("once").isNull();
    scene.blacklist(0, 1);
    assertThat(scene.connect(0)).isEqualTo(Server.NO_SLOT);
    assertThat(scene.client(0).server()).isSameAs(scene.servers.getFirst());
    assertThat(scene.client(0).reason()).isEqualTo(Reason.EMERGENCY);
  }

  @Test
  void emergencyServerHasItsLimitToo() {
    var scene = new Scene();
    scene.emergency = Scene.special("e:80:1");
    Scene.fill(scene.emergency, 1);
    assertThat(scene.all(scene.candidates(scene.client(0)))).isEmpty();
  }

  @Test
  void emergencyServerIsBlacklistedToo() {
    var scene = new Scene();
    scene.emergency = Scene.special("e:80");
    var _ = scene.emergency.blacklist(scene.now, 1000);
    assertThat(scene.all(scene.candidates(scene.client(0)))).isEmpty();
  }

  @Test
  void deniedClientIsOfferedTheAbuseServerOnly() {
    var scene = Scene.of(2);
    scene.emergency = Scene.special("e:80");
    scene.abuse = Scene.special("x:80");
    var client = scene.client(0);
    var denied = new Candidates(scene.service(), client, 1, true);
    assertThat(scene.all(denied)).containsExactly(scene.abuse);
    assertThat(denied.reason()).isEqualTo(Reason.ABUSE);
    client.remember(scene.abuse, Reason.ABUSE);
    assertThat(client.server()).isNull();
    assertThat(scene.connect(1)).as("nobody's turn was taken").isZero();
  }

  @Test
  void deniedClientHasNothingWithoutAbuseServer() {
    var scene = Scene.of(2);
    scene.emergency = Scene.special("e:80");
    assertThat(scene.all(new Candidates(scene.service(), scene.client(0), 1, true))).isEmpty();
  }

  @Test
  void serverIsCountedFromTheMomentItIsChosen() {
    var scene = new Scene();
    var only = scene.add("a:80:1");
    assertThat(scene.candidates(scene.client(0)).next(scene.now)).isSameAs(only);
    assertThat(only.connections()).isEqualTo(1);
    assertThat(scene.candidates(scene.client(1)).next(scene.now)).isNull();
    only.release();
    assertThat(scene.candidates(scene.client(1)).next(scene.now)).isSameAs(only);
  }

  @Test
  void withoutServersThereIsOnlyTheEmergency() {
    var scene = new Scene();
    assertThat(scene.all(scene.candidates(scene.client(0)))).isEmpty();
    var other = new Scene();
    other.emergency = Scene.special("e:80");
    assertThat(other.all(other.candidates(other.client(0)))).containsExactly(other.emergency);
  }

  /// Another table of servers, say after a change of configuration: slots are taken by others.
  @Test
  void clientWhoseServerIsGoneIsLikeNew() {
    var before = Scene.of(2);
    before.connect(0);
    before.connect(1);
    var client = before.client(1);
    var after =
        new Service(
            "after",
            before.settings.build(),
            new ServerTable(List.of(before.servers.getFirst()), null, null),
            before.clients);
    var candidates = new Candidates(after, client, 1, false);
    assertThat(candidates.next(before.now)).isSameAs(before.servers.getFirst());
    assertThat(candidates.reason()).isEqualTo(Reason.NEW);
  }

  @Test
  void serverWithTheSameSlotIsNotTheSameServer() {
    var one = Scene.of(2);
    var other = Scene.of(2);
    assertThat(one.service().servers().holds(one.servers.get(1))).isTrue();
    assertThat(one.service().servers().holds(other.servers.get(1))).isFalse();
    assertThat(one.service().servers().holds(null)).isFalse();
    assertThat(one.service().servers().holds(Scene.special("e:80"))).isFalse();
    assertThat(one.service().servers().holds(Scene.of(3).servers.get(2))).isFalse();
  }

  @Test
  void labelsOfReasonsAreTheirLowerCaseNames() {
    assertThat(Arrays.stream(Reason.values()).map(Reason::label))
        .containsExactly("new", "returning", "failover", "emergency", "abuse");
  }
}
