package org.penlb.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The characters of HTTP/1.x.
///
/// Owned by: immutable.
final class Ascii {
  static final byte CR = '\r';
  static final byte LF = '\n';

  /// The characters of a token (RFC 9110 section 5.6.2) from 0 to 63 and from 64 to 127, as bits.
  private static final long TOKEN_LOW = bits("!#$%&'*+-.0123456789");

  private static final long TOKEN_HIGH =
      bits("^_`|~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

  private Ascii() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static boolean isToken(byte b) {
    // A shift distance is taken modulo 64.
    return b >= 0 && ((b < 64 ? TOKEN_LOW : TOKEN_HIGH) >>> b & 1) != 0;
  }

  /// Neither a control character nor a space; bytes above 0x7f count, as servers let them pass.
  static boolean isVisible(byte b) {
    return (b > ' ' && b != 0x7f) || b < 0;
  }

  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /// The letter in lower case, any other byte as it is.
  static byte lower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b | 0x20) : b;
  }

  /// The index of the first line feed, or `to`.
  static int lineFeed(ByteBuffer in, int from, int to) {
    int i = from;
    while (i < to && in.get(i) != LF) {
      i++;
    }
    return i;
  }

  private static long bits(String characters) {
    return characters.chars().mapToLong(c -> 1L << c).reduce(0, (a, b) -> a | b);
  }
}
