package org.penlb.acl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Who may do something: the first entry that matches a client decides. A client whom none matches
/// gets the opposite of the last entry, whatever that is about; an empty list permits everybody.
///
/// Owned by: immutable. A list in use is replaced as a whole.
///
/// Clients on Unix sockets are always permitted, as entries are about addresses and countries, of
/// which they have none: the permissions of the socket's file say who may come. Deviation from pen:
/// the default is the opposite of the last entry for clients of both families; the classic one
/// takes it from entries for the other family.
///
/// A look-up takes two steps more where there are twice as many prefixes, one for each other mask
/// that occurs, and no memory. Countries are asked for only where an entry with a country may
/// decide.
public final class AccessList {
  public static final AccessList EMPTY = of(List.of(), CountryLookup.NONE);

  private final List<AccessRule> rules;
  private final CountryLookup countries;
  private final PrefixTable ipv4;
  private final PrefixTable ipv6;
  private final OddMasks oddMasks;

  /// By [CountryRule#number], the first entry for each country, or [PrefixTable#NONE]; empty if
  /// there is no such entry at all.
  private final int[] byCountry;

  /// The first entry with a country.
  private final int firstCountry;

  private final boolean permitsOthers;

  private AccessList(List<AccessRule> rules, CountryLookup countries) {
    this.rules = List.copyOf(rules);
    this.countries = Objects.requireNonNull(countries);
    var prefixes4 = new ArrayList<PrefixTable.Prefix>();
    var prefixes6 = new ArrayList<PrefixTable.Prefix>();
    var odd = new ArrayList<Integer>();
    var codes = new int[CountryRule.CODES];
    Arrays.fill(codes, PrefixTable.NONE);
    int country = PrefixTable.NONE;
    for (int i = 0; i < this.rules.size(); i++) {
      switch (this.rules.get(i)) {
        case CountryRule rule -> {
          int number = CountryRule.number(rule.country());
          codes[number] = Math.min(codes[number], i);
          country = Math.min(country, i);
        }
        case AddressRule rule when !rule.isPrefix() -> odd.add(i);
        case AddressRule rule ->
            (rule.isIpv4() ? prefixes4 : prefixes6).add(new PrefixTable.Prefix(rule, i));
      }
    }
    ipv4 = PrefixTable.of(prefixes4);
    ipv6 = PrefixTable.of(prefixes6);
    oddMasks = OddMasks.of(this.rules, odd);
    byCountry = country == PrefixTable.NONE ? new int[0] : codes;
    firstCountry = country;
    permitsOthers = this.rules.isEmpty() || !this.rules.getLast().permit();
  }

  /// Compiles a list.
  ///
  /// @param countries [CountryLookup#NONE] if there is no database: entries with countries then
  ///   match nobody
  public static AccessList of(List<AccessRule> rules, CountryLookup countries) {
    return new AccessList(rules, countries);
  }

  public List<AccessRule> rules() {
    return rules;
  }

  public boolean isEmpty() {
    return rules.isEmpty();
  }

  /// Some entry is about a country.
  public boolean usesCountries() {
    return firstCountry != PrefixTable.NONE;
  }

  public boolean permits(ClientAddress address) {
    int index = decidingRule(address);
    return index < 0 ? permitsOthers || address.isUnix() : rules.get(index).permit();
  }

  /// The index of the entry that decides, or -1 if none matches.
  public int decidingRule(ClientAddress address) {
    if (address.isUnix()) {
      return -1;
    }
    int index =
        address.isIpv4()
            ? oddMasks.find((int) address.low(), ipv4.find(address))
            : ipv6.find(address);
    if (firstCountry < index) {
      int number = CountryRule.number(countries.country(address));
      index = number < 0 ? index : Math.min(index, byCountry[number]);
    }
    return index == PrefixTable.NONE ? -1 : index;
  }
}
