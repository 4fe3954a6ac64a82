package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.penlb.balance.ClientTable;
import org.penlb.balance.ServerTable;
import org.penlb.balance.Service;
import org.penlb.config.Settings;
import org.slf4j.LoggerFactory;

class AdmissionTest {
  private static final long SECOND = 1_000_000_000L;

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    ((Logger) LoggerFactory.getLogger(Admission.class)).addAppender(log);
  }

  @AfterEach
  void detach() {
    ((Logger) LoggerFactory.getLogger(Admission.class)).detachAppender(log);
  }

  private static Admission admission(int connectionsMax) {
    return admission(connectionsMax, connectionsMax);
  }

  private static Admission admission(int connectionsMax, int pendingMax) {
    var settings = new Settings.Builder();
    settings.connectionsMax = connectionsMax;
    settings.pendingMax = pendingMax;
    return new Admission(
        new Service(
            "main",
            settings.build(),
            new ServerTable(List.of(), null, null),
            new ClientTable(1, Duration.ZERO)));
  }

  private static void enter(Admission admission, int times) {
    for (int i = 0; i < times; i++) {
      assertThat(admission.tryEnter()).isTrue();
    }
  }

  private static void leave(Admission admission, int times) {
    for (int i = 0; i < times; i++) {
      admission.onSettled(0);
      admission.leave(0);
    }
  }

  private List<String> said() {
    return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void asManyAsThereArePlaces() {
    var admission = admission(2);
    enter(admission, 2);
    assertThat(admission.tryEnter()).isFalse();
    assertThat(admission.live()).isEqualTo(2);
    leave(admission, 1);
    assertThat(admission.tryEnter()).isTrue();
  }

  @Test
  void neverMoreThanThereArePlacesForManyThreads() throws Exception {
    var admission = admission(3);
    var inside = new AtomicInteger();
    var most = new AtomicInteger();
    var tasks = new ArrayList<Callable<Boolean>>();
    var start = new CyclicBarrier(4);
    for (int thread = 0; thread < 4; thread++) {
      tasks.add(
          () -> {
            start.await();
            for (int i = 0; i < 500_000; i++) {
              if (admission.tryEnter()) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
                leave(admission, 1);
              }
            }
            return true;
          });
    }
    try (var threads = Executors.newFixedThreadPool(tasks.size())) {
      for (var task : threads.invokeAll(tasks)) {
        assertThat(task.get()).isTrue();
      }
    }
    assertThat(most.get()).isBetween(1, 3);
    assertThat(admission.live()).isZero();
  }

  @Test
  void asManyUnfinishedConnectsAsAreAllowed() {
    var admission = admission(10, 2);
    enter(admission, 2);
    assertThat(admission.tryEnter()).isFalse();
    assertThat(admission.live()).isEqualTo(2);
    admission.onSettled(0);
    enter(admission, 1);
    assertThat(admission.tryEnter()).isFalse();
    assertThat(admission.live()).isEqualTo(3);
    assertThat(admission.pending()).isEqualTo(2);
  }

  @Test
  void whoCannotWaitElsewhereEntersBeyondTheLimits() {
    var admission = admission(1, 1);
    enter(admission, 1);
    admission.enter();
    assertThat(admission.live()).isEqualTo(2);
    leave(admission, 1);
    assertThat(admission.tryEnter()).isFalse();
    leave(admission, 1);
    assertThat(admission.tryEnter()).isTrue();
  }

  @Test
  void eachLimitHasItsOwnWords() {
    var admission = admission(2, 1);
    enter(admission, 1);
    admission.onFull(0);
    admission.onFull(0);
    assertThat(said())
        .containsExactly(
            "service main: 1 unfinished connects (pending_max): further clients wait until one is"
                + " finished");
    admission.onSettled(0);
    enter(admission, 1);
    admission.onFull(0);
    assertThat(said()).hasSize(2).last().asString().contains("2 simultaneous connections (-x)");
  }

  @Test
  void connectionsAreNumberedFromOne() {
    var admission = admission(1);
    assertThat(admission.nextNumber()).isEqualTo(1);
    assertThat(admission.nextNumber()).isEqualTo(2);
  }

  /// At the limit each close lets one in, which is full again: that is still the same episode.
  @Test
  void fullIsSaidOncePerEpisode() {
    var admission = admission(100);
    enter(admission, 100);
    admission.onFull(0);
    admission.onFull(0);
    leave(admission, 10);
    enter(admission, 10);
    admission.onFull(0);
    assertThat(said())
        .singleElement()
        .asString()
        .contains("service main: 100 simultaneous connections (-x)");
    leave(admission, 11);
    enter(admission, 11);
    admission.onFull(5_000_000_000L);
    assertThat(said()).as("soon after").hasSize(1);
    leave(admission, 11);
    enter(admission, 11);
    admission.onFull(11_000_000_000L);
    assertThat(said()).hasSize(2);
  }

  @Test
  void fullIsNewsToOneOfTwoLoopsThatFindItAtOnce() throws Exception {
    int rounds = 20_000;
    var places = Stream.generate(Places::new).limit(rounds).toList();
    var arrived = new AtomicInteger();
    Callable<Integer> loop =
        () -> {
          int news = 0;
          for (int i = 0; i < rounds; i++) {
            arrived.incrementAndGet();
            meet(arrived, 2 * (i + 1));
            news += places.get(i).isNews(0) ? 1 : 0;
          }
          return news;
        };
    try (var threads = Executors.newFixedThreadPool(2)) {
      var one = threads.submit(loop);
      var other = threads.submit(loop);
      assertThat(one.get() + other.get()).isEqualTo(rounds);
    }
  }

  /// A barrier would let one go well before the other.
  private static void meet(AtomicInteger arrived, int all) {
    for (int spins = 0; arrived.get() < all; spins++) {
      if (spins < 1000) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(1000); // they have one processor between them
      }
    }
  }

  @Test
  void shortageIsSaidOncePerEpisode() {
    var admission = admission(1);
    long now = Long.MAX_VALUE - 15 * SECOND;
    var cause = new IOException("Too many open files");
    admission.onShortage("cannot accept", cause, now);
    for (int i = 1; i <= 3; i++) {
      admission.onShortage("cannot accept", cause, now + i * 9L * SECOND);
    }
    assertThat(said())
        .singleElement()
        .asString()
        .startsWith("service main: cannot accept: Too many open files: clients wait");
    admission.onShortage("cannot accept", cause, now + 27 * SECOND + 10 * SECOND + 1);
    assertThat(said()).hasSize(2);
  }

  @Test
  void firstShortageIsSaidWhateverTheClockReads() {
    admission(1).onShortage("cannot accept", new IOException("x"), 1);
    admission(1).onShortage("cannot accept", new IOException("x"), -20 * SECOND);
    assertThat(said()).hasSize(2);
  }
}
