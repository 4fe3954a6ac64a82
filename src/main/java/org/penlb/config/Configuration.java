package org.penlb.config;

import java.nio.file.Path;
import java.util.List;
import org.penlb.acl.AccessRule;

/// Everything about a pen that can be set while it runs.
///
/// Owned by: immutable. A change makes a new one, which takes effect as a whole or not at all.
///
/// @param services at least one; the first is the one that plain commands are about
/// @param lists the access lists 0 to 9
/// @param controlAcl the list that control connections are checked against
/// @param tarpitAcl accepted for classic configurations, without effect; -1: none
/// @param debug how much diagnostics say
/// @param webStats where the HTML report goes; null: to the diagnostics, as text
/// @param geoip the database of countries for access lists; null for none
public record Configuration(
    List<ServiceConfig> services,
    List<List<AccessRule>> lists,
    int controlAcl,
    int tarpitAcl,
    int debug,
    Path webStats,
    Path geoip) {
  public Configuration {
    services = List.copyOf(services);
    lists = lists.stream().map(List::copyOf).toList();
  }

  /// The service of that name, or null.
  public ServiceConfig service(String name) {
    for (var service : services) {
      if (service.name().equals(name)) {
        return service;
      }
    }
    return null;
  }
}
