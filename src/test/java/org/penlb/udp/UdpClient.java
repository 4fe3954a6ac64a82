package org.penlb.udp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.penlb.Balancer;
import org.penlb.tcp.Wire;
import org.penlb.unix.DatagramSockets;
import org.penlb.unix.Sockets;

/// One port of a client. It is not connected, so that it sees where replies come from.
public final class UdpClient implements AutoCloseable {
  private static final int ROOM = 4 * 1024 * 1024;

  /// How long an answer may take before a question is asked again, where one may be lost.
  private static final int RETRY_MILLIS = 50;

  /// What came, and from where.
  ///
  /// @param text its bytes, each one character
  record Reply(String text, InetSocketAddress from) {}

  private final DatagramChannel socket;
  private final DatagramPacket in = new DatagramPacket(new byte[65_536], 65_536);

  private UdpClient(String host) throws IOException {
    var address = InetAddress.ofLiteral(host);
    boolean ipv6 = address instanceof Inet6Address;
    socket =
        DatagramChannel.open(ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
    DatagramSockets.room(Sockets.descriptor(socket), ROOM);
    socket.bind(new InetSocketAddress(address, 0));
  }

  public static UdpClient open() throws IOException {
    return from("127.0.0.1");
  }

  public static UdpClient from(String host) throws IOException {
    return new UdpClient(host);
  }

  static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  int port() {
    return socket.socket().getLocalPort();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.socket().getLocalSocketAddress();
  }

  // ---- send -----------------------------------------------------------------------------------

  /// Sends a datagram.
  ///
  /// @param text its bytes, each one character
  public void send(InetSocketAddress to, String text) throws IOException {
    socket.send(ByteBuffer.wrap(text.getBytes(ISO_8859_1)), to);
  }

  void send(Balancer pen, String text) throws IOException {
    send(Wire.local(pen.port()), text);
  }

  // ---- receive --------------------------------------------------------------------------------

  /// The next one.
  Reply receive() throws IOException {
    return receive(Wire.PATIENCE_MILLIS);
  }

  private Reply receive(int millis) throws IOException {
    socket.socket().setSoTimeout(millis);
    socket.socket().receive(in);
    return new Reply(
        new String(in.getData(), 0, in.getLength(), ISO_8859_1),
        (InetSocketAddress) in.getSocketAddress());
  }

  /// Whether something has come that has not been received; takes it.
  boolean hasReply() throws IOException {
    try {
      receive(1);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }

  String text() throws IOException {
    return receive().text();
  }

  // ---- both -----------------------------------------------------------------------------------

  Reply askAt(InetSocketAddress to, String text) throws IOException {
    send(to, text);
    return receive();
  }

  public String ask(InetSocketAddress to, String text) throws IOException {
    return askAt(to, text).text();
  }

  String ask(Balancer pen, String text) throws IOException {
    return ask(Wire.local(pen.port()), text);
  }

  /// The name of the server that answers, see [UdpServer#named].
  String server(Balancer pen) throws IOException {
    return server(Wire.local(pen.port()));
  }

  String server(InetSocketAddress pen) throws IOException {
    var answer = ask(pen, "who");
    return answer.substring(0, answer.indexOf(' '));
  }

  /// Asks until the answer comes, where a datagram may be lost: its own, or the one before.
  ///
  /// @param text not asked before by this client
  public String askAgainAndAgain(InetSocketAddress to, String text) {
    var answer = new String[1];
    Wire.await(
        "an answer",
        () -> {
          send(to, text);
          try {
            do {
              answer[0] = receive(RETRY_MILLIS).text();
            } while (!answer[0].endsWith(text)); // one to an earlier question
            return true;
          } catch (SocketTimeoutException e) {
            return false;
          }
        });
    return answer[0];
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
