package org.penlb.acl;

/// An entry for the addresses that agree with `network` in the bits of the mask. That of an IPv4
/// rule begins with the 96 bits that make an address IPv4.
///
/// @param network with zeros beyond the mask
record AddressRule(boolean permit, ClientAddress network, long highMask, long lowMask)
    implements AccessRule {
  private static final int IPV4_BITS = 32;
  private static final int BITS = 128;

  /// The mask of all of IPv4.
  private static final long IPV4_MASK = ClientAddress.lowMask(BITS - IPV4_BITS);

  /// @param mask null if there was none
  static AddressRule parse(boolean permit, String address, String mask) throws BadRuleException {
    int slash = address.indexOf('/');
    var network = address(slash < 0 ? address : address.substring(0, slash));
    boolean ipv6 = AddressLiteral.isIpv6(address);
    if (mask != null && (slash >= 0 || ipv6)) {
      throw new BadRuleException(
          "access list entry has the mask '"
              + mask
              + "' after '"
              + address
              + "', expected "
              + (ipv6 ? "ADDRESS/LENGTH for IPv6" : "one of /LENGTH and MASK"));
    }
    if (mask != null) {
      return of(permit, network, -1, IPV4_MASK | mask(mask));
    }
    int most = ipv6 ? BITS : IPV4_BITS;
    int length = slash < 0 ? most : length(address.substring(slash + 1), most);
    int ones = BITS - most + length;
    return of(permit, network, ClientAddress.highMask(ones), ClientAddress.lowMask(ones));
  }

  private static AddressRule of(boolean permit, ClientAddress address, long high, long low) {
    var network = ClientAddress.ofBits(address.high() & high, address.low() & low);
    return new AddressRule(permit, network, high, low);
  }

  private static ClientAddress address(String text) throws BadRuleException {
    try {
      return AddressLiteral.parse(text);
    } catch (BadAddressException e) {
      throw new BadRuleException(e.getMessage());
    }
  }

  private static long mask(String text) throws BadRuleException {
    long mask = AddressLiteral.ipv4(text);
    if (mask < 0) {
      throw new BadRuleException(
          "mask is '" + text + "', expected four numbers from 0 to 255 such as 255.255.255.0");
    }
    return mask;
  }

  private static int length(String text, int most) throws BadRuleException {
    int length = AddressLiteral.decimal(text, most);
    if (length < 0) {
      throw new BadRuleException(
          "prefix length is '" + text + "', expected a number from 0 to " + most);
    }
    return length;
  }

  boolean isIpv4() {
    return network.isIpv4();
  }

  /// The bits of the mask are the first ones, as nearly always.
  boolean isPrefix() {
    int ones = ones();
    return highMask == ClientAddress.highMask(ones) && lowMask == ClientAddress.lowMask(ones);
  }

  int ones() {
    return Long.bitCount(highMask) + Long.bitCount(lowMask);
  }

  @Override
  public String toString() {
    return (permit ? "permit " : "deny ")
        + network
        + (isIpv4() ? " " + ClientAddress.ofIpv4((int) lowMask) : "/" + ones());
  }
}
