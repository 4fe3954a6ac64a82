package org.penlb.acl;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.SecureRandom;

/// The address that makes a client: 128 bits, without port or scope.
///
/// Owned by: immutable. An IPv4 address is held in its IPv4-mapped form (RFC 4291 section 2.5.5.2),
/// so that `::ffff:192.0.2.1` and `192.0.2.1` are one client. Everybody who comes through a Unix
/// socket is one client too, [#UNIX].
public final class ClientAddress implements Comparable<ClientAddress> {
  /// A client on a Unix socket. `::` is never the source of a connection, so it cannot be confused.
  public static final ClientAddress UNIX = new ClientAddress(0, 0);

  private static final long MAPPED = 0xffff_0000_0000L;
  private static final long MAPPED_MASK = 0xffff_ffff_0000_0000L;

  /// Differs from process to process, so that nobody can choose addresses that collide in a table.
  private static final long SEED = new SecureRandom().nextLong();

  private final long high;
  private final long low;

  private ClientAddress(long high, long low) {
    this.high = high;
    this.low = low;
  }

  public static ClientAddress of(SocketAddress address) {
    return address instanceof InetSocketAddress inet ? of(inet.getAddress()) : UNIX;
  }

  public static ClientAddress of(InetAddress address) {
    var bytes = address.getAddress();
    return bytes.length == 4
        ? new ClientAddress(0, MAPPED | bits(bytes, 0, 4))
        : new ClientAddress(bits(bytes, 0, 8), bits(bytes, 8, 16));
  }

  private static long bits(byte[] bytes, int from, int to) {
    long bits = 0;
    for (int i = from; i < to; i++) {
      bits = (bits << 8) | (bytes[i] & 0xff);
    }
    return bits;
  }

  /// Bits 0 to 63, the network half of an IPv6 address.
  public long high() {
    return high;
  }

  /// Bits 64 to 127; of an IPv4 address `0000:ffff` and the address.
  public long low() {
    return low;
  }

  public boolean isIpv4() {
    return high == 0 && (low & MAPPED_MASK) == MAPPED;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClientAddress that && high == that.high && low == that.low;
  }

  @Override
  public int hashCode() {
    long mixed = ((high ^ SEED) * 0x9e37_79b9_7f4a_7c15L) ^ low;
    mixed = (mixed ^ (mixed >>> 32)) * 0xd6e8_feb8_6659_fd93L;
    return (int) (mixed ^ (mixed >>> 32));
  }

  /// By number; lets a hash table whose bins collide fall back to a tree.
  @Override
  public int compareTo(ClientAddress that) {
    int byHigh = Long.compareUnsigned(high, that.high);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, that.low);
  }

  /// As in a log: dotted for IPv4, RFC 5952 for IPv6, `unix` for a Unix socket.
  @Override
  public String toString() {
    if (isIpv4()) {
      return ((low >>> 24) & 0xff)
          + "."
          + ((low >>> 16) & 0xff)
          + "."
          + ((low >>> 8) & 0xff)
          + "."
          + (low & 0xff);
    }
    return equals(UNIX) ? "unix" : ipv6();
  }

  private String ipv6() {
    int gapStart = -1;
    int gapLength = 1; // a single zero group is not shortened (RFC 5952 section 4.2.2)
    for (int i = 0; i < 8; i++) {
      int length = 0;
      while (i + length < 8 && group(i + length) == 0) {
        length++;
      }
      if (length > gapLength) {
        gapStart = i;
        gapLength = length;
      }
    }
    var text = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapLength - 1;
      } else {
        if (i > 0 && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(group(i)));
      }
    }
    return text.toString();
  }

  private int group(int index) {
    long half = index < 4 ? high : low;
    return (int) (half >>> (48 - 16 * (index & 3))) & 0xffff;
  }
}
