package org.penlb.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.penlb.balance.Scene.address;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import org.penlb.acl.ClientAddress;

/// The client table against a plain map in access order: after every step of any history both hold
/// the same clients in the same order.
class ClientTableModelTest {
  private static final int CLIENTS = 12;

  /// What can happen to a table, each a while after the one before.
  sealed interface Step {
    record Visit(int client) implements Step {}

    record Find(int client) implements Step {}

    record Wait(long nanos) implements Step {}

    record Resize(int limit, Duration tracking) implements Step {}

    record ForgetExpired() implements Step {}

    record Forget(int client) implements Step {}

    record Count() implements Step {}

    record Settle(int client, int slot) implements Step {}

    record ForgetServer(int slot) implements Step {}
  }

  /// @param slot of its server, -1 before the first
  private record Entry(long lastVisitNanos, long connects, int slot) {}

  private final Scene scene = Scene.of(3);

  /// A table as an administrator would explain it.
  private static final class Model {
    private final LinkedHashMap<ClientAddress, Entry> entries =
        new LinkedHashMap<>(16, 0.75f, true);
    private int limit;
    private Duration tracking;

    Model(int limit, Duration tracking) {
      this.limit = limit;
      this.tracking = tracking;
    }

    void visit(ClientAddress client, long now) {
      var before = entries.get(client);
      boolean isNew = before == null || isForgotten(before, now);
      entries.put(
          client,
          isNew ? new Entry(now, 1, -1) : new Entry(now, before.connects() + 1, before.slot()));
      evict();
    }

    /// Without the effect on the order that a look-up in a map in access order has.
    Entry find(ClientAddress client, long now) {
      for (var entry : entries.entrySet()) {
        if (entry.getKey().equals(client) && !isForgotten(entry.getValue(), now)) {
          return entry.getValue();
        }
      }
      return null;
    }

    void resize(int newLimit, Duration newTracking) {
      limit = newLimit;
      tracking = newTracking;
      evict();
    }

    void forgetExpired(long now) {
      entries.values().removeIf(entry -> isForgotten(entry, now));
    }

    void settle(ClientAddress client, int slot, long now) {
      var known = find(client, now);
      if (known != null) {
        entries.replaceAll(
            (address, entry) ->
                address.equals(client)
                    ? new Entry(entry.lastVisitNanos(), entry.connects(), slot)
                    : entry);
      }
    }

    int forget(int slot) {
      int before = entries.size();
      entries.values().removeIf(entry -> entry.slot() == slot);
      return before - entries.size();
    }

    int[] counts(long now) {
      var counts = new int[3];
      for (var entry : entries.values()) {
        if (entry.slot() >= 0 && !isForgotten(entry, now)) {
          counts[entry.slot()]++;
        }
      }
      return counts;
    }

    private void evict() {
      while (entries.size() > limit) {
        entries.pollFirstEntry();
      }
    }

    private boolean isForgotten(Entry entry, long now) {
      return tracking.isPositive() && now - entry.lastVisitNanos() >= tracking.toNanos();
    }
  }

  @Property(tries = 10_000, shrinking = ShrinkingMode.BOUNDED)
  void sameClientsInTheSameOrder(
      @ForAll("limits") int limit,
      @ForAll("trackings") Duration tracking,
      @ForAll long start,
      @ForAll("histories") List<Step> history) {
    var table = new ClientTable(limit, tracking);
    var model = new Model(limit, tracking);
    long now = start;
    for (var step : history) {
      switch (step) {
        case Step.Visit(var client) -> {
          var visited = table.visit(address(client), now);
          model.visit(address(client), now);
          assertThat(visited.address()).isEqualTo(address(client));
        }
        case Step.Find(var client) ->
            assertSame(table.find(address(client), now), model.find(address(client), now));
        case Step.Wait(var nanos) -> now += nanos;
        case Step.Resize(var newLimit, var newTracking) -> {
          table.resize(newLimit, newTracking);
          model.resize(newLimit, newTracking);
        }
        case Step.Forget(var client) ->
            assertThat(table.forget(address(client)))
                .isEqualTo(model.entries.remove(address(client)) != null);
        case Step.Settle(var client, var slot) -> {
          var known = table.find(address(client), now);
          if (known != null) {
            known.remember(scene.servers.get(slot), Reason.NEW, null, null, now);
          }
          model.settle(address(client), slot, now);
        }
        case Step.Count() -> {
          var counts = table.countBySlot(scene.service().servers(), now);
          assertThat(counts).isEqualTo(model.counts(now));
          model.forgetExpired(now);
        }
        case Step.ForgetServer(var slot) ->
            assertThat(table.forget(scene.servers.get(slot))).isEqualTo(model.forget(slot));
        case Step.ForgetExpired() -> {
          table.forgetExpired(now);
          model.forgetExpired(now);
        }
      }
      assertSame(table, model);
    }
  }

  private static void assertSame(ClientTable table, Model model) {
    var newest = table.newest(CLIENTS + 1);
    var expected = new ArrayList<>(model.entries.sequencedKeySet().reversed());
    assertThat(newest.stream().map(Client::address).toList()).isEqualTo(expected);
    assertThat(table.size()).isEqualTo(expected.size()).isLessThanOrEqualTo(table.limit());
    assertThat(newest.stream().map(ClientTableModelTest::entry).toList())
        .isEqualTo(List.copyOf(model.entries.sequencedValues().reversed()));
  }

  private static Entry entry(Client client) {
    int slot = client.server() == null ? -1 : client.server().slot();
    return new Entry(client.lastVisitNanos(), client.connects(), slot);
  }

  private static void assertSame(Client client, Entry expected) {
    if (expected == null) {
      assertThat(client).isNull();
    } else {
      assertThat(client.connects()).isEqualTo(expected.connects());
      assertThat(client.lastVisitNanos()).isEqualTo(expected.lastVisitNanos());
    }
  }

  @Provide
  Arbitrary<Integer> limits() {
    return Arbitraries.integers().between(1, CLIENTS);
  }

  @Provide
  Arbitrary<Duration> trackings() {
    return Arbitraries.of(Duration.ZERO, Duration.ofNanos(5), Duration.ofSeconds(1));
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    var client = Arbitraries.integers().between(1, CLIENTS);
    var slot = Arbitraries.integers().between(0, 2);
    var wait = Arbitraries.oneOf(Arbitraries.longs().between(0, 5), Arbitraries.of(500_000_000L));
    return Arbitraries.<Step>frequencyOf(
            Tuple.of(12, client.map(Step.Visit::new)),
            Tuple.of(3, client.map(Step.Find::new)),
            Tuple.of(3, wait.map(Step.Wait::new)),
            Tuple.of(1, Combinators.combine(limits(), trackings()).as(Step.Resize::new)),
            Tuple.of(1, Arbitraries.create(Step.ForgetExpired::new)),
            Tuple.of(1, client.map(Step.Forget::new)),
            Tuple.of(3, Arbitraries.create(Step.Count::new)),
            Tuple.of(4, Combinators.combine(client, slot).as(Step.Settle::new)),
            Tuple.of(1, slot.map(Step.ForgetServer::new)))
        .list()
        .ofMinSize(1)
        .ofMaxSize(60);
  }
}
