package org.penlb.tcp;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.penlb.balance.Server;
import org.penlb.balance.Service;
import org.penlb.unix.Sockets;

/// The idle connections of a service (`idlers`) as far as its loops have to agree about them: how
/// many there are, and which server is next.
///
/// Owned by: shared (atomic counters).
///
/// Idle connections count against the `max` of a server in so far as none is opened where clients
/// and idle ones together have reached it, and one gives way where a client does without it.
final class Idlers {
  private final Service service;
  private final List<IdleConnections> loops = new CopyOnWriteArrayList<>();
  private final Map<Server, Integer> perServer = new ConcurrentHashMap<>();
  private final AtomicInteger ready = new AtomicInteger();
  private final AtomicInteger turn = new AtomicInteger();

  Idlers(Service service) {
    this.service = service;
  }

  void add(IdleConnections loop) {
    loops.add(loop);
  }

  /// Those that are connected and wait for a client.
  int have() {
    return ready.get();
  }

  /// Those that a loop is to keep. There are none where pen cannot tell an end from unread bytes,
  /// and none for `transparent`, as it is not known whose address to use.
  int wantedOn(IdleConnections loop) {
    var settings = service.settings();
    if (settings.idlers() == 0 || settings.transparent() || !Sockets.available()) {
      return 0;
    }
    int count = loops.size();
    return settings.idlers() / count + (loops.indexOf(loop) < settings.idlers() % count ? 1 : 0);
  }

  /// The next available server that has room for one more, which [#leave] gives back; null if there
  /// is none.
  Server enterNext(long nowNanos) {
    var servers = service.servers().servers();
    for (int i = 0; i < servers.size(); i++) {
      var server = servers.get(Math.floorMod(turn.getAndIncrement(), servers.size()));
      if (server.isAvailable(nowNanos) && !isFull(server)) {
        perServer.merge(server, 1, Integer::sum);
        return server;
      }
    }
    return null;
  }

  void leave(Server server) {
    perServer.computeIfPresent(server, (_, count) -> count == 1 ? null : count - 1);
  }

  void onReady() {
    ready.incrementAndGet();
  }

  void onReadyNoMore() {
    ready.decrementAndGet();
  }

  private boolean isFull(Server server) {
    int max = server.spec().max();
    return max > 0 && server.connections() + perServer.getOrDefault(server, 0) >= max;
  }

  /// Whether one of the idle connections to it has to go.
  boolean isOverfull(Server server) {
    int max = server.spec().max();
    int idle = max == 0 ? 0 : perServer.getOrDefault(server, 0);
    return idle > 0 && server.connections() + idle > max;
  }

  /// A client has got a connection of its own to a server: an idle one of any loop gives way.
  void makeRoom(Server server) {
    if (isOverfull(server)) {
      for (var loop : loops) {
        loop.requestToGiveWay(server);
      }
    }
  }
}
