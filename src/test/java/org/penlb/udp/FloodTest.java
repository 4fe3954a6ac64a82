package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.tcp.LogCapture;
import org.penlb.tcp.ManualClock;
import org.penlb.tcp.Wire;

/// A million datagrams, each from another address, as fast as one thread can send them.
/// (`UdpListener.begin`, `SessionTable`.)
class FloodTest {
  private static final int SOURCES = 1_000_000;
  private static final int MOST = 500;
  private static final int CLIENTS_MOST = 1000;
  private static final int LOOPS = 2;
  private static final int ESTABLISHED = 20;

  /// That each of them gets during the flood.
  private static final int ANSWERS = 5;

  private final ManualClock clock = new ManualClock();
  private final AtomicInteger mostSessions = new AtomicInteger();
  private final AtomicInteger mostClients = new AtomicInteger();

  @Test
  void establishedSessionsGetTheirAnswersAndNothingGrowsBeyondItsBounds() throws Exception {
    try (var log = LogCapture.of(Sessions.class);
        var server = UdpServer.named("server");
        var pen =
            Pens.withClock(clock, server.address())
                .udp(true)
                .loops(LOOPS)
                .settings(
                    s -> {
                      s.connectionsMax = MOST;
                      s.clientsMax = CLIENTS_MOST;
                    })
                .start()) {
      var clients = establish(pen);
      var sessions = establishedSessions(pen);
      assertThat(sessions).hasSize(ESTABLISHED);
      try (var flood = new SpoofedFlood(Wire.local(pen.port()))) {
        var answered = new CountDownLatch(ESTABLISHED);
        var flooding = Wire.start(() -> send(flood, answered));
        for (var asking : ask(pen, clients, answered)) {
          watch(pen, asking);
          asking.get();
        }
        watch(pen, flooding);
        flooding.get();
        assertBounded(pen);
        for (int i = 0; i < ESTABLISHED; i++) {
          assertThat(ask(pen, clients.get(i), "after")).isEqualTo("server after");
        }
        assertThat(establishedSessions(pen)).as("no session was lost").isEqualTo(sessions);
        assertThat(Pens.server(pen, 0).failed()).isZero();
        assertThat(log.messages()).hasSizeBetween(1, 2); // -x, and too many at once
      }
      assertRecovers(pen);
      for (var client : clients) {
        client.close();
      }
    }
  }

  private static List<UdpClient> establish(Balancer pen) throws Exception {
    var clients = new ArrayList<UdpClient>();
    for (int i = 0; i < ESTABLISHED; i++) {
      clients.add(UdpClient.from("127.0.30." + (i + 1)));
      clients.get(i).server(pen);
      clients.get(i).server(pen);
    }
    return clients;
  }

  /// Goes on until all have their answers.
  private static Void send(SpoofedFlood flood, CountDownLatch answered) throws Exception {
    flood.send(0, SOURCES);
    for (int more = SOURCES; answered.getCount() > 0; more += 1000) {
      flood.send(more, 1000);
    }
    return null;
  }

  private static String ask(Balancer pen, UdpClient client, String text) {
    return client.askAgainAndAgain(Wire.local(pen.port()), text);
  }

  /// Each on a thread of its own.
  private static List<CompletableFuture<Void>> ask(
      Balancer pen, List<UdpClient> clients, CountDownLatch answered) {
    var asking = new ArrayList<CompletableFuture<Void>>();
    for (var client : clients) {
      asking.add(
          Wire.start(
              () -> {
                for (int i = 0; i < ANSWERS; i++) {
                  assertThat(ask(pen, client, "during " + i)).isEqualTo("server during " + i);
                }
                answered.countDown();
                return null;
              }));
    }
    return asking;
  }

  private void watch(Balancer pen, CompletableFuture<?> until) {
    while (!until.isDone()) {
      mostSessions.accumulateAndGet(pen.connections(), Math::max);
      mostClients.accumulateAndGet(Pens.inside(pen).clients().size(), Math::max);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private void assertBounded(Balancer pen) {
    assertThat(mostSessions.get()).isGreaterThan(MOST / 2).isLessThanOrEqualTo(MOST + LOOPS);
    assertThat(mostClients.get()).isLessThanOrEqualTo(CLIENTS_MOST);
    assertThat(Pens.service(pen).clients()).isLessThanOrEqualTo(CLIENTS_MOST);
  }

  private static List<Long> establishedSessions(Balancer pen) {
    return Pens.service(pen).liveConnections().stream()
        .filter(session -> session.address().startsWith("127.0.30."))
        .map(session -> session.number())
        .toList();
  }

  private void assertRecovers(Balancer pen) throws Exception {
    Wire.await(
        "the flood is over",
        () -> {
          long before = Pens.service(pen).accepted();
          return pen.connections() <= MOST && Pens.service(pen).accepted() == before;
        });
    clock.advance(Duration.ofSeconds(30));
    Wire.await(
        "no session is left",
        () -> {
          pen.snapshot();
          return pen.connections() == 0;
        });
    assertThat(Pens.server(pen, 0).connections()).isZero();
    try (var client = UdpClient.open()) {
      assertThat(client.server(pen)).isEqualTo("server");
    }
    assertThat(pen.connections()).isOne();
  }

  /// More than begin in a turn of the loop, but no flood.
  @Test
  void burstOfNewClientsIsServed() throws Exception {
    try (var server = UdpServer.silent();
        var pen =
            Pens.before(server.address()).udp(true).settings(s -> s.connectionsMax = 1000).open();
        var burst = new SpoofedFlood(UdpClient.at("127.0.0.1", pen.port()))) {
      burst.send(0, 300);
      pen.start();
      Wire.await("all are there", () -> server.received() == 300);
      assertThat(Pens.service(pen).drops()).isEmpty();
    }
  }
}
