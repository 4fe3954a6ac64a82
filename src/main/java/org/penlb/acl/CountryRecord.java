package org.penlb.acl;

import com.maxmind.db.MaxMindDbParameter;

/// What is read of a record in a database of countries or cities; the rest, names in many languages
/// and coordinates, is skipped. The two are public because the library makes them by reflection.
///
/// Owned by: immutable.
final class CountryRecord {
  /// One record, of a network or several.
  ///
  /// @param country where the address is used; null if that is not known
  /// @param registered where it was registered
  public record Network(
      @MaxMindDbParameter(name = "country") Country country,
      @MaxMindDbParameter(name = "registered_country") Country registered) {

    /// Two upper-case letters, or null.
    String code() {
      var code = code(country);
      return code == null ? code(registered) : code;
    }

    private static String code(Country country) {
      return country != null && CountryRule.number(country.code()) >= 0 ? country.code() : null;
    }
  }

  public record Country(@MaxMindDbParameter(name = "iso_code") String code) {}

  private CountryRecord() {}
}
