package org.penlb.language;

import java.util.ArrayList;
import java.util.List;
import org.penlb.config.BadSettingException;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;

/// One service of a [Draft].
///
/// Owned by: the thread that owns the draft.
public final class ServiceDraft {
  /// The service of the command line, and of files that name none.
  public static final String FIRST = "main";

  /// Far more servers than a scan of the table for each new client is good for.
  static final int SLOTS_MAX = 10_000;

  final String name;
  final boolean udp;
  final List<Endpoint> listen = new ArrayList<>();
  final List<ServerSpec> servers = new ArrayList<>();
  final Settings.Builder settings;
  ServerSpec emergency;
  ServerSpec abuse;
  String requestLog;

  ServiceDraft(String name, boolean udp, ServiceConfig defaults, boolean first) {
    this.name = name;
    this.udp = udp;
    settings = defaults.settings().toBuilder();
    if (first) {
      takeFrom(defaults);
    }
  }

  ServiceDraft(ServiceConfig config) {
    name = config.name();
    udp = config.udp();
    settings = config.settings().toBuilder();
    takeFrom(config);
  }

  private void takeFrom(ServiceConfig config) {
    listen.addAll(config.listen());
    servers.addAll(config.servers());
    emergency = config.emergency();
    abuse = config.abuse();
    requestLog = config.requestLog();
  }

  /// The port that a server without one gets; -1 if there is none to share.
  int defaultPort() {
    return listen.isEmpty() || listen.getFirst().port() <= 0 ? -1 : listen.getFirst().port();
  }

  void listenOn(List<Endpoint> endpoints) {
    listen.clear();
    listen.addAll(endpoints);
  }

  /// Makes the table larger if need be, by slots that are not used.
  void putServer(int slot, ServerSpec spec) {
    while (servers.size() <= slot) {
      servers.add(ServerSpec.EMPTY);
    }
    servers.set(slot, spec);
  }

  /// What is in a slot, used or not.
  ServerSpec server(int slot) {
    return slot < servers.size() ? servers.get(slot) : ServerSpec.EMPTY;
  }

  /// The slots after it keep their numbers, so it becomes an empty one unless it is the last.
  void removeServer(int slot) throws BadSettingException {
    if (slot >= servers.size()) {
      throw new BadSettingException(
          "no server %d: there is no such slot, expected one below %d"
              .formatted(slot, servers.size()));
    }
    servers.set(slot, ServerSpec.EMPTY);
    dropEmptySlots();
  }

  /// Those behind the last one that is used are none.
  private void dropEmptySlots() {
    while (!servers.isEmpty() && servers.getLast().equals(ServerSpec.EMPTY)) {
      servers.removeLast();
    }
  }

  /// Gives a slot the drain of `old` if that is the same server.
  public void keepDrain(int slot, ServerSpec old) {
    var spec = servers.get(slot);
    if (spec.host().equals(old.host()) && spec.port() == old.port()) {
      var editor = spec.edit();
      editor.drain = old.drain();
      servers.set(slot, editor.build());
    }
  }

  ServiceConfig build() throws BadSettingException {
    dropEmptySlots();
    if (listen.isEmpty()) {
      throw new BadSettingException(
          "service " + name + " has no address to listen on, expected `listen [HOST:]PORT`",
          name + "/");
    }
    if (udp) {
      refuseUnixSockets();
    }
    if (servers.isEmpty() && (udp || !settings.dummy)) {
      throw new BadSettingException(
          "service " + name + " has no servers, expected at least `server 0 address HOST port P`",
          name + "/");
    }
    return new ServiceConfig(
        name, udp, listen, servers, emergency, abuse, settings.build(), requestLog);
  }

  private void refuseUnixSockets() throws BadSettingException {
    for (var address : listen) {
      if (address.isUnix()) {
        throw new BadSettingException(
            "service %s: listen: %s is a Unix socket, expected [HOST:]PORT for UDP"
                .formatted(name, address),
            name + "/listen");
      }
    }
  }
}
