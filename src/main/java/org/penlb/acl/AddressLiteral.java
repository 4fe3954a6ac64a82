package org.penlb.acl;

import java.util.HexFormat;

/// Addresses in text, strictly: what the JDK takes besides (`1`, `1.2`, `0x7f.1`, `010.0.0.1`,
/// `fe80::1%eth0`) means other addresses to other programs, and is refused.
final class AddressLiteral {
  /// `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`.
  private static final int MAX_LENGTH = 45;

  private static final int GROUPS = 8;

  private AddressLiteral() {}

  static ClientAddress parse(String text) throws BadAddressException {
    if (isIpv6(text)) {
      return ipv6(text);
    }
    long bits = ipv4(text);
    if (bits < 0) {
      throw new BadAddressException(
          "address is '"
              + text
              + "', expected an IPv4 address such as 192.0.2.1 or an IPv6 address such as"
              + " 2001:db8::1");
    }
    return ClientAddress.ofIpv4((int) bits);
  }

  /// As far as one can tell without understanding it.
  static boolean isIpv6(String text) {
    return text.indexOf(':') >= 0;
  }

  /// The 32 bits of a dotted quad, or -1.
  static long ipv4(String text) {
    var octets = text.length() > MAX_LENGTH ? new String[0] : text.split("\\.", -1);
    if (octets.length != 4) {
      return -1;
    }
    long bits = 0;
    for (var octet : octets) {
      int value = decimal(octet, 255);
      if (value < 0) {
        return -1;
      }
      bits = bits << 8 | value;
    }
    return bits;
  }

  /// A number from 0 to `most` without leading zeros, which would mean octal to some; else -1.
  static int decimal(String text, int most) {
    if (text.isEmpty()
        || text.length() > 3
        || (text.length() > 1 && text.charAt(0) == '0')
        || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int value = Integer.parseInt(text);
    return value <= most ? value : -1;
  }

  private static ClientAddress ipv6(String text) throws BadAddressException {
    var groups = new int[GROUPS];
    int gap = text.indexOf("::");
    boolean good;
    if (text.length() > MAX_LENGTH) {
      good = false;
    } else if (gap < 0) {
      good = groups(text, true, groups) == GROUPS;
    } else {
      var right = new int[GROUPS];
      int before = groups(text.substring(0, gap), false, groups);
      int after = groups(text.substring(gap + 2), true, right);
      good = before >= 0 && after >= 0 && before + after < GROUPS;
      if (good) {
        System.arraycopy(right, 0, groups, GROUPS - after, after);
      }
    }
    if (!good) {
      throw new BadAddressException(
          "address is '" + text + "', expected an IPv6 address such as 2001:db8::1");
    }
    return ClientAddress.ofBits(half(groups, 0), half(groups, 4));
  }

  /// Reads groups divided by single colons. The last may be two in the form of a dotted quad.
  ///
  /// @return their number, or -1
  private static int groups(String text, boolean mayEndInIpv4, int[] groups) {
    if (text.isEmpty()) {
      return 0;
    }
    var parts = text.split(":", -1);
    int count = 0;
    for (int i = 0; i < parts.length; i++) {
      long ipv4 = mayEndInIpv4 && i == parts.length - 1 ? ipv4(parts[i]) : -1;
      if (count + (ipv4 < 0 ? 1 : 2) > GROUPS || (ipv4 < 0 && !isGroup(parts[i]))) {
        return -1;
      }
      if (ipv4 < 0) {
        groups[count++] = HexFormat.fromHexDigits(parts[i]);
      } else {
        groups[count++] = (int) (ipv4 >>> 16);
        groups[count++] = (int) ipv4 & 0xffff;
      }
    }
    return count;
  }

  private static boolean isGroup(String text) {
    return !text.isEmpty() && text.length() <= 4 && text.chars().allMatch(HexFormat::isHexDigit);
  }

  private static long half(int[] groups, int from) {
    return (long) groups[from] << 48
        | (long) groups[from + 1] << 32
        | (long) groups[from + 2] << 16
        | groups[from + 3];
  }
}
