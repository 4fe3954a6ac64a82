package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.penlb.balance.Scene.address;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penlb.config.Algorithm;

/// `-h`: a function of the address alone, the same in every pen with the same servers.
class HashPolicyTest {
  private static final int CLIENTS = 10_000;

  /// Computed with another program from the definition. A change of any of them sends the clients
  /// of a running pair of pens to different servers: it needs a word in the change log.
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 1, 1, 7",
    "192.0.2.1, 1, 2, 6",
    "192.0.2.2, 1, 2, 2",
    "198.51.100.7, 0, 0, 3",
    "203.0.113.255, 1, 1, 3",
    "10.0.0.1, 1, 1, 6",
    "::1, 1, 1, 6",
    "2001:db8::1, 1, 2, 2",
    "2001:db8:0:1::ffff, 0, 0, 5",
    "fe80::1, 1, 1, 7",
  })
  void addressAlwaysHashesToTheseServers(String client, int ofTwo, int ofThree, int ofEight) {
    assertThat(hash(2).first(address(client), 1)).isEqualTo(ofTwo);
    assertThat(hash(3).first(address(client), 2)).isEqualTo(ofThree);
    assertThat(hash(8).first(address(client), 3)).isEqualTo(ofEight);
  }

  @Test
  void withoutTrackingThePortCountsToo() {
    var scene = hash(3);
    scene.settings.roundrobin = true;
    assertThat(IntStream.range(1024, 1040).map(port -> scene.first(address("192.0.2.1"), port)))
        .containsExactly(0, 0, 2, 0, 2, 0, 2, 1, 1, 0, 0, 2, 1, 1, 0, 1);
    assertThat(scene.first(address("192.0.2.1"), 1026)).as("again").isEqualTo(2);
  }

  @Property(tries = 300)
  void withTrackingThePortPlaysNoPart(
      @ForAll int client, @ForAll @IntRange(max = 65_535) int port) {
    var scene = hash(5);
    assertThat(scene.first(address(client >>> 8), port))
        .isEqualTo(scene.first(address(client >>> 8), 0));
  }

  @Property(tries = 20)
  void losingOneServerMovesOnlyItsClients(
      @ForAll @IntRange(min = 2, max = 12) int servers, @ForAll @IntRange(max = 11) int any) {
    int lost = any % servers;
    var scene = hash(servers);
    var before = IntStream.range(0, 2000).map(i -> scene.first(address(i), 0)).toArray();
    scene.blacklist(lost);
    for (int i = 0; i < before.length; i++) {
      int now = scene.first(address(i), 0);
      if (before[i] != lost) {
        assertThat(now).isEqualTo(before[i]);
      } else {
        assertThat(now).isNotEqualTo(lost);
      }
    }
  }

  @Test
  void clientsOfTheLostServerAreSharedByAllOthers() {
    var scene = hash(5);
    var mine = IntStream.range(0, CLIENTS).filter(i -> scene.first(address(i), 0) == 3).toArray();
    scene.blacklist(3);
    var counts = new int[5];
    for (int i : mine) {
      counts[scene.first(address(i), 0)]++;
    }
    for (int slot : new int[] {0, 1, 2, 4}) {
      assertThat(counts[slot]).isBetween(mine.length / 5, mine.length / 3);
    }
  }

  @Test
  void newServerTakesItsShareFromAllAndNothingElseMoves() {
    var small = hash(4);
    var large = hash(5);
    int moved = 0;
    for (int i = 0; i < CLIENTS; i++) {
      int before = small.first(address(i), 0);
      int after = large.first(address(i), 0);
      if (before != after) {
        assertThat(after).isEqualTo(4);
        moved++;
      }
    }
    assertThat(moved).isBetween(CLIENTS / 5 - 200, CLIENTS / 5 + 200);
  }

  /// Neighbours in a network, which differ in a few bits only.
  @ParameterizedTest
  @CsvSource({"2", "3", "5", "8", "16"})
  void neighboursSpreadEvenly(int servers) {
    var scene = hash(servers);
    var counts = new int[servers];
    for (int i = 0; i < CLIENTS; i++) {
      counts[scene.first(address(i), 0)]++;
    }
    int share = CLIENTS / servers;
    // Five times the standard deviation of a fair lottery.
    double tolerance = 5 * Math.sqrt(share);
    assertThat(IntStream.of(counts).boxed())
        .allSatisfy(n -> assertThat(Math.abs(n - share)).isLessThan((int) tolerance));
  }

  @Test
  void ipv6NeighboursSpreadEvenly() {
    var scene = hash(4);
    var counts = new int[4];
    for (int i = 0; i < 4000; i++) {
      counts[scene.first(address("2001:db8:0:" + Integer.toHexString(i) + "::1"), 0)]++;
    }
    assertThat(IntStream.of(counts).boxed()).allSatisfy(n -> assertThat(n).isBetween(850, 1150));
  }

  private static Scene hash(int servers) {
    return Scene.of(servers).with(Algorithm.HASH);
  }
}
