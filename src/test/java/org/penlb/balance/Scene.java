package org.penlb.balance;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.penlb.acl.ClientAddress;
import org.penlb.config.Algorithm;
import org.penlb.config.ServerSpec;
import org.penlb.config.Settings;

/// A service to choose servers in, at a time that stands still unless a test moves it.
final class Scene {
  /// Near the overflow of the monotonic clock, where comparisons without a difference go wrong.
  long now = Long.MAX_VALUE - 5_000_000_000L;

  final Settings.Builder settings = new Settings.Builder();
  final List<Server> servers = new ArrayList<>();
  final ClientTable clients = new ClientTable(100, Duration.ZERO);
  Server emergency;
  Server abuse;
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

  Scene with(Algorithm algorithm) {
    settings.algorithms.add(algorithm);
    return this;
  }

  static Server special(String spec) {
    return server(Server.NO_SLOT, spec);
  }

  private static Server server(int slot, String spec) {
    try {
      return new Server(slot, ServerSpec.parse(spec, -1), InetAddress.getLoopbackAddress());
    } catch (org.penlb.config.BadSettingException e) {
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
              "test", settings.build(), new ServerTable(servers, emergency, abuse), clients);
    }
    return service;
  }

  Client client(int number) {
    return service().remember(address(number), now);
  }

  Candidates candidates(Client client) {
    return new Candidates(service(), client, 1024, false);
  }

  /// Slot that the policy names for a client without a server.
  int first(ClientAddress address, int port) {
    return service().policy().first(service().settings(), service().servers(), address, port, now);
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
    who.remember(server, candidates.reason());
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
      var _ = servers.get(slot).blacklist(now, 30_000_000_000L);
    }
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
