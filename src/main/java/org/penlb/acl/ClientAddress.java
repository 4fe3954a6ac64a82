package org.penlb.acl;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/// The address that makes a client: 128 bits, without port or scope.
///
/// Owned by: immutable. An IPv4 address is held in its IPv4-mapped form (RFC 4291 section 2.5.5.2),
/// so that `::ffff:192.0.2.1` and `192.0.2.1` are one client. Everybody who comes through a Unix
/// socket is one client too, [#UNIX].
public final class ClientAddress implements Comparable<ClientAddress> {
  /// A client on a Unix socket. A multicast address, which is never the source of a packet, stands
  /// for it; whoever gives it as theirs, in a header say, is taken for its neighbour. It must be
  /// the last of all addresses, so that no prefix of another address is it.
  public static final ClientAddress UNIX = new ClientAddress(-1, -1);

  private static final long MAPPED = 0xffff_0000_0000L;
  private static final long MAPPED_MASK = 0xffff_ffff_0000_0000L;

  /// Differs from process to process, so that nobody can choose addresses that collide in a table.
  private static final long[] SEED = new SecureRandom().longs(2).toArray();

  private final long high;
  private final long low;

  private ClientAddress(long high, long low) {
    this.high = high;
    this.low = low;
  }

  /// The address with these bits, as far as somebody in a network can have it.
  public static ClientAddress ofBits(long high, long low) {
    return new ClientAddress(high, (high & low) == -1 ? low - 1 : low);
  }

  static ClientAddress ofIpv4(int bits) {
    return new ClientAddress(0, MAPPED | Integer.toUnsignedLong(bits));
  }

  public static ClientAddress of(SocketAddress address) {
    return address instanceof InetSocketAddress inet ? of(inet.getAddress()) : UNIX;
  }

  public static ClientAddress of(InetAddress address) {
    var bytes = address.getAddress();
    return bytes.length == 4
        ? ofIpv4((int) bits(bytes, 0, 4))
        : ofBits(bits(bytes, 0, 8), bits(bytes, 8, 16));
  }

  /// Parses a dotted quad or an IPv6 address, without port, brackets, prefix length or scope. Never
  /// asks a name server. `unix` is not taken: this may be text from a client, who could then claim
  /// to be on the machine.
  public static ClientAddress parse(String text) throws BadAddressException {
    return AddressLiteral.parse(text);
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

  public boolean isUnix() {
    return (high & low) == -1;
  }

  /// The network of this address: its first `bits4` of 32 bits if it is IPv4, else its first
  /// `bits6` of 128, followed by zeros. Clients on Unix sockets have no network but themselves.
  ///
  /// @param bits4 from 0 to 32
  /// @param bits6 from 0 to 128
  public ClientAddress prefix(int bits4, int bits6) {
    assert bits4 >= 0 && bits4 <= 32 && bits6 >= 0 && bits6 <= 128 : bits4 + ", " + bits6;
    int bits = isIpv4() ? 96 + bits4 : bits6;
    return bits == 128 || isUnix() ? this : ofBits(high & highMask(bits), low & lowMask(bits));
  }

  /// The first address of the same family after the network of which this is the first, or null.
  ///
  /// @param bits of 32 or 128, as the family has them
  ClientAddress afterPrefix(int bits) {
    int ones = isIpv4() ? 96 + bits : bits;
    long nextLow = (low | ~lowMask(ones)) + 1;
    long nextHigh = (high | ~highMask(ones)) + (nextLow == 0 ? 1 : 0);
    var next = ofBits(nextHigh, nextLow);
    return (nextHigh | nextLow) == 0 || next.isIpv4() != isIpv4() ? null : next;
  }

  /// The first half of 128 bits of which the first `ones` are 1. A shift by 64 would be none.
  static long highMask(int ones) {
    return ones == 0 ? 0 : ones >= 64 ? -1 : -1L << (64 - ones);
  }

  static long lowMask(int ones) {
    return ones <= 64 ? 0 : -1L << (128 - ones);
  }

  /// 4 or 16 of them.
  public byte[] bytes() {
    var bytes = ByteBuffer.allocate(isIpv4() ? 4 : 16);
    return isIpv4() ? bytes.putInt((int) low).array() : bytes.putLong(high).putLong(low).array();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClientAddress that && high == that.high && low == that.low;
  }

  /// All 128 bits of a product, folded. With a secret in both factors nobody knows what differences
  /// of the factors cancel each other out. (As in wyhash, Wang Yi 2019.)
  @Override
  public int hashCode() {
    long a = high ^ SEED[0];
    long b = low ^ SEED[1];
    long mixed = a * b ^ Math.unsignedMultiplyHigh(a, b);
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
    return isUnix() ? "unix" : ipv6();
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
