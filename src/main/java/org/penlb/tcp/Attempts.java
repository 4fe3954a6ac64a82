package org.penlb.tcp;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.Locale;
import org.penlb.balance.Candidates;
import org.penlb.balance.Server;
import org.penlb.loop.EventLoop;
import org.penlb.stats.CloseCause;
import org.penlb.unix.Sockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How one connection comes to a server: the only failover loop.
///
///     next --> CONNECTING --> Connection.onConnected
///      ^        |  ^    ^
///      |        |  |    +-> SHORT or WAITING: trouble of this machine, the same server again
///      +--------+  +------> the same server again, when an idle connection to it was of no use
///      +--> Connection.close: no server left
///
/// Owned by: loop. It has what is being made of the server's side until the connection gets it.
final class Attempts {
  private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

  private enum State {
    CONNECTING,
    /// pen itself has no port for the server's side; it tries again for a while.
    SHORT,
    /// pen itself has no descriptor for the server's side; it tries again until there is one: were
    /// this client not accepted yet, it would wait in the backlog as long.
    WAITING
  }

  private final Connection connection;
  private final ConnectionTable table;
  private final Candidates candidates;

  private State state = State.CONNECTING;
  private Server server;
  private Flow fromServer;

  /// When the first attempt at this server began.
  private long sinceNanos;

  Attempts(Connection connection, ConnectionTable table, Candidates candidates) {
    this.connection = connection;
    this.table = table;
    this.candidates = candidates;
  }

  private EventLoop loop() {
    return table.loop();
  }

  /// For reports.
  String stateLabel() {
    return state.name().toLowerCase(Locale.ROOT);
  }

  /// The server that is being tried; null before the first.
  Server server() {
    return server;
  }

  // ---- choose ---------------------------------------------------------------------------------

  /// Tries the next server, and those after it.
  void next() {
    do {
      server = candidates.next(loop().nowNanos());
      if (server == null) {
        LOG.debug("{}: no server can take it", connection);
        connection.close(candidates.isDenied() ? CloseCause.DENIED : CloseCause.NO_SERVER);
        return;
      }
      sinceNanos = loop().nowNanos(); // a shortage of ports has its time for each server
    } while (!takeIdle() && !connect());
  }

  // ---- connect --------------------------------------------------------------------------------

  /// Returns false if there is no idle connection to the server.
  private boolean takeIdle() {
    var socket = table.idle().take(server);
    if (socket == null) {
      return false;
    }
    fromServer = new Flow(connection, socket);
    try {
      handOver(true);
      return true;
    } catch (IOException e) {
      dropSocket();
      return false;
    }
  }

  /// The idle connection that it has got was closed by the server before it was of any use.
  void again() {
    LOG.debug("{}: {} has closed its idle connection: a new one", connection, server);
    fromServer = null;
    sinceNanos = loop().nowNanos();
    if (!connect()) {
      next();
    }
  }

  /// Returns false if the server refused at once.
  private boolean connect() {
    endWaiting();
    state = State.CONNECTING;
    var settings = table.service().settings();
    var address = server.address();
    table.makeRoom(server);
    try {
      fromServer = new Flow(connection, TcpSockets.openTo(address, loop().sockets()));
    } catch (ConnectException e) {
      return !failsOver(e);
    } catch (IOException e) {
      state = State.WAITING;
      table.admission().onWaiting();
      onShortage("no socket for " + server, e);
      return true;
    }
    try {
      TcpSockets.prepare(fromServer.source(), settings);
      TcpSockets.bind(fromServer.source(), settings, connection.clientSocket(), address);
      if (TcpSockets.connect(fromServer.source(), address)) {
        onConnected();
      } else {
        fromServer.register(SelectionKey.OP_CONNECT);
        loop().deadlines().set(connection, loop().nowNanos() + connectTimeout().toNanos());
      }
      return true;
    } catch (BindException e) { // EADDRNOTAVAIL: no local port left, or no such local address
      state = State.SHORT;
      onShortage("no local address or port to reach " + server, e);
      return true;
    } catch (IOException e) {
      return !failsOver(e);
    }
  }

  private Duration connectTimeout() {
    return table.service().settings().connectTimeout();
  }

  /// Waits a moment and tries the same server again: trouble of this machine is not the server's.
  private void onShortage(String what, IOException cause) {
    dropSocket();
    table.admission().onShortage(what, cause, loop().nowNanos());
    loop().deadlines().set(connection, loop().nowNanos() + TcpListener.SHORTAGE_PAUSE_NANOS);
  }

  private void endWaiting() {
    if (state == State.WAITING) {
      table.admission().onWaitingOver();
    }
  }

  // ---- outcome --------------------------------------------------------------------------------

  void onConnectReady() {
    try {
      if (fromServer.source().finishConnect()) {
        onConnected();
      }
    } catch (IOException e) {
      if (failsOver(e)) {
        next();
      }
    }
  }

  private void onConnected() throws IOException {
    if (TcpSockets.isConnectedToItself(fromServer.source(), server.address())) {
      throw new ConnectException("nobody listens there");
    }
    handOver(false);
  }

  /// The server's side is the connection's from now on.
  ///
  /// @param idle it has been idle, and [#again] may follow
  private void handOver(boolean idle) throws IOException {
    loop().deadlines().cancel(connection);
    onTaken();
    connection.onConnected(server, fromServer, candidates.reason(), idle);
  }

  private void onTaken() {
    server.clearBlacklist();
    server.countAccepted();
    candidates.taken(loop().nowNanos());
  }

  /// Gives up the server that failed in this way; returns whether the next one is to be tried.
  private boolean failsOver(IOException failure) {
    if (TcpSockets.isReset(failure)) {
      // It has taken the connection and reset it before pen heard of the first.
      onTaken();
      TcpSockets.resetOnClose(connection.clientSocket());
      connection.close(CloseCause.SERVER_RESET);
      return false;
    }
    onConnectFailed(failure.getMessage());
    return true;
  }

  private void onConnectFailed(String why) {
    if (!table.onConnectFailed(server, why)) {
      LOG.debug("{}: {}: {}", connection, server, why);
    }
    dropSocket();
    server.release();
    server = null;
  }

  private void dropSocket() {
    loop().deadlines().cancel(connection);
    if (fromServer != null) {
      TcpSockets.closeQuietly(fromServer.source());
      fromServer = null;
    }
  }

  // ---- time -----------------------------------------------------------------------------------

  void onDue(long nowNanos) {
    switch (state) {
      case CONNECTING -> {
        onConnectFailed("no answer within " + connectTimeout().toSeconds() + " s");
        next();
      }
      case SHORT, WAITING -> retry(nowNanos);
    }
  }

  private void retry(long nowNanos) {
    if (state == State.SHORT && nowNanos - sinceNanos > connectTimeout().toNanos()) {
      connection.close(CloseCause.SHORTAGE);
    } else if (Sockets.hasHungUp(connection.clientSocket())) {
      connection.close(CloseCause.CLIENT_RESET);
    } else if (!connect()) {
      next();
    }
  }

  // ---- end ------------------------------------------------------------------------------------

  /// The connection is closed before a server's side was handed over.
  void abandon() {
    endWaiting();
    dropSocket();
    if (server != null) {
      server.release();
    }
  }
}
