package org.penlb.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Clients that send requests one after another, each with an id of its own, until closed.
final class Load implements AutoCloseable {
  private static final int REQUESTS_PER_CONNECTION = 10;

  private final int port;
  private final AtomicInteger ids = new AtomicInteger();
  private final AtomicReference<IOException> failure = new AtomicReference<>();
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean closed;

  Load(int port, int count) {
    this.port = port;
    for (int i = 0; i < count; i++) {
      var from = "127.0.3." + (i + 1);
      clients.execute(() -> run(from));
    }
  }

  private void run(String from) {
    try {
      while (!closed) {
        connection(from);
      }
    } catch (IOException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void connection(String from) throws IOException {
    try (var client = new Socket()) {
      client.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
      client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      for (int i = 0; i < REQUESTS_PER_CONNECTION && !closed; i++) {
        WebServer.get(client, "/" + ids.getAndIncrement());
      }
    }
  }

  /// Requests that were sent; their ids are the numbers below it.
  int sent() {
    return ids.get();
  }

  /// Ends with the answers to all requests that were sent.
  @Override
  public void close() throws IOException {
    end();
  }

  /// The same; returns how many were sent.
  int end() throws IOException {
    closed = true;
    clients.close();
    if (failure.get() != null) {
      throw failure.get();
    }
    return sent();
  }
}
