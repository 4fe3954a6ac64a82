package org.penlb.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Clients, each with an address of its own, that come, ask once and go, again and again.
final class Visits implements AutoCloseable {
  /// Enough for others to be heard, where what is tested takes long.
  static final long PAUSE_NANOS = 5_000_000;

  private final int port;
  private final long pauseNanos;
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private final Set<String> servers = new ConcurrentSkipListSet<>();
  private final Map<String, Integer> failures = new ConcurrentSkipListMap<>();
  private volatile boolean closed;

  /// As fast as they can.
  Visits(int port, int count) {
    this(port, count, 0);
  }

  /// @param pauseNanos before a client comes again
  Visits(int port, int count, long pauseNanos) {
    this.port = port;
    this.pauseNanos = pauseNanos;
    for (int i = 0; i < count; i++) {
      var from = "127.0.5." + (i + 1);
      clients.execute(() -> visit(from));
    }
  }

  private void visit(String from) {
    while (!closed) {
      long start = System.nanoTime();
      try {
        visit(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
        answered.incrementAndGet();
      } catch (IOException e) {
        failures.merge(from + ": " + e, 1, Integer::sum);
      }
      nanos.addAndGet(System.nanoTime() - start);
      if (pauseNanos > 0) {
        LockSupport.parkNanos(pauseNanos);
      }
    }
  }

  /// The server closes first: otherwise thousands of visits would keep the ports of this end, and
  /// those from which pen connects, from everybody else for a minute.
  private void visit(InetSocketAddress from) throws IOException {
    try (var client = new Socket()) {
      client.bind(from);
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      servers.add(WebServer.get(client, WebServer.LAST));
      if (client.getInputStream().read() >= 0) {
        throw new IOException("more than an answer");
      }
    }
  }

  int answered() {
    return answered.get();
  }

  /// The names of those that have answered, until now or since [#forgetServers].
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

  /// The time of all visits so far, one after the other.
  long nanos() {
    return nanos.get();
  }

  /// Waits for the answers to all visits.
  @Override
  public void close() {
    closed = true;
    clients.close();
  }
}
