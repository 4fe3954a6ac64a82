package org.penlb.fault;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Clients that connect, ask once and leave, as fast as they can; it counts what goes wrong.
final class NewConnections implements AutoCloseable {
  private final int port;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicLong slowestNanos = new AtomicLong();
  private final Map<String, Integer> failures = new ConcurrentSkipListMap<>();
  private volatile boolean over;

  private NewConnections(int port) {
    this.port = port;
  }

  /// Begins, in the network namespace of the calling thread.
  static NewConnections start(int count, int port) {
    var clients = new NewConnections(port);
    for (int i = 0; i < count; i++) {
      clients.threads.add(Thread.ofPlatform().name("client-" + i).start(clients::visit));
    }
    return clients;
  }

  private void visit() {
    while (!over) {
      long start = System.nanoTime();
      try (var client = LineClient.of(port)) {
        client.ask("hello");
        answered.incrementAndGet();
      } catch (IOException e) {
        failures.merge(e.toString(), 1, Integer::sum);
      }
      slowestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
    }
  }

  int answered() {
    return answered.get();
  }

  Map<String, Integer> failures() {
    return failures;
  }

  long slowestMillis() {
    return slowestNanos.get() / 1_000_000;
  }

  /// Waits for the last answers.
  @Override
  public void close() throws InterruptedException {
    over = true;
    for (var thread : threads) {
      thread.join();
    }
  }
}
