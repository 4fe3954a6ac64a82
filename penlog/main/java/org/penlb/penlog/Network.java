package org.penlb.penlog;

/// Addresses that agree in their first bits: who may send lines.
///
/// Owned by: immutable.
///
/// @param high the first bits, and zeros
record Network(long high, long low, int bits) {
  private static final int IPV4_BITS = 32;
  private static final int BITS = 128;

  /// Reads `ADDRESS` or `ADDRESS/LENGTH`.
  ///
  /// @return null if it is neither
  static Network parse(String text) {
    int slash = text.indexOf('/');
    var literal = slash < 0 ? text : text.substring(0, slash);
    var address = literal.contains("%") ? null : Address.parse(literal);
    if (address == null) {
      return null;
    }
    int most = literal.contains(":") ? BITS : IPV4_BITS;
    int length = slash < 0 ? most : length(text.substring(slash + 1), most);
    if (length < 0) {
      return null;
    }
    int bits = BITS - most + length;
    return new Network(address.high() & highMask(bits), address.low() & lowMask(bits), bits);
  }

  private static int length(String text, int most) {
    int length = text.matches("0|[1-9][0-9]{0,2}") ? Integer.parseInt(text) : -1;
    return length <= most ? length : -1;
  }

  private static long highMask(int bits) {
    return bits >= Long.SIZE ? -1 : ~(-1L >>> bits);
  }

  private static long lowMask(int bits) {
    if (bits <= Long.SIZE) {
      return 0;
    }
    return bits == BITS ? -1 : ~(-1L >>> (bits - Long.SIZE));
  }

  boolean contains(long addressHigh, long addressLow) {
    return (addressHigh & highMask(bits)) == high && (addressLow & lowMask(bits)) == low;
  }
}
