package org.penlb.process;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Clients, each with an address of its own, that ask over UDP, one question after the other, from
/// a new port now and then.
final class Inquiries implements AutoCloseable {
  private static final int CLIENTS = 16;
  private static final int QUESTIONS_OF_A_PORT = 10;

  /// Without pauses a server that dies takes the questions of all its clients with it, and nobody
  /// is left whom the kernel could tell.
  private static final int PAUSE_MILLIS = 30;

  private final int port;
  private final Protocol protocol;
  private final int patience;
  private final int retries;
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger retried = new AtomicInteger();
  private final Set<String> servers = new ConcurrentSkipListSet<>();
  private final Map<String, Integer> failures = new ConcurrentSkipListMap<>();
  private volatile boolean closed;

  /// @param patience in milliseconds, see [UdpClient#ask]
  Inquiries(int port, Protocol protocol, int patience, int retries) {
    this.port = port;
    this.protocol = protocol;
    this.patience = patience;
    this.retries = retries;
    for (int i = 0; i < CLIENTS; i++) {
      var from = "127.0.5." + (i + 1);
      clients.execute(() -> inquire(from));
    }
  }

  /// Those who ask once, and wait.
  static Inquiries once(int port) {
    return new Inquiries(port, Protocol.NAME, UdpClient.PATIENCE_MILLIS, 0);
  }

  /// Those who ask again after 300 ms, but not a third time.
  static Inquiries twice(int port, Protocol protocol) {
    return new Inquiries(port, protocol, 300, 1);
  }

  private void inquire(String from) {
    while (!closed) {
      try (var client = new UdpClient(from, "127.0.0.1", port)) {
        for (int i = 0; i < QUESTIONS_OF_A_PORT && !closed; i++) {
          servers.add(client.ask(protocol, patience, retries));
          answered.incrementAndGet();
          Thread.sleep(ThreadLocalRandom.current().nextInt(PAUSE_MILLIS));
        }
        retried.addAndGet(client.retries());
      } catch (IOException | InterruptedException e) {
        failures.merge(from + ": " + e, 1, Integer::sum);
      }
    }
  }

  /// Waits for so many more answers.
  void await(int more) {
    int now = answered.get();
    PenProcess.eventually(
        more + " answers", () -> answered.get() >= now + more || !failures.isEmpty());
  }

  int answered() {
    return answered.get();
  }

  int retried() {
    return retried.get();
  }

  /// Who has answered, until now or since [#forgetServers].
  Set<String> servers() {
    return Set.copyOf(servers);
  }

  void forgetServers() {
    servers.clear();
  }

  /// What went wrong, and how often.
  Map<String, Integer> failures() {
    return failures;
  }

  /// Waits for the answers to all questions.
  @Override
  public void close() {
    closed = true;
    clients.close();
  }
}
