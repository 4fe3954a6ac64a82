package org.penlb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import org.penlb.acl.AccessList;
import org.penlb.acl.AccessLists;
import org.penlb.acl.CountryDatabase;
import org.penlb.acl.CountryLookup;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.UnavailableException;
import org.penlb.unix.Filesystem;

/// The access lists in force and the database of countries behind them. A list is made anew only
/// where its entries, or the countries that it asks for, have changed.
///
/// Owned by: whoever changes the configuration, one at a time; any thread may ask for [#lists].
final class ListsInForce {
  private volatile AccessLists lists = AccessLists.OPEN;
  private Countries countries = Countries.NONE;

  /// @param time when the file was changed last, as of its reading
  private record Countries(Path file, FileTime time, CountryLookup lookup) {
    static final Countries NONE = new Countries(null, null, CountryLookup.NONE);
  }

  /// Lists that are made but not in force yet.
  static final class Prepared {
    private final AccessLists lists;
    private final Countries countries;

    private Prepared(AccessLists lists, Countries countries) {
      this.lists = lists;
      this.countries = countries;
    }
  }

  /// Makes what a configuration asks for.
  ///
  /// @param anew the database of countries is read again if its file has changed
  /// @throws IOException if the database cannot be read
  /// @throws BadSettingException if there is none and a list has countries
  Prepared prepare(Configuration configuration, boolean anew)
      throws IOException, BadSettingException {
    var next = countries(configuration.geoip(), anew);
    var made = new ArrayList<AccessList>();
    for (int i = 0; i < AccessLists.COUNT; i++) {
      var rules = configuration.lists().get(i);
      var old = lists.list(i);
      boolean same = rules.equals(old.rules()) && (next.equals(countries) || !old.usesCountries());
      var list = same ? old : AccessList.of(rules, next.lookup());
      if (list.usesCountries() && next.file() == null) {
        throw new BadSettingException(
            "acl %d has countries, but there is no database of countries, expected `geoip FILE`"
                .formatted(i),
            "/acl " + i);
      }
      made.add(list);
    }
    return new Prepared(new AccessLists(made), next);
  }

  private Countries countries(Path file, boolean anew) throws IOException {
    if (file == null) {
      return Countries.NONE;
    }
    boolean same = file.equals(countries.file());
    if (same && !anew) {
      return countries; // a file that is just being replaced is no reason to refuse other changes
    }
    var path = Filesystem.visible(file);
    var time = Files.exists(path) ? Files.getLastModifiedTime(path) : null;
    if (same && time != null && time.equals(countries.time())) {
      return countries;
    }
    try {
      return new Countries(file, time, CountryDatabase.open(path));
    } catch (IOException e) {
      throw new UnavailableException("/geoip", e);
    }
  }

  /// Those in force; from any thread.
  AccessLists lists() {
    return lists;
  }

  AccessLists commit(Prepared prepared) {
    lists = prepared.lists;
    countries = prepared.countries;
    return lists;
  }
}
