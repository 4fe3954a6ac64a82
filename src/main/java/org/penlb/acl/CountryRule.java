package org.penlb.acl;

import java.util.Locale;
import java.util.regex.Pattern;

/// @param country two letters in upper case
record CountryRule(boolean permit, String country) implements AccessRule {
  /// Letters beyond ASCII whose upper case is within it do not count.
  private static final Pattern FORM = Pattern.compile("[A-Za-z]{2}");

  private static final int LETTERS = 26;

  /// One more than the greatest [#number].
  static final int CODES = LETTERS * LETTERS;

  static CountryRule parse(boolean permit, String country) throws BadRuleException {
    if (country == null || !FORM.matcher(country).matches()) {
      throw new BadRuleException(
          "country is '" + (country == null ? "" : country) + "', expected two letters such as SE");
    }
    return new CountryRule(permit, country.toUpperCase(Locale.ROOT));
  }

  /// Counts codes, from AA; -1 for what is none, null among it.
  static int number(String code) {
    if (code == null || code.length() != 2) {
      return -1;
    }
    int first = code.charAt(0) - 'A';
    int second = code.charAt(1) - 'A';
    boolean letters = first >= 0 && first < LETTERS && second >= 0 && second < LETTERS;
    return letters ? first * LETTERS + second : -1;
  }

  @Override
  public String toString() {
    return (permit ? "permit" : "deny") + " country " + country;
  }
}
