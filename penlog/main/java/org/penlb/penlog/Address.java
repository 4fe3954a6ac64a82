package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// Owned by: immutable.
///
/// An IP address as 128 bits, an IPv4 one in its mapped form (RFC 4291 section 2.5.5.2), so that
/// different spellings of an address are one, and a socket for both families has no say in it. The
/// zone of a link-local address does not count.
///
/// @param high bits 0 to 63
/// @param low bits 64 to 127
public record Address(long high, long low) {
  private static final long MAPPED = 0xffff_0000_0000L;

  /// `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`.
  private static final int MAX_LENGTH = 45;

  public static Address ofIpv4(int bits) {
    return new Address(0, MAPPED | Integer.toUnsignedLong(bits));
  }

  public static Address of(InetAddress address) {
    var bytes = ByteBuffer.wrap(address.getAddress());
    return address instanceof Inet6Address
        ? new Address(bytes.getLong(), bytes.getLong())
        : ofIpv4(bytes.getInt());
  }

  /// Reads an address; names are not looked up.
  ///
  /// @return null if it is none
  public static Address parse(String text) {
    var bytes = text.getBytes(ISO_8859_1); // beyond it, there is no address
    return parse(bytes, 0, bytes.length);
  }

  /// Reads an address in an array.
  ///
  /// @param to behind its last byte
  /// @return null if it is none
  public static Address parse(byte[] text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] == ':') {
        return ipv6(text, from, to);
      }
    }
    long bits = ipv4(text, from, to);
    return bits < 0 ? null : ofIpv4((int) bits);
  }

  /// The 32 bits of a dotted quad, or -1. Without an object: each line from pen names its server.
  private static long ipv4(byte[] text, int from, int to) {
    long bits = 0;
    int octet = -1;
    int dots = 0;
    for (int i = from; i < to; i++) {
      int c = text[i];
      if (c >= '0' && c <= '9' && octet != 0 && octet < 256) {
        octet = Math.max(octet, 0) * 10 + c - '0'; // a leading zero would mean octal to some
      } else if (c == '.' && octet >= 0 && octet < 256 && dots < 3) {
        bits = bits << 8 | octet;
        octet = -1;
        dots++;
      } else {
        return -1;
      }
    }
    return dots == 3 && octet >= 0 && octet < 256 ? bits << 8 | octet : -1;
  }

  private static Address ipv6(byte[] text, int from, int to) {
    int end = from;
    while (end < to && text[end] != '%') {
      end++;
    }
    if (end - from > MAX_LENGTH) {
      return null;
    }
    try {
      return of(InetAddress.ofLiteral(new String(text, from, end - from, ISO_8859_1)));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
