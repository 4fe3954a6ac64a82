package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.penlb.balance.Scene.address;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.penlb.acl.AccessLists;
import org.penlb.acl.ClientAddress;

/// What a service chooses by is replaced as a whole, and clients are who the settings say.
class ServiceTest {
  @Test
  void allOfItIsReplacedAtOnce() {
    var scene = Scene.of(2);
    var service = scene.service();
    var client = scene.client(7);
    var begun = new Candidates(service, client, address(7), 1);
    var settings = scene.settings.build().toBuilder();
    settings.clientAcl = 4;
    var lists = Scene.lists(4, "deny 10.0.0.7");
    var servers = new ServerTable(Scene.of(3).servers, null, null);
    var clients = new ClientTable(5, Duration.ZERO);
    var changed = settings.build();
    service.apply(changed, servers, lists, clients);
    assertThat(service.settings()).isSameAs(changed);
    assertThat(service.servers()).isSameAs(servers);
    assertThat(service.accessLists()).isSameAs(lists);
    assertThat(service.clients()).isSameAs(clients);
    assertThat(service.isDenied(address(7))).isTrue();
    assertThat(service.isDenied(address(8))).isFalse();
    assertThat(scene.all(begun)).as("what has begun goes on as it was").isEqualTo(scene.servers);
    assertThat(scene.all(new Candidates(service, client, address(7), 1))).isEmpty();
  }

  /// Of two configurations one denies the client and has an abuse server, the other does neither:
  /// half of each would close the connection, or let the client in where it must not go.
  @Test
  void choiceNeverSeesHalfOfAChange() throws Exception {
    var scene = Scene.of(1);
    scene.abuse = Scene.special("abuse:80");
    var service = scene.service();
    var settings = scene.settings.build();
    var open = new ServerTable(scene.servers, null, null);
    var strict = new ServerTable(List.of(), null, scene.abuse);
    var denying = Scene.lists(0, "deny 10.0.0.7");
    var done = new AtomicBoolean();
    try (var administrator = Executors.newSingleThreadExecutor()) {
      var changes =
          administrator.submit(
              () -> {
                while (!done.get()) {
                  service.apply(settings, strict, denying, scene.clients);
                  service.apply(settings, open, AccessLists.OPEN, scene.clients);
                }
              });
      for (int i = 0; i < 200_000; i++) {
        var candidates = new Candidates(service, new Client(address(7), null), address(7), 1);
        var server = candidates.next(scene.now);
        assertThat(server).isSameAs(candidates.isDenied() ? scene.abuse : scene.servers.getFirst());
        server.release();
      }
      done.set(true);
      changes.get();
    }
  }

  @Test
  void roundRobinGoesOnWhereItWas() {
    var scene = Scene.of(3);
    assertThat(scene.connect(1)).isZero();
    scene.apply();
    assertThat(scene.connect(2)).isEqualTo(1);
  }

  // ---- who a client is ------------------------------------------------------------------------

  @Test
  void networkIsOneClientWhereThePrefixSaysSo() {
    var scene = Scene.of(3);
    scene.settings.prefix4 = 24;
    scene.settings.prefix6 = 64;
    assertThat(connect(scene, "192.0.2.1")).isZero();
    assertThat(connect(scene, "192.0.3.1")).isEqualTo(1);
    assertThat(connect(scene, "192.0.2.254")).isZero();
    assertThat(connect(scene, "2001:db8::1")).isEqualTo(2);
    assertThat(connect(scene, "2001:db8::ffff:1")).isEqualTo(2);
    assertThat(scene.clients.newest(9).stream().map(c -> c.address().toString()))
        .containsExactly("2001:db8::", "192.0.2.0", "192.0.3.0");
    assertThat(scene.clients.find(address("192.0.2.0"), scene.now).connects()).isEqualTo(2);
    assertThat(scene.service().forget(address("192.0.2.77"))).isTrue();
    assertThat(scene.service().forget(address("192.0.2.77"))).isFalse();
  }

  @Test
  void pinsHoldForTheNetworkThatTheirClientComesToBelongTo() {
    var scene = Scene.of(3);
    scene.pin(7, 2, null);
    scene.settings.prefix4 = 24;
    scene.apply();
    assertThat(scene.connect(7)).isEqualTo(2);
    assertThat(connect(scene, "10.0.0.99")).isEqualTo(2);
    assertThat(scene.service().pins(scene.now).getFirst().address()).isEqualTo(address(7));
    assertThat(scene.service().unpin(address(8))).isTrue();
  }

  @Test
  void accessListsSeeTheWholeAddress() {
    var scene = Scene.of(2);
    scene.settings.prefix4 = 24;
    scene.lists = Scene.lists(Scene.lists(0, "deny 192.0.2.6"), 5, "deny 192.0.2.7");
    Scene.setAcl(scene.servers.get(0), 5);
    assertThat(connect(scene, "192.0.2.6")).isEqualTo(-1);
    assertThat(connect(scene, "192.0.2.8")).isZero();
    assertThat(connect(scene, "192.0.2.7")).isEqualTo(1);
  }

  @Test
  void deniedClientIsNoVisitEvenIfItIsKnown() {
    var scene = Scene.of(2);
    scene.client(1);
    scene.client(2);
    scene.lists = Scene.lists(0, "deny 10.0.0.1");
    scene.apply();
    var denied = scene.client(1);
    assertThat(denied.address()).isEqualTo(address(1));
    assertThat(denied.connects()).isZero();
    assertThat(scene.clients.newest(9).stream().map(Client::address))
        .containsExactly(address(2), address(1));
  }

  @Test
  void clientsAreCountedBySlotOfThisService() {
    var scene = Scene.of(2);
    scene.connect(1);
    scene.connect(2);
    scene.connect(3);
    assertThat(scene.service().clientsBySlot(scene.now)).containsExactly(2, 1);
  }

  private static int connect(Scene scene, String literal) {
    ClientAddress address = address(literal);
    var client = scene.service().admit(address, scene.now);
    var candidates = new Candidates(scene.service(), client, address, 1);
    var server = candidates.next(scene.now);
    if (server == null) {
      return -1;
    }
    candidates.taken(scene.now);
    server.release();
    return server.slot();
  }
}
