package org.penlb.tcp;

import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.penlb.balance.Server;
import org.penlb.config.Settings;
import org.penlb.loop.EventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The idle connections that one loop keeps open to the servers (`idlers`), for clients to come:
/// they save them a connect, and find dead servers before clients do.
///
/// Owned by: loop, but for what is named request.
///
/// A server may close an idle connection at any moment. It is looked at before it is given away,
/// and [Connection] looks again before it reads the client's first byte. What remains is a server
/// that closes while that byte is on its way; the client then sees a reset, as from any server that
/// closes a connection which nothing has come on for long.
final class IdleConnections {
  private static final Logger LOG = LoggerFactory.getLogger(IdleConnections.class);

  private final ConnectionTable table;
  private final Idlers shared;
  private final List<IdleConnection> places = new ArrayList<>();

  /// The connected ones, the newest last.
  private final Map<Server, ArrayDeque<IdleConnection>> ready = new HashMap<>();

  private Dress dress;

  /// What settings say of a socket to a server.
  private record Dress(boolean noDelay, boolean keepAlive, InetAddress source) {
    static Dress of(Settings settings) {
      return new Dress(settings.noDelay(), settings.keepAlive(), settings.source());
    }
  }

  IdleConnections(ConnectionTable table, Idlers shared) {
    this.table = table;
    this.shared = shared;
    this.dress = Dress.of(settings());
    shared.add(this);
  }

  EventLoop loop() {
    return table.loop();
  }

  Settings settings() {
    return table.service().settings();
  }

  // ---- as many as wanted ----------------------------------------------------------------------

  /// Settings or servers have changed, or it begins.
  void update() {
    var wanted = Dress.of(settings());
    boolean changed = !wanted.equals(dress);
    dress = wanted;
    resize(shared.wantedOn(this));
    for (var place : places) {
      boolean homeless = place.server() != null && place.server().isRetired();
      if (changed || homeless) {
        place.drop();
        place.openSoon();
      }
    }
  }

  /// For good.
  void close() {
    resize(0);
  }

  private void resize(int count) {
    while (places.size() > count) {
      places.removeLast().drop();
    }
    while (places.size() < count) {
      places.add(new IdleConnection(this));
      places.getLast().openSoon();
    }
  }

  /// Null if no server wants one, or this machine has no descriptors to spare.
  Server enterNext() {
    return table.admission().othersGoFirst() ? null : shared.enterNext(loop().nowNanos());
  }

  void leave(Server server) {
    shared.leave(server);
  }

  boolean isOverfull(Server server) {
    return shared.isOverfull(server);
  }

  void onConnectFailed(Server server, String why) {
    table.onConnectFailed(server, why);
  }

  void onReady(IdleConnection place) {
    ready.computeIfAbsent(place.server(), _ -> new ArrayDeque<>()).addLast(place);
    shared.onReady();
  }

  void onReadyNoMore(IdleConnection place) {
    var same = ready.get(place.server());
    same.remove(place);
    if (same.isEmpty()) {
      ready.remove(place.server());
    }
    shared.onReadyNoMore();
  }

  // ---- clients --------------------------------------------------------------------------------

  /// A connected socket to the server; null if there is none.
  SocketChannel take(Server server) {
    for (var place = newest(server); place != null; place = newest(server)) {
      var socket = place.take();
      if (socket != null) {
        return socket;
      }
    }
    return null;
  }

  private IdleConnection newest(Server server) {
    var same = ready.get(server);
    return same == null ? null : same.peekLast();
  }

  /// From any thread: one of those to the server is too many.
  void requestToGiveWay(Server server) {
    try {
      loop().execute(() -> giveWay(server));
    } catch (RejectedExecutionException e) {
      LOG.debug("idle connections: {}", e.getMessage());
    }
  }

  private void giveWay(Server server) {
    var place = newest(server);
    if (place != null && shared.isOverfull(server)) {
      place.drop();
      place.openSoon();
    }
  }
}
