package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.penlb.balance.Scene.address;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.SequencedSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.penlb.acl.ClientAddress;

/// Several loops visit one client table. Each has clients of its own, so that its part of the order
/// is known whatever the threads do to each other.
class ClientTableThreadsTest {
  private static final int THREADS = 4;
  private static final int VISITS = 20_000;
  private static final int OWN_CLIENTS = 200;

  /// If visits take effect one after the other in some order, then of each thread's clients the
  /// table holds those that it visited last, in its order, and all threads' together fill the
  /// table.
  @Test
  void concurrentVisitsAreLikeVisitsOneAfterTheOther() throws Exception {
    int limit = 300;
    var table = new ClientTable(limit, Duration.ZERO);
    var done = new AtomicBoolean();
    try (var watch = Executors.newSingleThreadExecutor()) {
      var largest = watch.submit(() -> largestSize(table, done));
      var orders = inParallel(thread -> visitAtRandom(table, thread));
      done.set(true);
      assertThat(largest.get()).isLessThanOrEqualTo(limit);
      assertLastVisited(table, orders, limit);
    }
  }

  @Test
  void noVisitIsLostWhenAllClientsFit() throws Exception {
    var table = new ClientTable(THREADS * OWN_CLIENTS, Duration.ZERO);
    var orders = inParallel(thread -> visitAtRandom(table, thread));
    var clients = table.newest(Integer.MAX_VALUE);
    assertThat(clients).hasSize(orders.stream().mapToInt(SequencedSet::size).sum());
    assertThat(clients.stream().mapToLong(Client::connects).sum())
        .isEqualTo((long) THREADS * VISITS);
    assertLastVisited(table, orders, clients.size());
  }

  @Test
  void theLastVisitsOfOneThreadAreInAfterAllOthersHaveDone() throws Exception {
    int limit = 50;
    var table = new ClientTable(limit, Duration.ZERO);
    inParallel(thread -> visitAtRandom(table, thread));
    IntStream.range(0, limit).forEach(i -> table.visit(address(9_999 - i), VISITS));
    assertThat(table.newest(limit + 1).stream().map(Client::address))
        .containsExactlyElementsOf(
            IntStream.range(0, limit).mapToObj(i -> address(9_999 - limit + 1 + i)).toList());
  }

  @Test
  void threadsThatShareClientsLoseNoVisit() throws Exception {
    var table = new ClientTable(10, Duration.ZERO);
    inParallel(
        thread -> {
          for (int i = 0; i < VISITS; i++) {
            var client = table.visit(address(i % 10), i);
            client.addTraffic(1, 2);
          }
          return thread;
        });
    for (var client : table.newest(10)) {
      assertThat(client.connects()).isEqualTo((long) THREADS * VISITS / 10);
      assertThat(client.sent()).isEqualTo((long) THREADS * VISITS / 10);
      assertThat(client.received()).isEqualTo(2L * THREADS * VISITS / 10);
    }
  }

  /// Whoever comes back meanwhile too: taking an entry out and putting it in again hides it from
  /// the walk through the table for a moment.
  @Test
  void noClientOfAServerIsOverlookedWhenAllOfThemAreForgotten() throws Exception {
    var table = new ClientTable(10_000, Duration.ZERO);
    for (int round = 0; round < 20; round++) {
      var server = Scene.of(1).servers.getFirst();
      for (int i = 0; i < OWN_CLIENTS; i++) {
        table.visit(address(i), 0).remember(server, Reason.NEW, null, null, 0);
      }
      var done = new AtomicBoolean();
      try (var visitor = Executors.newSingleThreadExecutor()) {
        var visits =
            visitor.submit(
                () -> {
                  for (int i = 0; !done.get(); i = (i + 1) % OWN_CLIENTS) {
                    table.visit(address(i), 1);
                  }
                });
        int forgotten = table.forget(server);
        done.set(true);
        visits.get();
        assertThat(forgotten).isEqualTo(OWN_CLIENTS);
      }
      assertThat(table.newest(10_000)).allMatch(client -> client.server() == null);
    }
  }

  /// A few clients move, are evicted, forgotten and come back while connections of theirs are on
  /// the way, all at once.
  @Test
  void countsAreRightAfterAnyConfusion() throws Exception {
    var scene = Scene.of(2);
    var table = new ClientTable(3, Duration.ZERO);
    inParallel(
        thread -> {
          var random = new Random(thread);
          var client = table.visit(address(0), 0);
          for (int i = 0; i < 5 * VISITS; i++) {
            switch (random.nextInt(8)) {
              case 0 -> client = table.visit(address(random.nextInt(4)), i);
              case 1 -> table.forget(address(random.nextInt(4)));
              default -> client.remember(scene.servers.get(i % 2), Reason.NEW, null, null, i);
            }
          }
          return thread;
        });
    var expected = new int[2];
    for (var client : table.newest(3)) {
      if (client.server() != null) {
        expected[client.server().slot()]++;
      }
    }
    assertThat(table.countBySlot(scene.service().servers(), 0)).isEqualTo(expected);
  }

  private static int largestSize(ClientTable table, AtomicBoolean done) {
    int largest = 0;
    while (!done.get()) {
      largest = Math.max(largest, table.size());
    }
    return largest;
  }

  /// Returns the thread's clients, the one visited last at the end.
  private static SequencedSet<ClientAddress> visitAtRandom(ClientTable table, int thread) {
    var random = new Random(thread);
    var order = new LinkedHashSet<ClientAddress>();
    for (int i = 0; i < VISITS; i++) {
      var client = address((thread + 1) * 1000 + random.nextInt(OWN_CLIENTS));
      table.visit(client, i);
      order.remove(client);
      order.add(client);
    }
    return order;
  }

  private static void assertLastVisited(
      ClientTable table, List<SequencedSet<ClientAddress>> orders, int size) {
    var newest = table.newest(Integer.MAX_VALUE).stream().map(Client::address).toList();
    assertThat(newest).hasSize(size).doesNotHaveDuplicates();
    for (var order : orders) {
      var own = newest.stream().filter(order::contains).toList();
      assertThat(own).isEqualTo(order.reversed().stream().limit(own.size()).toList());
    }
    assertThat(table.size()).isEqualTo(size);
  }

  private interface Work<T> {
    T run(int thread) throws Exception;
  }

  private static <T> List<T> inParallel(Work<T> work) throws Exception {
    try (var threads = Executors.newFixedThreadPool(THREADS)) {
      var tasks = new ArrayList<Callable<T>>();
      for (int i = 0; i < THREADS; i++) {
        int thread = i;
        tasks.add(() -> work.run(thread));
      }
      var results = new ArrayList<T>();
      for (Future<T> result : threads.invokeAll(tasks)) {
        results.add(result.get());
      }
      return results;
    }
  }
}
