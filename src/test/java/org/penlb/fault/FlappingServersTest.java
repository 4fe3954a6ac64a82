package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;

/// Servers that go and come back, again and again, under load.
class FlappingServersTest {
  private static final int CLIENTS = 200;
  private static final int FLAPS = 25;

  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();

  @Test
  void everyRequestIsAnsweredOrClosedAndAllAreServedInTheEnd() throws Exception {
    var servers = List.of(LineServer.start("a"), LineServer.start("b"), LineServer.start("c"));
    var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    try (var pen = pen(servers)) {
      var clients = new ArrayList<Future<Integer>>();
      for (int i = 0; i < CLIENTS; i++) {
        var from = "127.0.4." + (1 + i);
        clients.add(threads.submit(() -> visitAgainAndAgain(from, pen.port())));
      }
      for (int i = 0; i < FLAPS; i++) {
        int before = answered.get() + closed.get();
        var server = servers.get(i % servers.size());
        server.stop();
        awaitVisits(before + CLIENTS / 4);
        server.startAgain();
        awaitVisits(before + CLIENTS / 2);
      }
      over.set(true);
      for (var client : clients) {
        assertThat(client.get(20, TimeUnit.SECONDS)).as("connections of a client").isPositive();
      }
      await().until(() -> pen.connections() == 0);
      assertThat(answered.get()).isGreaterThan(CLIENTS);
      var service = pen.snapshot().services().getFirst();
      assertThat(service.servers()).allSatisfy(s -> assertThat(s.connections()).isZero());
      assertThat(service.closes()).doesNotContainKey("internal");
      assertThat(idleCpu()).as("processors kept busy by pen's loops").isLessThan(0.1);
    } finally {
      threads.shutdownNow();
      servers.forEach(LineServer::close);
    }
  }

  private static Balancer pen(List<LineServer> servers) throws Exception {
    var builder = Balancer.builder().listen("127.0.0.1:0").loops(2);
    servers.forEach(server -> builder.server(server.spec()));
    // So short that servers are tried again while they are down.
    return builder.settings(s -> s.blacklist = Duration.ofMillis(20)).start();
  }

  private void awaitVisits(int total) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(2))
        .until(() -> answered.get() + closed.get() >= total);
  }

  /// Some connections with some requests each, until it is over and one more has been served.
  private int visitAgainAndAgain(String from, int port) throws Exception {
    for (int connections = 1; ; connections++) {
      boolean last = over.get();
      if (visit(from, port) && last) {
        return connections;
      }
      if (connections > 100_000) {
        throw new AssertionError("never served in the end");
      }
    }
  }

  private boolean visit(String from, int port) throws InterruptedException {
    try (var client = LineClient.from(from, port)) {
      for (int i = 0; i < 10; i++) {
        assertThat(client.ask("n" + i)).endsWith(" n" + i);
        answered.incrementAndGet();
        TimeUnit.MILLISECONDS.sleep(2); // clients think
      }
      return true;
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("neither answered nor closed", e);
    } catch (IOException e) {
      closed.incrementAndGet();
      return false;
    }
  }

  /// Of the loops' threads, over half a second in which nobody does anything.
  private static double idleCpu() throws InterruptedException {
    var threads = java.lang.management.ManagementFactory.getThreadMXBean();
    var loops =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("loop-"))
            .toList();
    long cpu = loops.stream().mapToLong(t -> threads.getThreadCpuTime(t.threadId())).sum();
    TimeUnit.MILLISECONDS.sleep(500); // the measurement is of this time
    long later = loops.stream().mapToLong(t -> threads.getThreadCpuTime(t.threadId())).sum();
    return (later - cpu) / 500e6;
  }
}
