package org.penlb.unix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.channels.DatagramChannel;

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

  private static final class Option {
    static final MethodHandle SET =
        Posix.bind(
            "setsockopt",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    static final MemorySegment ON = Arena.global().allocateFrom(JAVA_INT, 1);

    private Option() {}

    static boolean set(int descriptor, int level, int name, MemorySegment value) {
      try {
        return (int) SET.invokeExact(descriptor, level, name, value, Integer.BYTES) == 0;
      } catch (Throwable e) {
        throw Posix.unexpected(e);
      }
    }
  }

  private DatagramSockets() {}

  /// Whether datagrams can be carried here: Linux on 64 bits, with native access and, for the
  /// descriptors of channels, the export of `sun.nio.ch`.
  public static boolean available() {
    try (var any = DatagramChannel.open()) {
      return Datagrams.available() && Sockets.descriptor(any) >= 0;
    } catch (IOException _) {
      return false;
    }
  }

  /// From now on each datagram received says which local address it was sent to: for a socket bound
  /// to all of them. ip(7), IP_PKTINFO; ipv6(7), IPV6_RECVPKTINFO.
  public static void tellLocalAddress(int descriptor, boolean ipv6) throws IOException {
    boolean done =
        ipv6
            ? Option.set(descriptor, SOL_IPV6, IPV6_RECVPKTINFO, Option.ON)
            : Option.set(descriptor, SOL_IP, IP_PKTINFO, Option.ON);
    if (!done) {
      throw new IOException("the system does not tell where datagrams are sent to");
    }
  }

  /// From now on the socket tells what the network says about datagrams that it has sent, though it
  /// is not connected: [Datagrams#nextError]. ip(7), IP_RECVERR.
  public static void tellErrors(int descriptor, boolean ipv6) throws IOException {
    boolean done =
        ipv6
            ? Option.set(descriptor, SOL_IPV6, IPV6_RECVERR, Option.ON)
            : Option.set(descriptor, SOL_IP, IP_RECVERR, Option.ON);
    if (!done) {
      throw new IOException("the system does not tell what becomes of datagrams");
    }
  }

  /// How much may wait in a socket each way: as root beyond the system's limits net.core.rmem_max
  /// and wmem_max.
  public static void room(int descriptor, int bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocateFrom(JAVA_INT, bytes);
      if (!Option.set(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, value)) {
        Option.set(descriptor, SOL_SOCKET, SO_RCVBUF, value);
      }
      if (!Option.set(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, value)) {
        Option.set(descriptor, SOL_SOCKET, SO_SNDBUF, value);
      }
    }
  }

  /// From now on only datagrams of that sender reach the socket; it can still send to everybody.
  /// connect(2) of a datagram socket, of which NIO's makes more than that.
  ///
  /// @param ipv6 the socket's family
  /// @return false if that is not possible: nothing has changed
  public static boolean hearOnly(
      int descriptor, boolean ipv6, long high, long low, int port, int scope) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(28, 8);
      name.set(JAVA_SHORT, 0, (short) (ipv6 ? 10 : 2));
      var bytes = name.asByteBuffer(); // in the network's order
      bytes.putShort(2, (short) port);
      if (ipv6) {
        bytes.putLong(8, high).putLong(16, low);
        name.set(JAVA_INT, 24, scope);
      } else {
        bytes.putInt(4, (int) low);
      }
      int size = ipv6 ? 28 : 16;
      return Posix.call(
              "connect",
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
              (f, state) -> (int) f.invokeExact(state, descriptor, name, size))
          == 0;
    }
  }

  /// The port of a socket, which it has once it has sent something, though NIO has not bound it.
  ///
  /// @return 0 if it has none, or is closed
  public static int localPort(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(28, 8);
      MemorySegment size = arena.allocateFrom(JAVA_INT, 28);
      int status =
          Posix.call(
              "getsockname",
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS),
              (f, state) -> (int) f.invokeExact(state, descriptor, name, size));
      return status < 0 ? 0 : Short.toUnsignedInt(name.asByteBuffer().getShort(2));
    }
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
