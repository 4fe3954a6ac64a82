package org.penlb.process;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// A client with one socket.
public final class UdpClient implements AutoCloseable {
  static final int PATIENCE_MILLIS = 20_000;

  private static final AtomicInteger number = new AtomicInteger();

  private final DatagramSocket socket;
  private final InetSocketAddress to;
  private int retries;

  /// @param from its address
  /// @param to pen's
  public UdpClient(String from, String to, int port) throws IOException {
    this.socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    this.to = new InetSocketAddress(InetAddress.ofLiteral(to), port);
  }

  UdpClient(int port) throws IOException {
    this("127.0.0.1", "127.0.0.1", port);
  }

  int port() {
    return socket.getLocalPort();
  }

  /// Who answers a question that is asked once.
  public String ask() throws IOException {
    return ask(Protocol.NAME, PATIENCE_MILLIS, 0);
  }

  /// Who answers.
  ///
  /// @param patience in milliseconds, after which the question is asked anew
  /// @param retries how many times
  /// @throws SocketTimeoutException if nobody does
  public String ask(Protocol protocol, int patience, int retries) throws IOException {
    for (int i = 0; ; i++) {
      int question = number.incrementAndGet();
      send(protocol.question(question));
      try {
        return awaitAnswer(protocol, question, patience);
      } catch (SocketTimeoutException e) {
        if (i == retries) {
          throw e;
        }
        this.retries++;
      }
    }
  }

  private String awaitAnswer(Protocol protocol, int question, int patience) throws IOException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(patience);
    while (true) {
      long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
      var server = protocol.server(receive((int) Math.max(1, left)), question);
      if (server != null) {
        return server;
      }
    }
  }

  /// How many times it has asked anew.
  int retries() {
    return retries;
  }

  public void send(byte[] datagram) throws IOException {
    socket.send(new DatagramPacket(datagram, datagram.length, to));
  }

  /// The next datagram, which must come from where this client sends to.
  public byte[] receive(int patienceMillis) throws IOException {
    var packet = new DatagramPacket(new byte[65_535], 65_535);
    socket.setSoTimeout(patienceMillis);
    socket.receive(packet);
    if (!packet.getSocketAddress().equals(to)) {
      throw new IOException("an answer from " + packet.getSocketAddress() + ", not from " + to);
    }
    return Arrays.copyOf(packet.getData(), packet.getLength());
  }

  @Override
  public void close() {
    socket.close();
  }
}
