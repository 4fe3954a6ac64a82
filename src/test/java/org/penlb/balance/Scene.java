package org.penlb.balance;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.penlb.acl.AccessList;
import org.penlb.acl.AccessLists;
import org.penlb.acl.AccessRule;
import org.penlb.acl.BadRuleException;
import org.penlb.acl.ClientAddress;
import org.penlb.acl.CountryLookup;
import org.penlb.config.Algorithm;
import org.penlb.config.BadSettingException;
import org.penlb.config.ServerSpec;
import org.penlb.config.Settings;

/// A service to choose servers in, at a time that stands still unless a test moves it.
final class Scene {
  /// Near the overflow of the monotonic clock, where comparisons without a difference go wrong.
  long now = Long.MAX_VALUE - 5_000_000_000L;

  final Settings.Builder settings = new Settings.Builder();
  final List<Server> servers = new ArrayList<>();
  ClientTable clients = new ClientTable(100, Duration.ZERO);
  Server emergency;
  Server abuse;
  AccessLists lists = AccessLists.OPEN;
  private Service service;

  /// Servers that are up and take any number of connections.
  static Scene of(int size) {
    var scene = new Scene();
    for (int i = 0; i < size; i++) {
      scene.add("s:80");
    }
    return scene;
  }

  /// `spec` as on the command line; its host is not looked up.
  Server add(String spec) {
    var server = server(servers.size(), spec);
    servers.add(server);
    return server;
  }

  /// Access lists of which one, `number`, has these entries.
  static AccessLists lists(int number, String... entries) {
    return lists(AccessLists.OPEN, number, entries);
  }

  static AccessLists lists(AccessLists others, int number, String... entries) {
    var rules = new ArrayList<AccessRule>();
    try {
      for (var entry : entries) {
        rules.add(AccessRule.parse(List.of(entry.split(" "))));
      }
    } catch (BadRuleException e) {
      throw new AssertionError(e);
    }
    var lists = new ArrayList<>(others.lists());
    lists.set(number, AccessList.of(rules, CountryLookup.NONE));
    return new AccessLists(lists);
  }

  Scene with(Algorithm algorithm) {
    settings.algorithms.add(algorithm);
    return this;
  }

  static Server special(String spec) {
    return server(Server.NO_SLOT, spec);
  }

  static Server server(int slot, String spec) {
    return new Server(slot, spec(spec), InetAddress.getLoopbackAddress());
  }

  static ServerSpec spec(String spec) {
    try {
      return ServerSpec.parse(spec, -1);
    } catch (BadSettingException e) {
      throw new AssertionError(e);
    }
  }

  static ClientAddress address(String literal) {
    return ClientAddress.of(InetAddress.ofLiteral(literal));
  }

  /// 10.0.0.0 and so many further.
  static ClientAddress address(int number) {
    return address("10." + (number >>> 16) + "." + (number >>> 8 & 255) + "." + (number & 255));
  }

  /// Made with the first call: what was set before counts.
  Service service() {
    if (service == null) {
      service =
          new Service(
              "test", settings.build(), new ServerTable(servers, emergency, abuse), lists, clients);
    }
    return service;
  }

  /// Takes over what was set since.
  void apply() {
    service().apply(settings.build(), new ServerTable(servers, emergency, abuse), lists, clients);
  }

  Client client(int number) {
    return service().admit(address(number), now);
  }

  Candidates candidates(Client client) {
    return new Candidates(service(), client, client.address(), 1024);
  }

  /// Slot that the policy names for a client without a server.
  int first(ClientAddress address, int port) {
    return service()
        .policy()
        .first(service().settings(), service().servers(), address, port, now, null);
  }

  int first() {
    return first(address(0), 1024);
  }

  /// Carries one connection of the client to its end; the slot that took it, -1 for none or a
  /// special one.
  int connect(int client) {
    var who = client(client);
    var candidates = candidates(who);
    var server = candidates.next(now);
    if (server == null) {
      return -1;
    }
    candidates.taken(now);
    server.release();
    return server.slot();
  }

  /// All that would be tried for a client if each connect failed.
  List<Server> all(Candidates candidates) {
    var all = new ArrayList<Server>();
    for (var next = candidates.next(now); next != null; next = candidates.next(now)) {
      all.add(next);
    }
    return all;
  }

  void blacklist(int... slots) {
    for (int slot : slots) {
      servers.get(slot).blacklist(now, 30_000_000_000L);
    }
  }

  /// Null time: for ever.
  void pin(int client, int slot, Duration time) {
    try {
      service().pin(address(client), slot, now, time);
    } catch (BadSettingException e) {
      throw new AssertionError(e);
    }
  }

  static void setAcl(Server server, int acl) {
    var spec = server.spec().edit();
    spec.acl = acl;
    server.reconfigure(spec.build());
  }

  /// The client is at this server, as if its connection had just been taken.
  void settle(int client, Server server) {
    client(client).remember(server, Reason.NEW, null, null, now);
  }

  /// Fills a server with connections of clients that return to it.
  static void fill(Server server, int connections) {
    for (int i = 0; i < connections; i++) {
      if (!server.tryAcquire(true)) {
        throw new AssertionError(server + " does not take " + connections);
      }
    }
  }
}
