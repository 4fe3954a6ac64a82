package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.penlb.balance.Scene.address;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.acl.ClientAddress;

class ClientTableTest {
  private static final long SECOND = 1_000_000_000L;

  private final ClientTable table = new ClientTable(3, Duration.ZERO);

  @Test
  void returningClientIsTheSameClient() {
    var first = table.visit(address(1), 10);
    var second = table.visit(address(1), 20);
    assertThat(second).isSameAs(first);
    assertThat(second.connects()).isEqualTo(2);
    assertThat(second.lastVisitNanos()).isEqualTo(20);
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void fullTableEvictsTheClientWhoseLastVisitIsOldest() {
    visit(1, 2, 3, 1, 4);
    assertThat(newest()).containsExactly(address(4), address(1), address(3));
    assertThat(table.find(address(2), 0)).isNull();
  }

  /// Where an admission policy would protect the old clients, which came often.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 2048})
  void newestClientsAreAlwaysInHoweverOftenOthersCame(int limit) {
    var large = new ClientTable(limit, Duration.ZERO);
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < limit; i++) {
        large.visit(address(i), round);
      }
    }
    for (int i = 0; i < 3 * limit; i++) {
      large.visit(address(100_000 + i), 10);
      assertThat(large.newest(1).getFirst().address()).isEqualTo(address(100_000 + i));
    }
    assertThat(large.size()).isEqualTo(limit);
    assertThat(large.newest(limit).stream().map(Client::address))
        .containsExactlyElementsOf(
            IntStream.range(0, limit).mapToObj(i -> address(100_000 + 3 * limit - 1 - i)).toList());
  }

  @Test
  void findIsNoVisit() {
    visit(1, 2, 3);
    assertThat(table.find(address(1), 0).address()).isEqualTo(address(1));
    visit(4);
    assertThat(table.find(address(1), 0)).isNull();
    assertThat(table.find(address(9), 0)).isNull();
  }

  @Test
  void evictedClientLivesOnWithItsConnection() {
    var evicted = table.visit(address(1), 0);
    visit(2, 3, 4);
    var server = Scene.of(1).servers.getFirst();
    evicted.remember(server, Reason.NEW, null, null, 1);
    evicted.addTraffic(5, 7);
    assertThat(evicted.server()).isSameAs(server);
    assertThat(evicted.sent()).isEqualTo(5);
    assertThat(evicted.received()).isEqualTo(7);
    var again = table.visit(address(1), 1);
    assertThat(again).isNotSameAs(evicted);
    assertThat(again.server()).isNull();
    assertThat(again.connects()).isEqualTo(1);
  }

  @Test
  void loweringTheLimitEvictsTheOldest() {
    visit(1, 2, 3);
    table.resize(2, Duration.ZERO);
    assertThat(newest()).containsExactly(address(3), address(2));
    assertThat(table.limit()).isEqualTo(2);
    visit(4);
    assertThat(newest()).containsExactly(address(4), address(3));
  }

  @Test
  void raisingTheLimitKeepsTheEntries() {
    var oldest = table.visit(address(1), 0);
    visit(2, 3);
    table.resize(4, Duration.ZERO);
    visit(4);
    assertThat(newest()).containsExactly(address(4), address(3), address(2), address(1));
    assertThat(table.visit(address(1), 1)).isSameAs(oldest);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void tableNeedsAtLeastOneSlot(int limit) {
    assertThatThrownBy(() -> new ClientTable(limit, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a client table of " + limit + " slots");
  }

  @Test
  void clientIsForgottenSoLongAfterItsLastConnection() {
    table.resize(3, Duration.ofSeconds(60));
    var client = table.visit(address(1), 0);
    assertThat(table.visit(address(1), 59 * SECOND)).isSameAs(client);
    assertThat(table.find(address(1), 119 * SECOND - 1)).isSameAs(client);
    assertThat(table.find(address(1), 119 * SECOND)).isNull();
    var stranger = table.visit(address(1), 119 * SECOND);
    assertThat(stranger).isNotSameAs(client);
    assertThat(stranger.connects()).isEqualTo(1);
    assertThat(table.size()).isEqualTo(1);
  }

  @Test
  void trackingZeroNeverForgets() {
    var client = table.visit(address(1), 0);
    table.forgetExpired(Long.MAX_VALUE);
    assertThat(table.visit(address(1), Long.MAX_VALUE)).isSameAs(client);
  }

  @Test
  void expiredClientsGiveTheirMemoryBack() {
    table.resize(3, Duration.ofSeconds(1));
    table.visit(address(1), 0);
    table.visit(address(2), SECOND / 2);
    table.forgetExpired(SECOND);
    assertThat(newest()).containsExactly(address(2));
    assertThat(table.size()).isEqualTo(1);
    table.forgetExpired(2 * SECOND);
    table.forgetExpired(3 * SECOND);
    assertThat(table.size()).isZero();
  }

  @Test
  void newestIsCutToWhatIsAskedFor() {
    visit(1, 2, 3);
    assertThat(table.newest(2).stream().map(Client::address))
        .containsExactly(address(3), address(2));
  }

  @Test
  void forgottenClientIsNewAndItsConnectionsGoOn() {
    visit(1, 2);
    var connected = table.find(address(1), 0);
    assertThat(table.forget(address(1))).isTrue();
    assertThat(table.forget(address(1))).isFalse();
    assertThat(table.find(address(1), 0)).isNull();
    assertThat(newest()).containsExactly(address(2));
    assertThat(table.size()).isEqualTo(1);
    connected.addTraffic(1, 1);
    settle(connected, Scene.of(1).servers.getFirst());
    assertThat(table.visit(address(1), 1)).isNotSameAs(connected);
    visit(3);
    assertThat(table.size()).as("the place was given back").isEqualTo(3);
  }

  @Test
  void allClientsOfAServerAreForgottenAndNoOthers() {
    var scene = Scene.of(2);
    var retired = Scene.of(2).servers.get(1);
    visit(1, 2, 3);
    settle(table.find(address(1), 0), scene.servers.get(1));
    settle(table.find(address(2), 0), scene.servers.get(0));
    assertThat(table.forget(scene.servers.get(1))).isEqualTo(1);
    assertThat(newest()).containsExactly(address(3), address(2));
    assertThat(table.forget(scene.servers.get(1))).isZero();
    settle(table.find(address(2), 0), retired);
    retired.retire();
    assertThat(table.forget(scene.servers.get(1))).as("it was another server's").isZero();
    assertThat(table.forget(retired)).isEqualTo(1);
    assertThat(newest()).containsExactly(address(3));
  }

  /// The slot of the same number in another service's table.
  @Test
  void clientsThatCameThroughAnotherServiceOfTheGroupAreForgottenToo() {
    visit(1);
    settle(table.find(address(1), 0), Scene.of(3).servers.get(2));
    assertThat(table.forget(Scene.of(3).servers.get(2))).isEqualTo(1);
  }

  @Test
  void clientsAreCountedWhereTheyAreAtTheMoment() {
    var scene = Scene.of(3);
    table.resize(4, Duration.ofSeconds(1));
    visit(1, 2, 3, 4);
    for (int i = 1; i <= 3; i++) {
      settle(table.find(address(i), 0), scene.servers.get(1));
    }
    assertCounts(scene, 0, 3, 0);
    settle(table.find(address(3), 0), scene.servers.get(2));
    assertCounts(scene, 0, 2, 1);
    table.forget(address(2));
    assertCounts(scene, 0, 1, 1);
    visit(5, 6); // evicts 1
    assertCounts(scene, 0, 0, 1);
    scene.servers.get(2).retire();
    assertCounts(scene, 0, 0, 0);
    settle(table.find(address(4), 0), Scene.of(2).servers.get(1));
    assertCounts(scene, 0, 1, 0);
    settle(table.find(address(4), 0), Scene.of(9).servers.get(8));
    assertCounts(scene, 0, 0, 0);
    settle(table.find(address(4), 0), scene.servers.get(0));
    assertThat(table.countBySlot(scene.service().servers(), SECOND - 1)).containsExactly(1, 0, 0);
    assertThat(table.countBySlot(scene.service().servers(), SECOND)).containsExactly(0, 0, 0);
  }

  private void assertCounts(Scene scene, int... counts) {
    assertThat(table.countBySlot(scene.service().servers(), 0)).containsExactly(counts);
  }

  /// More than are forgotten in one hold of the lock.
  @ParameterizedTest
  @ValueSource(ints = {1, 255, 256, 257, 999, 1000})
  void largeTableShrinksToItsNewestClients(int limit) {
    var large = large(1000);
    large.resize(limit, Duration.ZERO);
    assertThat(large.size()).isEqualTo(limit);
    assertThat(large.newest(1000).stream().map(Client::address))
        .containsExactlyElementsOf(
            IntStream.range(0, limit).mapToObj(i -> address(999 - i)).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 256, 257, 1000})
  void allThatHaveExpiredAreForgottenHoweverMany(int expired) {
    var large = large(1000);
    large.resize(1000, Duration.ofNanos(1000));
    large.forgetExpired(999 + expired);
    assertThat(large.size()).isEqualTo(1000 - expired);
    assertThat(large.newest(1000)).hasSize(1000 - expired);
  }

  /// Client i was there at time i.
  private static ClientTable large(int size) {
    var large = new ClientTable(size, Duration.ZERO);
    for (int i = 0; i < size; i++) {
      large.visit(address(i), i);
    }
    return large;
  }

  private static void settle(Client client, Server server) {
    client.remember(server, Reason.NEW, null, null, 0);
  }

  private void visit(int... clients) {
    for (int client : clients) {
      table.visit(address(client), 0);
    }
  }

  private List<ClientAddress> newest() {
    return table.newest(100).stream().map(Client::address).toList();
  }
}
