package org.penlb;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.penlb.balance.Server;
import org.penlb.balance.ServerTable;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.UnavailableException;
import org.penlb.loop.Resolver;

/// Makes the servers that a configuration describes, and keeps those that it does not change.
///
/// Owned by: whoever changes the configuration, under the lock of the [Balancer].
final class ServerLookup {
  private final Resolver resolver;
  private final Map<Server, Future<?>> watches = new HashMap<>();
  private Duration watchPeriod = Duration.ZERO;

  ServerLookup(Resolver resolver) {
    this.resolver = resolver;
  }

  /// The table of a configuration. A server whose slot, host and port are as before is the same
  /// object, so its clients, connections and counts stay with it. Changes nothing.
  ///
  /// @throws UnavailableException if a name is unknown
  ServerTable servers(ServiceConfig next, ServerTable old) throws UnavailableException {
    var regular = new ArrayList<Server>();
    for (var spec : next.servers()) {
      int slot = regular.size();
      var before = slot < old.size() ? old.server(slot) : null;
      regular.add(server(slot, spec, before, next.name() + "/server " + slot));
    }
    return new ServerTable(
        regular,
        special(next.emergency(), old.emergency(), next.name() + "/emergency"),
        special(next.abuse(), old.abuse(), next.name() + "/abuse"));
  }

  private Server special(ServerSpec spec, Server old, String about) throws UnavailableException {
    return spec == null ? null : server(Server.NO_SLOT, spec, old, about);
  }

  private Server server(int slot, ServerSpec spec, Server old, String about)
      throws UnavailableException {
    if (old != null && old.spec().host().equals(spec.host()) && old.spec().port() == spec.port()) {
      return old;
    }
    try {
      return new Server(slot, spec, resolver.first(spec.host()));
    } catch (UnknownHostException e) {
      throw new UnavailableException(
          about, new IOException("server " + spec.hostAndPort() + ": unknown host", e));
    }
  }

  /// Makes a change final: the servers of `servers` get what `next` says, others are retired.
  void commit(ServerTable servers, ServerTable old, ServiceConfig next, long nowNanos) {
    var before = all(old).collect(Collectors.toSet()); // a server is equal to itself only
    var after = all(servers).collect(Collectors.toSet());
    for (var server : servers.servers()) {
      configure(server, next.servers().get(server.slot()), before, nowNanos);
    }
    configure(servers.emergency(), next.emergency(), before, nowNanos);
    configure(servers.abuse(), next.abuse(), before, nowNanos);
    before.stream().filter(server -> !after.contains(server)).forEach(this::retire);
    watch(servers, next.settings().resolve());
  }

  private static Stream<Server> all(ServerTable table) {
    return Stream.concat(table.servers().stream(), Stream.of(table.emergency(), table.abuse()))
        .filter(Objects::nonNull);
  }

  private static void configure(Server server, ServerSpec spec, Set<Server> before, long nowNanos) {
    if (server == null) {
      return;
    }
    var drained = before.contains(server) ? server.spec().drain() : null;
    server.reconfigure(spec);
    if (spec.drain() == null) {
      server.undrain();
    } else if (!spec.drain().equals(drained)) {
      server.drain(nowNanos, spec.drain().patience());
    }
  }

  private void retire(Server server) {
    server.retire();
    unwatch(server);
  }

  private void unwatch(Server server) {
    var watch = watches.remove(server);
    if (watch != null) {
      watch.cancel(false);
    }
  }

  private void watch(ServerTable servers, Duration period) {
    if (!period.equals(watchPeriod)) {
      forget(servers);
      watchPeriod = period;
    }
    if (period.isPositive()) {
      all(servers)
          .filter(ServerLookup::hasName)
          .forEach(s -> watches.computeIfAbsent(s, this::watch));
    }
  }

  private Future<?> watch(Server server) {
    return resolver.watch(
        server.spec().host(), watchPeriod, () -> server.address().getAddress(), server::moveTo);
  }

  private static boolean hasName(Server server) {
    return !address(server).getHostAddress().equals(server.spec().host());
  }

  private static InetAddress address(Server server) {
    return server.address().getAddress();
  }

  /// Looks them up no more.
  void forget(ServerTable servers) {
    all(servers).forEach(this::unwatch);
  }
}
