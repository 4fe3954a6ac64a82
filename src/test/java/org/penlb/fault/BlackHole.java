package org.penlb.fault;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/// A server that nobody gets an answer from, not even a refusal: its backlog is full, and so the
/// kernel drops what comes.
final class BlackHole implements AutoCloseable {
  private static final int MOST = 20;

  private final ServerSocket listener;
  private final List<Socket> waiting = new ArrayList<>();

  private BlackHole(InetAddress host) throws IOException {
    listener = new ServerSocket(0, 1, host);
    while (connects()) {
      if (waiting.size() > MOST) {
        throw new IOException("the backlog does not fill");
      }
    }
  }

  static BlackHole on(String host) throws IOException {
    return new BlackHole(InetAddress.ofLiteral(host));
  }

  private boolean connects() throws IOException {
    var socket = new Socket();
    waiting.add(socket);
    try {
      socket.connect(
          new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()), 200);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  /// As pen takes it.
  String spec() {
    return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (var socket : waiting) {
      socket.close();
    }
    listener.close();
  }
}
