package org.penlb.udp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.penlb.unix.DatagramSockets;
import org.penlb.unix.Sockets;

/// A server on a port of its own that does for each datagram what a script says, one at a time.
public final class UdpServer implements AutoCloseable {
  private static final int ROOM = 4 * 1024 * 1024;

  /// What is done with one datagram.
  @FunctionalInterface
  public interface Script {
    void answer(Question question) throws IOException;
  }

  /// A datagram, and who is to be answered.
  ///
  /// @param text its bytes, each one character
  public record Question(UdpServer server, String text, InetSocketAddress from) {
    void reply(String answer) throws IOException {
      server.say(from, answer);
    }
  }

  /// Senders beyond so many are not written down.
  private static final int SENDERS = 1000;

  private final DatagramChannel socket;
  private final Script script;
  private final AtomicInteger received = new AtomicInteger();
  private final CopyOnWriteArrayList<InetSocketAddress> senders = new CopyOnWriteArrayList<>();
  private final Thread thread =
      Thread.ofPlatform().daemon(true).name("udp-server").unstarted(this::serve);

  private UdpServer(String host, int port, Script script) throws IOException {
    this.script = script;
    var address = InetAddress.ofLiteral(host);
    boolean ipv6 = address instanceof Inet6Address;
    socket =
        DatagramChannel.open(ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    DatagramSockets.room(Sockets.descriptor(socket), ROOM);
    socket.bind(new InetSocketAddress(address, port));
  }

  public static UdpServer start(String host, int port, Script script) throws IOException {
    var server = new UdpServer(host, port, script);
    server.thread.start();
    return server;
  }

  public static UdpServer start(Script script) throws IOException {
    return start("127.0.0.1", 0, script);
  }

  /// Sends back what it gets.
  public static UdpServer echo() throws IOException {
    return start(question -> question.reply(question.text()));
  }

  /// Sends back what it gets, behind its name and a blank.
  public static UdpServer named(String name) throws IOException {
    return start(naming(name));
  }

  static Script naming(String name) {
    return question -> question.reply(name + " " + question.text());
  }

  static UdpServer silent() throws IOException {
    return start(_ -> {});
  }

  private void serve() {
    var buffer = ByteBuffer.allocateDirect(65_536);
    while (socket.isOpen()) {
      try {
        var from = (InetSocketAddress) socket.receive(buffer.clear());
        var bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        if (senders.size() < SENDERS) {
          senders.addIfAbsent(from);
        }
        received.incrementAndGet();
        script.answer(new Question(this, new String(bytes, ISO_8859_1), from));
      } catch (IOException e) {
        // closed: the test is over; or a datagram that could not be sent, which somebody misses
      }
    }
  }

  /// As on pen's command line.
  public String address() {
    var host = socket.socket().getLocalAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
  }

  public int port() {
    return socket.socket().getLocalPort();
  }

  /// Datagrams so far.
  int received() {
    return received.get();
  }

  /// Who has sent something, in the order of their first datagrams: pen's sockets.
  List<InetSocketAddress> senders() {
    return senders;
  }

  /// Says something, whether or not it was asked.
  void say(InetSocketAddress to, String text) throws IOException {
    socket.send(ByteBuffer.wrap(text.getBytes(ISO_8859_1)), to);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    try {
      thread.join(); // only then the port is free
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
