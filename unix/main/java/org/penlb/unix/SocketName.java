package org.penlb.unix;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Memory for one struct sockaddr, of the family INET, INET6 or UNIX as Linux lays it out: ip(7),
/// ipv6(7).
///
/// Owned by: one thread.
final class SocketName {
  static final int INET = 2;
  static final int INET6 = 10;

  /// Bytes: more than a sockaddr_un has.
  static final int ROOM = 128;

  static final int PORT = 2;
  static final int IPV4_ADDRESS = 4;
  private static final int IPV4_SIZE = 16;
  static final int IPV6_ADDRESS = 8;
  static final int SCOPE = 24;
  private static final int IPV6_SIZE = 28;

  private static final SocketAddress UNNAMED = UnixDomainSocketAddress.of("");

  private final MemorySegment memory;
  private final ByteBuffer net; // in the network's order of bytes
  private final ByteBuffer own; // in this machine's

  SocketName(Arena arena) {
    memory = arena.allocate(ROOM, 8);
    net = memory.asByteBuffer().order(ByteOrder.BIG_ENDIAN);
    own = memory.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  static int family(boolean ipv6) {
    return ipv6 ? INET6 : INET;
  }

  long at() {
    return memory.address();
  }

  /// Returns its length.
  ///
  /// @param ipv6 the socket's family
  int write(InetSocketAddress address, boolean ipv6) {
    var bytes = address.getAddress().getAddress();
    memory.set(JAVA_SHORT, 0, (short) family(ipv6));
    net.putShort(PORT, (short) address.getPort());
    if (!ipv6) {
      net.put(IPV4_ADDRESS, bytes);
      return IPV4_SIZE;
    }
    own.putInt(4, 0); // flow
    net.put(IPV6_ADDRESS, bytes);
    own.putInt(SCOPE, address.getAddress() instanceof Inet6Address v6 ? v6.getScopeId() : 0);
    return IPV6_SIZE;
  }

  /// Returns its length.
  int write(boolean ipv6, long high, long low, int port, int scope) {
    return write(own, net, 0, ipv6, high, low, port, scope);
  }

  /// The same in memory of somebody else. Returns its length.
  ///
  /// @param own the memory in this machine's order of bytes
  /// @param net the same in the network's
  /// @param at where it begins
  /// @param high bits 0 to 63 of the address, IPv4's in its mapped form
  static int write(
      ByteBuffer own,
      ByteBuffer net,
      int at,
      boolean ipv6,
      long high,
      long low,
      int port,
      int scope) {
    own.putShort(at, (short) family(ipv6));
    net.putShort(at + PORT, (short) port);
    if (!ipv6) {
      net.putInt(at + IPV4_ADDRESS, (int) low);
      return IPV4_SIZE;
    }
    own.putInt(at + 4, 0); // flow
    net.putLong(at + IPV6_ADDRESS, high);
    net.putLong(at + IPV6_ADDRESS + Long.BYTES, low);
    own.putInt(at + SCOPE, scope);
    return IPV6_SIZE;
  }

  /// What the kernel has written there; a Unix socket's name is left away.
  SocketAddress read() {
    int family = memory.get(JAVA_SHORT, 0);
    if (family != INET && family != INET6) {
      return UNNAMED;
    }
    var bytes = new byte[family == INET ? 4 : 16];
    net.get(family == INET ? IPV4_ADDRESS : IPV6_ADDRESS, bytes);
    int scope = family == INET ? 0 : own.getInt(SCOPE);
    try {
      var address =
          scope == 0
              ? InetAddress.getByAddress(bytes)
              : Inet6Address.getByAddress(null, bytes, scope);
      return new InetSocketAddress(address, Short.toUnsignedInt(net.getShort(PORT)));
    } catch (UnknownHostException e) {
      throw new AssertionError(e); // only a wrong length is refused
    }
  }
}
