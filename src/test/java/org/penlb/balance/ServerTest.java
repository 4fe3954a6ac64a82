package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.stats.Snapshot.ServerState;

class ServerTest {
  private static final long SECOND = 1_000_000_000L;

  private final Server server = new Scene().add("web1:80:2:3");

  @Test
  void newClientsAreTakenUpToMaxAndReturningOnesUpToHard() {
    assertThat(server.tryAcquire(false)).isTrue();
    assertThat(server.tryAcquire(false)).isTrue();
    assertThat(server.hasRoom(false)).isFalse();
    assertThat(server.tryAcquire(false)).isFalse();
    assertThat(server.hasRoom(true)).isTrue();
    assertThat(server.tryAcquire(true)).isTrue();
    assertThat(server.hasRoom(true)).isFalse();
    assertThat(server.tryAcquire(true)).isFalse();
    assertThat(server.connections()).isEqualTo(3);
    server.release();
    assertThat(server.tryAcquire(false)).as("still at max").isFalse();
    server.release();
    assertThat(server.tryAcquire(false)).isTrue();
  }

  @Test
  void maxZeroIsUnlimitedWhateverHardSays() {
    var unlimited = new Scene().add("web1:80:0:1");
    for (int i = 0; i < 1000; i++) {
      assertThat(unlimited.tryAcquire(i % 2 == 0)).isTrue();
    }
    assertThat(unlimited.hasRoom(false)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void limitHoldsForManyThreads(boolean returning) throws Exception {
    int limit = returning ? 3 : 2;
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    int taken =
        inFourThreads(
            () -> {
              int own = 0;
              for (int i = 0; i < 200_000; i++) {
                if (server.tryAcquire(returning)) {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  inside.decrementAndGet();
                  server.release();
                  own++;
                }
              }
              return own;
            });
    assertThat(taken).isPositive();
    assertThat(most.get()).isBetween(1, limit);
    assertThat(server.connections()).isZero();
  }

  @Test
  void manyThreadsTogetherTakeExactlyAsManyAsTheLimit() throws Exception {
    var large = new Scene().add("web1:80:1000000");
    int taken =
        inFourThreads(
            () -> {
              int own = 0;
              while (large.tryAcquire(false)) {
                own++;
              }
              return own;
            });
    assertThat(taken).isEqualTo(1_000_000).isEqualTo(large.connections());
  }

  private static int inFourThreads(Callable<Integer> work) throws Exception {
    var start = new CyclicBarrier(4);
    Callable<Integer> together =
        () -> {
          start.await();
          return work.call();
        };
    try (var threads = Executors.newFixedThreadPool(4)) {
      int sum = 0;
      for (var task : threads.invokeAll(Collections.nCopies(4, together))) {
        sum += task.get();
      }
      return sum;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5, Long.MAX_VALUE - 10, Long.MIN_VALUE})
  void blacklistedForAsLongAsAskedAtAnyReadingOfTheClock(long now) {
    assertThat(server.isAvailable(now)).isTrue();
    assertThat(server.connectFailed(now, 30 * SECOND)).as("news").isTrue();
    assertThat(server.isBlacklisted(now)).isTrue();
    assertThat(server.isAvailable(now + 30 * SECOND - 1)).isFalse();
    assertThat(server.blacklistedNanos(now + 10 * SECOND)).isEqualTo(20 * SECOND);
    assertThat(server.isAvailable(now + 30 * SECOND)).isTrue();
    assertThat(server.blacklistedNanos(now + 31 * SECOND)).isZero();
  }

  @Test
  void blacklistingAgainProlongsAndIsNoNews() {
    assertThat(server.connectFailed(0, 10)).isTrue();
    assertThat(server.connectFailed(5, 10)).isFalse();
    assertThat(server.isBlacklisted(14)).isTrue();
    assertThat(server.connectFailed(15, 10)).as("it had come back").isTrue();
    assertThat(server.failed()).isEqualTo(3);
  }

  @Test
  void blacklistTimeZeroLeavesNobodyOut() {
    assertThat(server.connectFailed(0, 0)).isTrue();
    assertThat(server.isAvailable(0)).isTrue();
  }

  @Test
  void clearingBringsItStraightBack() {
    assertThat(server.connectFailed(0, 10)).isTrue();
    server.clearBlacklist();
    assertThat(server.isAvailable(1)).isTrue();
    assertThat(server.connectFailed(2, 10)).as("news again").isTrue();
  }

  @Test
  void commandsBlacklistingIsNoFailureAndOutlastsAConnectThatWasOnItsWay() {
    server.blacklist(0, 10);
    assertThat(server.isBlacklisted(9)).isTrue();
    server.clearBlacklist();
    assertThat(server.connectFailed(1, 3)).as("news").isFalse();
    assertThat(server.blacklistedNanos(1)).isEqualTo(9);
    server.clearBlacklist();
    assertThat(server.isBlacklisted(9)).isTrue();
    assertThat(server.failed()).isEqualTo(1);
    server.blacklist(2, 0);
    assertThat(server.isAvailable(2)).isTrue();
  }

  @Test
  void failureThatLastsLongerThanTheCommandCounts() {
    server.blacklist(0, 10);
    assertThat(server.connectFailed(5, 30)).isFalse();
    assertThat(server.blacklistedNanos(10)).isEqualTo(25);
    server.clearBlacklist();
    assertThat(server.isAvailable(10)).isTrue();
  }

  @Test
  void failureAfterTheCommandsTimeIsNews() {
    server.blacklist(0, 10);
    assertThat(server.connectFailed(10, 3)).isTrue();
    assertThat(server.blacklistedNanos(10)).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 10, Long.MIN_VALUE})
  void drainedServerTakesOnlyThoseExpectedThereAndOnlyForItsTime(long now) {
    server.drain(now, Duration.ofSeconds(30));
    assertThat(server.isDrained()).isTrue();
    assertThat(server.isAvailable(now)).isFalse();
    assertThat(server.verdict(false, now)).isEqualTo(Verdict.DRAINED);
    assertThat(server.verdict(true, now)).isEqualTo(Verdict.TAKES);
    assertThat(server.drainLeftNanos(now + 10 * SECOND)).isEqualTo(20 * SECOND);
    assertThat(server.verdict(true, now + 30 * SECOND - 1)).isEqualTo(Verdict.TAKES);
    assertThat(server.verdict(true, now + 30 * SECOND)).isEqualTo(Verdict.DRAINED);
    assertThat(server.drainLeftNanos(now + 31 * SECOND)).isZero();
    assertThat(server.isDrained()).as("until it is told otherwise").isTrue();
    server.undrain();
    assertThat(server.isAvailable(now + 31 * SECOND)).isTrue();
    assertThat(server.drainLeftNanos(now)).isZero();
  }

  @Test
  void drainWithoutTimeHasNoEnd() {
    server.drain(0, null);
    assertThat(server.drainLeftNanos(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(server.verdict(true, Long.MAX_VALUE)).isEqualTo(Verdict.TAKES);
    assertThat(server.verdict(false, 0)).isEqualTo(Verdict.DRAINED);
  }

  @Test
  void drainingAgainSetsTheTimeAnew() {
    server.drain(0, null);
    server.drain(0, Duration.ofNanos(5));
    assertThat(server.verdict(true, 5)).isEqualTo(Verdict.DRAINED);
  }

  @Test
  void blacklistedServerTakesNobodyWhetherDrainedOrNot() {
    server.drain(0, null);
    server.blacklist(0, 10);
    assertThat(server.verdict(true, 0)).isEqualTo(Verdict.BLACKLISTED);
    assertThat(server.verdict(false, 0)).isEqualTo(Verdict.DRAINED);
  }

  @Test
  void stateIsTheOneThatLasts() {
    assertThat(server.state(0)).isEqualTo(ServerState.UP);
    server.blacklist(0, 10);
    assertThat(server.state(0)).isEqualTo(ServerState.BLACKLISTED);
    server.drain(0, Duration.ofNanos(1));
    assertThat(server.state(0)).isEqualTo(ServerState.DRAINED);
    assertThat(server.state(5)).as("its time is over").isEqualTo(ServerState.DRAINED);
    server.undrain();
    assertThat(server.state(10)).isEqualTo(ServerState.UP);
    assertThat(new Scene().add("web1:0").state(0)).isEqualTo(ServerState.UNUSED);
  }

  @Test
  void newLimitsCountFromTheNextConnectionOn() {
    assertThat(server.tryAcquire(false)).isTrue();
    assertThat(server.tryAcquire(false)).isTrue();
    server.reconfigure(Scene.spec("web1:80:1:2:7:8"));
    assertThat(server.hasRoom(true)).isFalse();
    server.release();
    assertThat(server.tryAcquire(false)).isFalse();
    assertThat(server.tryAcquire(true)).isTrue();
    server.reconfigure(Scene.spec("web1:80"));
    assertThat(server.tryAcquire(false)).isTrue();
    assertThat(server.connections()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"web2:80", "web1:81"})
  void anotherHostOrPortIsAnotherServer(String spec) {
    assertThatThrownBy(() -> server.reconfigure(Scene.spec(spec)))
        .isInstanceOf(AssertionError.class)
        .hasMessage("server 0 (web1:80) is another server than " + spec);
    assertThat(server.spec().hostAndPort()).isEqualTo("web1:80");
  }

  @Test
  void serverWithoutPortIsNotAvailable() {
    assertThat(new Scene().add("web1:0").isAvailable(0)).isFalse();
  }

  @Test
  void movesToAnotherAddressWithItsPort() {
    server.moveTo(InetAddress.ofLiteral("192.0.2.9"));
    assertThat(server.address())
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.9"), 80));
    assertThat(server.addressText()).hasToString("192.0.2.9");
    assertThat(server.spec().host()).isEqualTo("web1");
  }

  @Test
  void countsAddUp() {
    server.countAccepted();
    server.addTraffic(1, 2);
    server.addTraffic(10, 20);
    assertThat(server.accepted()).isEqualTo(1);
    assertThat(server.sent()).isEqualTo(11);
    assertThat(server.received()).isEqualTo(22);
  }

  @Test
  void namedInLogsBySlotAndAddress() {
    assertThat(server).hasToString("server 0 (web1:80)");
    assertThat(Scene.special("[2001:db8::1]:443"))
        .hasToString("special server ([2001:db8::1]:443)");
    assertThat(Scene.special("e:1").isRegular()).isFalse();
  }
}
