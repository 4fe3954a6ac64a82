package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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
    scene.servers.getFirst().blacklist(scene.now, 0);
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
    scene.emergency.blacklist(scene.now, 1000);
    assertThat(scene.all(scene.candidates(scene.client(0)))).isEmpty();
  }

  @Test
  void deniedClientIsOfferedTheAbuseServerOnly() {
    var scene = Scene.of(2);
    scene.emergency = Scene.special("e:80");
    scene.abuse = Scene.special("x:80");
    scene.lists = Scene.lists(0, "deny 10.0.0.9");
    var client = scene.client(9);
    var denied = scene.candidates(client);
    assertThat(denied.isDenied()).isTrue();
    assertThat(scene.all(denied)).containsExactly(scene.abuse);
    assertThat(denied.reason()).isEqualTo(Reason.ABUSE);
    denied.taken(scene.now);
    assertThat(client.server()).isNull();
    assertThat(scene.clients.size()).as("it leaves no trace").isZero();
    assertThat(scene.connect(1)).as("nobody's turn was taken").isZero();
  }

  @Test
  void deniedClientHasNothingWithoutAbuseServer() {
    var scene = Scene.of(2);
    scene.emergency = Scene.special("e:80");
    scene.lists = Scene.lists(0, "deny 10.0.0.9");
    assertThat(scene.all(scene.candidates(scene.client(9)))).isEmpty();
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
    var candidates = new Candidates(after, client, client.address(), 1);
    assertThat(candidates.next(before.now)).isSameAs(before.servers.getFirst());
    assertThat(candidates.reason()).isEqualTo(Reason.NEW);
  }

  // ---- drain ----------------------------------------------------------------------------------

  @Test
  void newClientsGoElsewhereThanToADrainedServerAndItsOwnKeepComing() {
    var scene = Scene.of(2);
    scene.connect(0);
    scene.servers.getFirst().drain(scene.now, null);
    assertThat(scene.connect(0)).isZero();
    assertThat(scene.connect(1)).isEqualTo(1);
    assertThat(scene.connect(2)).isEqualTo(1);
    scene.blacklist(1);
    assertThat(scene.connect(3)).as("nor by failover").isEqualTo(-1);
    assertThat(scene.connect(0)).isZero();
  }

  @Test
  void clientsMoveWhenTheTimeOfTheDrainIsOverAndStayWhereTheyAre() {
    var scene = Scene.of(2);
    scene.connect(0);
    scene.servers.getFirst().drain(scene.now, Duration.ofSeconds(60));
    scene.now += 60_000_000_000L - 1;
    assertThat(scene.connect(0)).isZero();
    scene.now++;
    assertThat(scene.connect(0)).isEqualTo(1);
    assertThat(scene.client(0).reason()).isEqualTo(Reason.FAILOVER);
    scene.servers.getFirst().undrain();
    assertThat(scene.connect(0)).isEqualTo(1);
  }

  @Test
  void withoutTrackingNobodyComesToADrainedServer() {
    var scene = Scene.of(2);
    scene.settings.roundrobin = true;
    scene.connect(0);
    scene.servers.getFirst().drain(scene.now, null);
    assertThat(scene.connect(0)).isEqualTo(1);
    assertThat(scene.connect(0)).isEqualTo(1);
  }

  @Test
  void whenAllServersAreDrainedThereIsTheEmergency() {
    var scene = Scene.of(2);
    scene.emergency = Scene.special("e:80");
    scene.servers.forEach(server -> server.drain(scene.now, null));
    assertThat(scene.all(scene.candidates(scene.client(0)))).containsExactly(scene.emergency);
  }

  // ---- pins -----------------------------------------------------------------------------------

  @Test
  void pinnedClientGoesToItsSlotWhereverItWasBefore() {
    var scene = Scene.of(3);
    scene.connect(0);
    scene.pin(0, 2, null);
    scene.pin(1, 2, null);
    assertThat(scene.connect(0)).isEqualTo(2);
    assertThat(scene.client(0).reason()).isEqualTo(Reason.PINNED);
    assertThat(scene.connect(1)).isEqualTo(2);
    assertThat(scene.connect(2)).as("nobody's turn was taken").isEqualTo(1);
  }

  @Test
  void pinnedClientComesBackWhenItsServerDoes() {
    var scene = Scene.of(3);
    scene.pin(0, 1, null);
    scene.blacklist(1);
    assertThat(scene.connect(0)).isEqualTo(2);
    assertThat(scene.client(0).reason()).isEqualTo(Reason.FAILOVER);
    scene.servers.get(1).blacklist(scene.now, 0);
    assertThat(scene.connect(0)).isEqualTo(1);
  }

  @Test
  void pinHoldsWithoutTrackingToo() {
    var scene = Scene.of(3);
    scene.settings.roundrobin = true;
    scene.pin(0, 1, null);
    assertThat(scene.connect(0)).isEqualTo(1);
    assertThat(scene.connect(0)).isEqualTo(1);
  }

  @Test
  void clientStaysWhereItWasPinnedWhenThePinIsOver() {
    var scene = Scene.of(3);
    scene.pin(0, 1, Duration.ofSeconds(1));
    scene.connect(0);
    scene.now += 1_000_000_000L;
    assertThat(scene.connect(0)).isEqualTo(1);
    assertThat(scene.client(0).reason()).isEqualTo(Reason.RETURNING);
  }

  @Test
  void pinToASlotThatIsGoneIsVoidUntilItExistsAgain() {
    var scene = Scene.of(2);
    scene.pin(0, 2, null);
    assertThat(scene.connect(0)).isZero();
    scene.add("s:0");
    scene.apply();
    assertThat(scene.connect(0)).as("the slot is empty").isZero();
    scene.servers.set(2, Scene.server(2, "s:80"));
    scene.apply();
    assertThat(scene.connect(0)).isEqualTo(2);
  }

  /// To try the server on which work is done before all others come back.
  @Test
  void pinLeadsToADrainedServer() {
    var scene = Scene.of(2);
    scene.servers.get(1).drain(scene.now, Duration.ofSeconds(1));
    scene.pin(0, 1, null);
    assertThat(scene.connect(0)).isEqualTo(1);
    assertThat(scene.connect(1)).isZero();
    scene.now += 1_000_000_000L;
    assertThat(scene.connect(0)).as("its time is over").isZero();
  }

  @Test
  void pinnedStrangerIsNotLetInBetweenMaxAndHard() {
    var scene = Scene.of(1);
    Scene.fill(scene.add("s:80:1:2"), 1);
    scene.pin(0, 1, null);
    assertThat(scene.connect(0)).isZero();
  }

  // ---- access lists of servers ----------------------------------------------------------------

  @Test
  void serverWhoseListDeniesTheClientIsPassedOver() {
    var scene = Scene.of(2);
    scene.lists = Scene.lists(7, "permit 10.0.0.5");
    Scene.setAcl(scene.servers.getFirst(), 7);
    assertThat(scene.connect(1)).isEqualTo(1);
    assertThat(scene.client(1).reason()).isEqualTo(Reason.FAILOVER);
    scene.connect(2);
    assertThat(scene.connect(5)).isZero();
  }

  @Test
  void clientThatItsServerComesToDenyMovesAndStubbornOnesAreClosed() {
    var scene = Scene.of(2);
    scene.connect(0);
    scene.lists = Scene.lists(7, "deny 10.0.0.0");
    Scene.setAcl(scene.servers.getFirst(), 7);
    scene.settings.stubborn = true;
    scene.apply();
    assertThat(scene.connect(0)).isEqualTo(-1);
    scene.settings.stubborn = false;
    scene.apply();
    assertThat(scene.connect(0)).isEqualTo(1);
  }

  // ---- sticky groups --------------------------------------------------------------------------

  @Test
  void clientOfOneServiceHasTheSameSlotInAnotherOfItsGroup() {
    var web = Scene.of(3);
    var secure = Scene.of(3);
    secure.clients = web.clients;
    web.connect(0);
    web.connect(1);
    assertThat(secure.connect(1)).isEqualTo(1);
    assertThat(secure.client(1).reason()).isEqualTo(Reason.RETURNING);
    assertThat(web.connect(1)).isEqualTo(1);
    assertThat(web.service().explain(Scene.address(1), 1, web.now).known().stays())
        .as("it has not moved")
        .isEmpty();
  }

  @Test
  void hardLimitIsForThoseWhoAreInTheSlotThroughAnotherService() {
    var web = Scene.of(1);
    var secure = new Scene();
    secure.clients = web.clients;
    Scene.fill(secure.add("s:443:1:2"), 1);
    web.connect(0);
    assertThat(secure.connect(0)).isZero();
    assertThat(secure.connect(1)).isEqualTo(-1);
  }

  @Test
  void slotThatTheOtherServiceDoesNotHaveIsNobodys() {
    var web = Scene.of(3);
    var secure = Scene.of(2);
    secure.clients = web.clients;
    web.settle(0, web.servers.get(2));
    assertThat(secure.connect(0)).isZero();
    assertThat(secure.client(0).reason()).isEqualTo(Reason.NEW);
  }

  @Test
  void clientsOfARetiredServerAreLikeNew() {
    var scene = Scene.of(2);
    scene.connect(0);
    scene.servers.getFirst().retire();
    scene.servers.set(0, Scene.server(0, "new:80"));
    scene.apply();
    assertThat(scene.connect(0)).as("the next in turn").isEqualTo(1);
    assertThat(scene.client(0).reason()).isEqualTo(Reason.NEW);
  }

  @Test
  void connectionThatEndsElsewhereThanAnotherOfTheSameClientSaysSo() {
    var scene = Scene.of(3);
    scene.connect(0);
    var one = scene.candidates(scene.client(0));
    var other = scene.candidates(scene.client(0));
    scene.blacklist(0);
    assertThat(one.next(scene.now).slot()).isEqualTo(1);
    assertThat(other.next(scene.now).slot()).isEqualTo(1);
    assertThat(other.next(scene.now).slot()).isEqualTo(2);
    one.taken(scene.now);
    other.taken(scene.now);
    assertThat(scene.client(0).place().stays())
        .extracting(Client.Stay::why)
        .containsExactly(Departure.CROSSED, Departure.BLACKLISTED);
  }

  @Test
  void labelsOfReasonsAreTheirLowerCaseNames() {
    assertThat(Arrays.stream(Reason.values()).map(Reason::label))
        .containsExactly("new", "returning", "pinned", "failover", "emergency", "abuse");
  }
}
