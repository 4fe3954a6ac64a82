package org.penlb;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.penlb.acl.AccessRule;
import org.penlb.balance.Service;
import org.penlb.config.Configuration;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;
import org.penlb.loop.Clock;
import org.penlb.stats.Snapshot;

/// Balancers for the tests of other packages, which do not see all of the builder.
public final class Pens {
  private Pens() {}

  /// One that listens on a port of the kernel's choice on 127.0.0.1.
  ///
  /// @param servers as on the command line
  public static Balancer.Builder before(String... servers) throws Exception {
    return listeningOn("127.0.0.1:0", servers);
  }

  public static Balancer.Builder listeningOn(String address, String... servers) throws Exception {
    var builder = Balancer.builder().listen(address).loops(1);
    for (var server : servers) {
      builder.server(server);
    }
    return builder;
  }

  public static Balancer.Builder withClock(Clock clock, String... servers) throws Exception {
    return before(servers).clock(clock);
  }

  /// The snapshot of the one service; every loop has turned when this returns.
  public static Snapshot.Service service(Balancer pen) {
    return pen.snapshot().services().getFirst();
  }

  public static Snapshot.Server server(Balancer pen, int slot) {
    return service(pen).servers().get(slot);
  }

  /// The one service from within, for what control commands ask and tell it.
  public static Service inside(Balancer pen) {
    return pen.service("main").service();
  }

  /// As the control command `close`.
  public static void closeSession(Balancer pen, long number) {
    if (!pen.service("main").close(number)) {
      throw new AssertionError("there is no " + number);
    }
  }

  // ---- changes while it runs, as control commands make them -----------------------------------

  public static void changeSettings(Balancer pen, Consumer<Settings.Builder> change)
      throws Exception {
    var before = pen.service("main").config();
    var settings = before.settings().toBuilder();
    change.accept(settings);
    apply(pen, before.listen(), before.servers(), settings.build(), List.of());
  }

  public static void changeServer(Balancer pen, int slot, Consumer<ServerSpec.Editor> change)
      throws Exception {
    var before = pen.service("main").config();
    var servers = new ArrayList<>(before.servers());
    var server = servers.get(slot).edit();
    change.accept(server);
    servers.set(slot, server.build());
    apply(pen, before.listen(), servers, before.settings(), List.of());
  }

  /// Listens elsewhere.
  ///
  /// @param addresses in the place of those so far
  public static void listen(Balancer pen, String... addresses) throws Exception {
    var before = pen.service("main").config();
    var endpoints = new ArrayList<Endpoint>();
    for (var address : addresses) {
      endpoints.add(Endpoint.parse(address));
    }
    apply(pen, endpoints, before.servers(), before.settings(), List.of());
  }

  /// Replaces access list 0, which clients are checked against.
  ///
  /// @param rule such as `deny 127.0.0.9`
  public static void changeList(Balancer pen, String rule) throws Exception {
    var before = pen.service("main").config();
    var list = List.of(AccessRule.parse(List.of(rule.split(" ", -1))));
    apply(pen, before.listen(), before.servers(), before.settings(), list);
  }

  /// Has an abuse server from now on.
  public static void abuse(Balancer pen, String server) throws Exception {
    var before = pen.service("main").config();
    var service =
        new ServiceConfig(
            before.name(),
            before.udp(),
            before.listen(),
            before.servers(),
            before.emergency(),
            ServerSpec.parse(server, -1),
            before.settings(),
            before.requestLog());
    apply(pen, service, List.of());
  }

  private static void apply(
      Balancer pen,
      List<Endpoint> listen,
      List<ServerSpec> servers,
      Settings settings,
      List<AccessRule> list)
      throws Exception {
    var before = pen.service("main").config();
    var service =
        new ServiceConfig(
            before.name(),
            before.udp(),
            listen,
            servers,
            before.emergency(),
            before.abuse(),
            settings,
            before.requestLog());
    apply(pen, service, list);
  }

  private static void apply(Balancer pen, ServiceConfig service, List<AccessRule> list)
      throws Exception {
    var lists = new ArrayList<>(Collections.nCopies(10, List.<AccessRule>of()));
    lists.set(0, list);
    pen.apply(new Configuration(List.of(service), lists, 0, -1, 0, null, null));
  }
}
