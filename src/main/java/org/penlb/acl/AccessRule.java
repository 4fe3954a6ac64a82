package org.penlb.acl;

import java.util.List;

/// One entry of an access list: who is permitted or denied, by address or by country.
///
/// Owned by: immutable.
///
/// | written | matches |
/// | --- | --- |
/// | `permit 192.0.2.1` | that client |
/// | `permit 192.0.2.0 255.255.255.0` | clients with the bits that are set in the mask, which may be any |
/// | `permit 192.0.2.0/24` | the same (Deviation from pen: taken for IPv4 too) |
/// | `permit 2001:db8::1`, `permit 2001:db8::/32` | IPv6 clients |
/// | `permit country SE` | clients there, if a database of countries is in use |
///
/// Bits of the address beyond the mask do not count. `::ffff:192.0.2.0/120` is `192.0.2.0/24`, but
/// an IPv6 prefix shorter than 96 bits matches no IPv4 client: who denies `::/0` means IPv6.
public sealed interface AccessRule permits AddressRule, CountryRule {
  boolean permit();

  /// The entry as in a configuration file, in one form whatever it was parsed from: masks for IPv4,
  /// prefixes for IPv6. Parsed again, it gives an equal rule.
  @Override
  String toString();

  /// Parses what follows `acl N`.
  static AccessRule parse(List<String> words) throws BadRuleException {
    var first = words.isEmpty() ? "" : words.getFirst();
    if (!first.equals("permit") && !first.equals("deny")) {
      throw new BadRuleException("access list entry is '" + first + "', expected permit or deny");
    }
    boolean permit = first.equals("permit");
    if (words.size() < 2 || words.size() > 3) {
      throw new BadRuleException(
          "access list entry is '"
              + String.join(" ", words)
              + "', expected "
              + first
              + " and ADDRESS, ADDRESS MASK, ADDRESS/LENGTH or country CODE");
    }
    var second = words.get(1);
    var third = words.size() == 3 ? words.get(2) : null;
    return second.equals("country")
        ? CountryRule.parse(permit, third)
        : AddressRule.parse(permit, second, third);
  }
}
