package org.penlb.language;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.penlb.acl.AccessLists;
import org.penlb.acl.AccessRule;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.ServiceConfig;

/// A configuration in the making, changed by commands. Nothing takes effect before all is checked.
///
/// Owned by: the thread that reads a configuration or a command.
public final class Draft {
  /// More services in one process than anybody has asked for.
  private static final int SERVICES_MAX = 256;

  /// Entries of all access lists together; each costs some 100 bytes, and a line of a file that
  /// [ConfigurationReader] can read as a whole.
  private static final int RULES_MAX = 1_000_000;

  /// No service has this name: `no service all`.
  static final String ALL = "all";

  final List<ServiceDraft> services = new ArrayList<>();
  final List<List<AccessRule>> lists = new ArrayList<>();
  int controlAcl;
  int tarpitAcl = -1;
  int debug;
  Path webStats;
  Path geoip;

  private final List<Blacklisting> blacklistings = new ArrayList<>();
  private final List<Draining> drainings = new ArrayList<>();
  private final ServiceConfig defaults;

  /// The command line is about the first service, as long as nothing has removed that.
  private boolean firstIsUdp;

  /// An order to leave a server out for so long; it is no part of the configuration.
  ///
  /// @param time zero brings the server back
  public record Blacklisting(String service, int slot, Duration time) {}

  /// An order to drain a server: as long as the configuration says, but from now on.
  public record Draining(String service, int slot) {}

  /// One without any service.
  ///
  /// @param defaults what the options of the command line make of a service: all of it for the
  ///   first one, the settings for each
  public Draft(ServiceConfig defaults) {
    this.defaults = defaults;
    this.firstIsUdp = defaults.udp();
    while (lists.size() < AccessLists.COUNT) {
      lists.add(new ArrayList<>());
    }
  }

  public static Draft of(Configuration configuration, ServiceConfig defaults) {
    var draft = new Draft(defaults);
    for (var service : configuration.services()) {
      draft.services.add(new ServiceDraft(service));
    }
    for (int i = 0; i < AccessLists.COUNT; i++) {
      draft.lists.get(i).addAll(configuration.lists().get(i));
    }
    draft.controlAcl = configuration.controlAcl();
    draft.tarpitAcl = configuration.tarpitAcl();
    draft.debug = configuration.debug();
    draft.webStats = configuration.webStats();
    draft.geoip = configuration.geoip();
    return draft;
  }

  /// What the command line says beside the services.
  public void process(int debugLevel, Path report) {
    debug = debugLevel;
    webStats = report;
  }

  boolean isEmpty() {
    return services.isEmpty();
  }

  /// The service of that name, made if there is none.
  ///
  /// @param udp it has to be one of UDP; otherwise it may be, if it is there already or the first
  ServiceDraft open(String name, boolean udp) throws BadSettingException {
    var known = find(name);
    if (known != null) {
      if (udp && !known.udp) {
        throw new BadSettingException(
            "service %s udp: it is one of TCP already, expected another name, or `no service %s`"
                    .formatted(name, name)
                + " before");
      }
      return known;
    }
    if (!name.matches(Words.NAME) || name.equals(ALL)) {
      throw new BadSettingException(
          "service is '%s', expected a name other than `all`: %s"
              .formatted(Language.echo(name), Words.NAME_FORM));
    }
    if (services.size() == SERVICES_MAX) {
      throw new BadSettingException(
          "service " + name + " is one too many, expected at most " + SERVICES_MAX);
    }
    boolean first = services.isEmpty();
    var service = new ServiceDraft(name, udp || (first && firstIsUdp), defaults, first);
    services.add(service);
    return service;
  }

  /// The service that a command is about.
  ///
  /// @param name null: the first one, made if there is none
  public ServiceDraft service(String name) throws BadSettingException {
    if (name == null) {
      return services.isEmpty() ? open(ServiceDraft.FIRST, false) : services.getFirst();
    }
    var known = find(name);
    if (known == null) {
      throw Language.unknownService(name, services.stream().map(service -> service.name).toList());
    }
    return known;
  }

  private ServiceDraft find(String name) {
    for (var service : services) {
      if (service.name.equals(name)) {
        return service;
      }
    }
    return null;
  }

  /// @param name of the service that goes, or `all`
  void remove(String name) throws BadSettingException {
    if (name.equals(ALL)) {
      services.clear();
    } else {
      services.remove(service(name));
    }
    firstIsUdp &= !services.isEmpty();
  }

  /// Appends to an access list.
  void addRule(int list, AccessRule rule) throws BadSettingException {
    if (lists.stream().mapToInt(List::size).sum() >= RULES_MAX) {
      throw new BadSettingException(
          "acl %d: the access lists have %d entries already, no more are possible"
              .formatted(list, RULES_MAX));
    }
    lists.get(list).add(rule);
  }

  void blacklist(ServiceDraft service, int slot, Duration time) {
    blacklistings.add(new Blacklisting(service.name, slot, time));
  }

  public List<Blacklisting> blacklistings() {
    return List.copyOf(blacklistings);
  }

  void drain(ServiceDraft service, int slot) {
    drainings.add(new Draining(service.name, slot));
  }

  public List<Draining> drainings() {
    return List.copyOf(drainings);
  }

  /// Checks what only the whole can be checked for.
  public Configuration build() throws BadSettingException {
    var configs = new ArrayList<ServiceConfig>();
    var addresses = new HashSet<String>();
    for (var service : services) {
      var config = service.build();
      var transport = config.udp() ? "udp " : "tcp ";
      for (var address : config.listen()) {
        if (address.port() != 0 && !addresses.add(transport + address)) {
          throw new BadSettingException(
              "service %s: listen: %s is listened on already".formatted(config.name(), address),
              config.name() + "/listen");
        }
      }
      configs.add(config);
    }
    if (configs.isEmpty()) {
      throw new BadSettingException(
          "there would be no service, expected at least one with `listen` and `server`");
    }
    return new Configuration(configs, lists, controlAcl, tarpitAcl, debug, webStats, geoip);
  }
}
