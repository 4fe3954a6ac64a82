package org.penlb.udp;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Server;
import org.penlb.config.Settings;
import org.penlb.loop.EventLoop;
import org.penlb.loop.Ready;
import org.penlb.unix.DatagramSockets;
import org.penlb.unix.Datagrams;
import org.penlb.unix.Sockets;

/// A session's socket to its server.
///
/// Owned by: loop.
final class ServerSide {
  /// So many datagrams from elsewhere are counted, then the kernel turns them away.
  private static final int STRANGERS = 16;

  private final Server server;
  private final Tally tally;
  private final InetSocketAddress address;
  private final boolean ipv6;
  private final long high;
  private final long low;
  private final int port;
  private final int scope;
  private final SelectableChannel socket;
  private int descriptor;

  /// Datagrams since the last answer, and when the first of them was sent.
  private int unanswered;

  private long owesSinceNanos;

  private int strangers;

  private ServerSide(
      Server server, InetSocketAddress address, SelectableChannel socket, Tally tally) {
    var bits = ClientAddress.of(sender(address));
    this.server = server;
    this.tally = tally;
    this.address = address;
    this.ipv6 = UdpSockets.isIpv6(address);
    this.high = bits.high();
    this.low = bits.low();
    this.port = address.getPort();
    this.scope = UdpSockets.scope(address);
    this.socket = socket;
    this.descriptor = Sockets.descriptor(socket);
  }

  /// @param client whose address is used with `transparent`
  /// @param ready is told when there is something to receive
  /// @throws ConnectException if servers of this family cannot be reached at all
  /// @throws IOException for want of a descriptor, a port or memory
  static ServerSide open(
      Server server,
      Settings settings,
      ClientAddress client,
      EventLoop loop,
      Ready ready,
      Tally tally)
      throws IOException {
    var address = server.address();
    var socket = UdpSockets.openTo(address, settings, client);
    try {
      loop.register(socket, SelectionKey.OP_READ, ready);
      return new ServerSide(server, address, socket, tally);
    } catch (IOException e) {
      UdpSockets.closeQuietly(socket);
      throw e;
    }
  }

  /// What is sent to all addresses of this machine is answered from the loopback address.
  private static InetAddress sender(InetSocketAddress address) {
    var wanted = address.getAddress();
    if (!wanted.isAnyLocalAddress()) {
      return wanted;
    }
    return InetAddress.ofLiteral(UdpSockets.isIpv6(address) ? "::1" : "127.0.0.1");
  }

  Server server() {
    return server;
  }

  /// -1 when it is closed, as the number may be another's by then.
  int descriptor() {
    return descriptor;
  }

  InetSocketAddress address() {
    return address;
  }

  /// Whether a look-up of the server's name has given another address since.
  boolean hasMoved() {
    return !address.equals(server.address());
  }

  // ---- to the server --------------------------------------------------------------------------

  /// Sends what is in these slots; returns the slot that could not be sent, or `to`.
  int send(Datagrams in, int from, int to, long nowNanos) {
    if (unanswered == 0) {
      owesSinceNanos = nowNanos;
    }
    for (int slot = from; slot < to; slot++) {
      in.to(slot, ipv6, high, low, port, scope);
    }
    int next = from + in.send(descriptor, from, to - from);
    countSent(in, from, next);
    return next;
  }

  /// Tries one slot again that could not be sent; returns 0 if it is sent now, or the errno that
  /// says why not.
  int sendAgain(Datagrams in, int slot) {
    // What the network says of earlier ones is said in its place; it may be sent nevertheless.
    for (int said = in.nextError(descriptor); said != 0; said = in.nextError(descriptor)) {
      if (Datagrams.isUnreachable(said)) {
        return said;
      }
    }
    int errno = in.sendAgain(descriptor, slot);
    if (errno == 0) {
      countSent(in, slot, slot + 1);
    }
    return errno;
  }

  private void countSent(Datagrams in, int from, int to) {
    for (int slot = from; slot < to; slot++) {
      tally.up(in.length(slot));
    }
    unanswered += to - from;
  }

  int unanswered() {
    return unanswered;
  }

  /// Whether the server has answered others while this one waits.
  boolean answersOthers() {
    return server.hasAnsweredSince(owesSinceNanos);
  }

  // ---- from the server ------------------------------------------------------------------------

  /// Whether the server sent what is in this slot.
  boolean isSender(Datagrams from, int slot) {
    return from.senderLow(slot) == low
        && from.senderPort(slot) == port
        && from.senderHigh(slot) == high;
  }

  void onAnswer(int bytes, long nowNanos) {
    unanswered = 0;
    tally.down(bytes);
    server.onAnswer(nowNanos);
  }

  /// Somebody else sends datagrams to the socket.
  void onStranger() {
    if (++strangers == STRANGERS) {
      DatagramSockets.hearOnly(descriptor, ipv6, high, low, port, scope);
    }
  }

  /// The port from which it reaches the server; 0 if it has not sent anything yet.
  int localPort() {
    return DatagramSockets.localPort(descriptor);
  }

  void close() {
    UdpSockets.closeQuietly(socket);
    descriptor = -1;
    server.release();
  }
}
