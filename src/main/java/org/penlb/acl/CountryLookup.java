package org.penlb.acl;

/// Says where an address is.
///
/// Owned by: shared (all loops ask at once, for each client whom an entry with a country may
/// concern: an answer comes at once, and never as an exception).
@FunctionalInterface
public interface CountryLookup {
  /// Knows no country.
  CountryLookup NONE = _ -> null;

  /// The code of ISO 3166-1 in two upper-case letters, or null if it is not known.
  String country(ClientAddress address);
}
