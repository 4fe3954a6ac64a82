package org.penlb.unix;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;

/// What UDP sockets can be asked on Linux and NIO has no words for. For the calls that carry
/// datagrams see [Datagrams].
///
/// Owned by: immutable. Descriptors come from [Sockets#descriptor].
public final class DatagramSockets {
  static final int SOL_IP = 0;
  static final int IP_PKTINFO = 8;
  static final int SOL_IPV6 = 41;
  static final int IPV6_PKTINFO = 50;

  private static final int IP_RECVERR = 11;
  private static final int IPV6_RECVERR = 25;
  private static final int IPV6_RECVPKTINFO = 49;
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;

  /// The port of the discard service (RFC 863), from which nobody sends.
  private static final int NOBODY = 9;

  private DatagramSockets() {}

  /// Whether datagrams can be carried here: Linux on 64 bits, with native access and, for the
  /// descriptors of channels, the export of `sun.nio.ch`.
  public static boolean available() {
    try (var any = DatagramChannel.open()) {
      return Datagrams.available() && Sockets.descriptor(any) >= 0 && SocketCalls.areBound();
    } catch (IOException _) {
      return false;
    }
  }

  /// A socket to register with a selector, which never blocks and is bound to nothing; what goes
  /// through it is for [Datagrams]. It is closed by the thread of its selector.
  ///
  /// @throws UnsupportedOperationException if this machine has no IPv6
  /// @throws IOException for want of a descriptor or of memory
  public static SelectableChannel open(boolean ipv6) throws IOException {
    return LinuxDatagramSocket.open(ipv6);
  }

  /// Gives it a port of its own at an address.
  ///
  /// @param ipv6 the socket's family
  /// @throws BindException if there is no such address, or no port left
  public static void bind(int descriptor, boolean ipv6, InetAddress address) throws IOException {
    SocketCalls.checked(
        SocketCalls.ofThread().bind(descriptor, new InetSocketAddress(address, 0), ipv6));
  }

  /// From now on each datagram received says which local address it was sent to: for a socket bound
  /// to all of them. ip(7), IP_PKTINFO; ipv6(7), IPV6_RECVPKTINFO.
  public static void tellLocalAddress(int descriptor, boolean ipv6) throws IOException {
    boolean done =
        ipv6
            ? set(descriptor, SOL_IPV6, IPV6_RECVPKTINFO, 1)
            : set(descriptor, SOL_IP, IP_PKTINFO, 1);
    if (!done) {
      throw new IOException("the system does not tell where datagrams are sent to");
    }
  }

  /// From now on the socket tells what the network says about datagrams that it has sent, though it
  /// is not connected: [Datagrams#nextError]. ip(7), IP_RECVERR.
  public static void tellErrors(int descriptor, boolean ipv6) throws IOException {
    boolean done =
        ipv6 ? set(descriptor, SOL_IPV6, IPV6_RECVERR, 1) : set(descriptor, SOL_IP, IP_RECVERR, 1);
    if (!done) {
      throw new IOException("the system does not tell what becomes of datagrams");
    }
  }

  /// How much may wait in a socket each way: as root beyond the system's limits net.core.rmem_max
  /// and wmem_max.
  public static void room(int descriptor, int bytes) {
    if (!set(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, bytes)) {
      set(descriptor, SOL_SOCKET, SO_RCVBUF, bytes);
    }
    if (!set(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, bytes)) {
      set(descriptor, SOL_SOCKET, SO_SNDBUF, bytes);
    }
  }

  private static boolean set(int descriptor, int level, int name, int value) {
    return SocketCalls.ofThread().option(descriptor, level, name, value) == 0;
  }

  /// From now on only datagrams of that sender reach the socket; it can still send to everybody.
  /// connect(2) of a datagram socket, of which NIO's makes more than that.
  ///
  /// @param ipv6 the socket's family
  /// @return false if that is not possible: nothing has changed
  public static boolean hearOnly(
      int descriptor, boolean ipv6, long high, long low, int port, int scope) {
    return SocketCalls.ofThread().connect(descriptor, ipv6, high, low, port, scope) == 0;
  }

  /// The port of a socket, which it has once it has sent something, though NIO has not bound it.
  ///
  /// @return 0 if it has none, or is closed
  public static int localPort(int descriptor) {
    return SocketCalls.ofThread().name(descriptor) instanceof InetSocketAddress inet
        ? inet.getPort()
        : 0;
  }

  /// From now on nobody's datagrams reach the socket, as if it were closed: other sockets of the
  /// port get them. What has been received stays, and it can still send.
  ///
  /// @param ipv6 the socket's family
  /// @param high the first half of its own address, or of the loopback address if it has all
  /// @param scope the interface of a link-local address
  /// @return false if that is not possible: nothing has changed
  public static boolean deafen(int descriptor, boolean ipv6, long high, long low, int scope) {
    return hearOnly(descriptor, ipv6, high, low, NOBODY, scope);
  }
}
