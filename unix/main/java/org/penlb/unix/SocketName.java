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

  private static final int PORT = 2;
  private static final int IPV4_ADDRESS = 4;
  private static final int IPV4_SIZE = 16;
  private static final int IPV6_ADDRESS = 8;
  private static final int SCOPE = 24;
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

  long at() {
    return memory.address();
  }

  /// Returns its length.
  ///
  /// @param ipv6 the socket's family
  int write(InetSocketAddress address, boolean ipv6) {
    var bytes = address.getAddress().getAddress();
    memory.set(JAVA_SHORT, 0, (short) (ipv6 ? INET6 : INET));
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
