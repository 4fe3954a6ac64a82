package org.penlb.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/// A server that answers each line with its own name, a space and the line. It can be stopped and
/// started again at the same address.
final class LineServer implements AutoCloseable {
  /// Each server has an address of its own, so that no outgoing connection takes its port while it
  /// is stopped.
  private static final AtomicInteger count = new AtomicInteger();

  private final String name;
  private final Set<Socket> live = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final InetSocketAddress address;
  private ServerSocket listener;

  private LineServer(String name, InetSocketAddress where) throws IOException {
    this.name = name;
    listen(where);
    address = (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /// Skips the test on a machine without IPv6, as many containers are.
  static void needIpv6() {
    try {
      new ServerSocket(0, 1, InetAddress.ofLiteral("::1")).close();
    } catch (IOException e) {
      Assumptions.abort("no IPv6 here: " + e.getMessage());
    }
  }

  /// On an address of 127/8.
  static LineServer start(String name) throws IOException {
    int n = count.incrementAndGet();
    return on(name, "127.20." + n / 250 + "." + (1 + n % 250));
  }

  static LineServer on(String name, String host) throws IOException {
    return on(name, host, 0);
  }

  static LineServer on(String name, String host, int port) throws IOException {
    return new LineServer(name, new InetSocketAddress(InetAddress.ofLiteral(host), port));
  }

  private void listen(InetSocketAddress where) throws IOException {
    var socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(where, 500);
    listener = socket;
    Thread.ofPlatform().daemon().start(() -> accept(socket));
  }

  private void accept(ServerSocket socket) {
    try {
      while (true) {
        var client = socket.accept();
        accepted.incrementAndGet();
        live.add(client);
        Thread.ofPlatform().daemon().start(() -> answer(client));
        if (socket.isClosed()) { // it was stopped between the two lines above
          client.close();
        }
      }
    } catch (IOException e) {
      // stopped
    }
  }

  private void answer(Socket client) {
    try (client) {
      var in = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        client.getOutputStream().write((name + " " + line + "\n").getBytes(UTF_8));
      }
    } catch (IOException e) {
      // the client has gone, or the server was stopped
    } finally {
      live.remove(client);
    }
  }

  InetSocketAddress address() {
    return address;
  }

  /// As pen takes it.
  String spec() {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  int port() {
    return address.getPort();
  }

  /// Connections so far.
  int accepted() {
    return accepted.get();
  }

  /// Connections now.
  int live() {
    return live.size();
  }

  /// From now on it refuses; live connections end.
  void stop() throws IOException {
    listener.close();
    while (isListening()) { // until the thread in accept() has left it
      Thread.onSpinWait();
    }
    for (var client : live) {
      client.close();
    }
  }

  private boolean isListening() {
    try (var probe = new Socket()) {
      probe.connect(address, 1000);
      return true;
    } catch (ConnectException | SocketTimeoutException e) { // refused, or dropped by a firewall
      return false;
    } catch (IOException e) { // no answer, or a reset: it is about to close
      return true;
    }
  }

  void startAgain() throws IOException {
    listen(address);
  }

  @Override
  public void close() {
    try {
      stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
