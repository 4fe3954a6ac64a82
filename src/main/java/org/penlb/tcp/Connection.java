package org.penlb.tcp;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Locale;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Candidates;
import org.penlb.balance.Client;
import org.penlb.balance.Server;
import org.penlb.loop.Deadline;
import org.penlb.loop.EventLoop;
import org.penlb.stats.CloseCause;
import org.penlb.stats.Snapshot;
import org.penlb.unix.Sockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's connection, carried to one server.
///
///     open --> CONNECTING --> CARRYING --> (RESETTING) --> CLOSED
///               |  ^    ^                                    ^
///               |  |    +-> SHORT or WAITING ----------------+
///               +--+ the next server                         |
///               +--------------------------------------------+ no server left
///
/// Owned by: loop. The methods stand in the order in which things happen. What a flow reports while
/// it moves bytes is only noted; [#settle] draws the conclusions when the flow has returned.
final class Connection extends Deadline {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  /// How often a side that the selector does not watch is asked whether it still lives.
  private static final long PROBE_NANOS = 1_000_000_000;

  /// How often the kernel is asked whether a slow reader has got everything before the reset.
  private static final long RESET_POLL_NANOS = 10_000_000;

  /// A reader that takes nothing for so long does not get the rest before the reset.
  private static final long RESET_PATIENCE_NANOS = 30_000_000_000L;

  private enum State {
    CONNECTING,
    /// pen itself has no port for the server's side; it tries again for a while.
    SHORT,
    /// pen itself has no descriptor for the server's side; it tries again until there is one: were
    /// this client not accepted yet, it would wait in the backlog as long.
    WAITING,
    CARRYING,
    /// One side was reset: what it sent before is delivered, then the other is reset too.
    RESETTING,
    CLOSED
  }

  private final ConnectionTable table;
  private final long number;
  private final long openedNanos;
  private final Flow fromClient;
  int tableIndex;

  private State state = State.CONNECTING;
  private Client client;
  private Candidates candidates;
  private Server server;
  private Flow fromServer;
  private long lastBytesNanos;

  /// The side that refused bytes, and may still have sent some; null otherwise.
  private Flow refused;

  /// The side that was reset, and in the course of RESETTING what the other has not got yet.
  private Flow reset;

  private long resetRest;
  private boolean fastClosed;

  private Connection(ConnectionTable table, SocketChannel socket) {
    this.table = table;
    this.number = table.admission().nextNumber();
    this.openedNanos = table.loop().nowNanos();
    this.lastBytesNanos = openedNanos;
    this.fromClient = new Flow(this, socket);
  }

  EventLoop loop() {
    return table.loop();
  }

  // ---- open -----------------------------------------------------------------------------------

  /// Takes over an accepted socket, whose place has been taken in the admission.
  static void open(ConnectionTable table, SocketChannel socket) {
    var connection = new Connection(table, socket);
    table.add(connection);
    table.service().counters().countAccepted();
    try {
      connection.open();
    } catch (IOException e) {
      LOG.debug("connection {}: the client is gone: {}", connection.number, e.getMessage());
      connection.close(CloseCause.CLIENT_RESET);
    } catch (RuntimeException | Error e) {
      connection.onDefect(e);
    }
  }

  private void open() throws IOException {
    TcpSockets.prepare(fromClient.source(), table.service().settings());
    var address = fromClient.source().getRemoteAddress();
    client = table.service().remember(ClientAddress.of(address), loop().nowNanos());
    int port = address instanceof InetSocketAddress inet ? inet.getPort() : 0;
    candidates = new Candidates(table.service(), client, port, false);
    connectNext();
  }

  // ---- connect --------------------------------------------------------------------------------

  /// The only failover loop.
  private void connectNext() {
    do {
      server = candidates.next(loop().nowNanos());
      if (server == null) {
        LOG.debug("connection {}: {}: no server can take it", number, client.address());
        close(CloseCause.NO_SERVER);
        return;
      }
      lastBytesNanos = loop().nowNanos(); // a shortage of ports has its time for each server
    } while (!connect());
  }

  /// Returns false if the server refused at once.
  private boolean connect() {
    endWaiting();
    state = State.CONNECTING;
    var address = server.address();
    try {
      fromServer = new Flow(this, TcpSockets.openTo(address));
    } catch (ConnectException e) {
      return !failsOver(e);
    } catch (IOException e) {
      state = State.WAITING;
      table.admission().onWaiting();
      onShortage("no socket for " + server, e);
      return true;
    }
    try {
      TcpSockets.prepare(fromServer.source(), table.service().settings());
      TcpSockets.bind(fromServer.source(), table.service().settings().source(), address);
      if (fromServer.source().connect(address)) {
        onConnected();
      } else {
        fromServer.register(SelectionKey.OP_CONNECT);
        loop().deadlines().set(this, loop().nowNanos() + connectTimeout().toNanos());
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
    dropServerSocket();
    table.admission().onShortage(what, cause, loop().nowNanos());
    loop().deadlines().set(this, loop().nowNanos() + TcpListener.SHORTAGE_PAUSE_NANOS);
  }

  private void endWaiting() {
    if (state == State.WAITING) {
      table.admission().onWaitingOver();
    }
  }

  private void onConnectReady() {
    try {
      if (fromServer.source().finishConnect()) {
        onConnected();
      }
    } catch (IOException e) {
      if (failsOver(e)) {
        connectNext();
      }
    }
  }

  /// Gives up the server that failed in this way; returns whether the next one is to be tried.
  private boolean failsOver(IOException failure) {
    if (TcpSockets.isReset(failure)) {
      onTakenAndReset();
      return false;
    }
    onConnectFailed(failure.getMessage());
    return true;
  }

  /// The server took the connection and reset it before pen had heard of the first.
  private void onTakenAndReset() {
    server.clearBlacklist();
    server.countAccepted();
    client.remember(server, candidates.reason());
    TcpSockets.resetOnClose(fromClient.source());
    close(CloseCause.SERVER_RESET);
  }

  private void onConnectFailed(String why) {
    var blacklist = table.service().settings().blacklist();
    if (server.blacklist(loop().nowNanos(), blacklist.toNanos()) && blacklist.isPositive()) {
      LOG.warn("{}: {}: left out for {} s", server, why, blacklist.toSeconds());
    } else {
      LOG.debug("connection {}: {}: {}", number, server, why);
    }
    dropServerSocket();
    server.release();
    server = null;
  }

  private void dropServerSocket() {
    loop().deadlines().cancel(this);
    if (fromServer != null) {
      TcpSockets.closeQuietly(fromServer.source());
      fromServer = null;
    }
  }

  private void onConnected() throws IOException {
    if (TcpSockets.isConnectedToItself(fromServer.source(), server.address())) {
      throw new ConnectException("nobody listens there");
    }
    loop().deadlines().cancel(this);
    state = State.CARRYING;
    var reason = candidates.reason();
    candidates = null;
    lastBytesNanos = loop().nowNanos();
    server.clearBlacklist();
    server.countAccepted();
    client.remember(server, reason);
    LOG.debug("connection {}: {} -> {} ({})", number, client.address(), server, reason.label());
    fromClient.connectTo(fromServer);
    tap();
    fromServer.register(SelectionKey.OP_READ);
    fromClient.register(SelectionKey.OP_READ);
    // The client has often sent its request by now: do not wait for the selector to say so.
    fromClient.pump();
    settle();
  }

  private void tap() {
    var settings = table.service().settings();
    fromClient.tap(RequestTap.create(table.requestLog(), settings.http(), client, server));
    if (LOG.isTraceEnabled()) {
      fromClient.tap(new DumpTap(fromClient.tap(), number + " client", settings.ascii()));
      fromServer.tap(new DumpTap(fromServer.tap(), number + " server", settings.ascii()));
    }
  }

  // ---- carry ----------------------------------------------------------------------------------

  /// All branching on state in the course of readiness.
  void onReady(Flow side, int readyOps) {
    switch (state) {
      case CONNECTING -> onConnectReady();
      case CARRYING, RESETTING -> carry(side, readyOps);
      case SHORT, WAITING, CLOSED -> {}
    }
  }

  private void carry(Flow side, int readyOps) {
    if ((readyOps & SelectionKey.OP_WRITE) != 0) {
      opposite(side).pump();
    }
    if ((readyOps & SelectionKey.OP_READ) != 0) {
      side.pump();
    }
    settle();
  }

  private Flow opposite(Flow side) {
    return side == fromClient ? fromServer : fromClient;
  }

  void onBytes() {
    lastBytesNanos = loop().nowNanos();
  }

  /// Reading from this side found a reset.
  void onReset(Flow side) {
    state = State.RESETTING;
    reset = side;
    opposite(side).abandon();
  }

  /// Writing to this side failed: it was reset, but bytes that it sent before may have arrived.
  void onRefused(Flow side) {
    if (state == State.RESETTING) {
      return; // now both are gone
    }
    if (side.hasEnded()) {
      onReset(side);
    } else {
      refused = side;
    }
  }

  /// A side has ended and everything from it is delivered. Returns whether that is more than one
  /// half of a connection, and so is not to be passed on as a half-close.
  boolean onEnd(Flow side) {
    if (state == State.RESETTING) {
      return true;
    }
    if (refused == side) {
      onReset(side);
      return true;
    }
    var fastClose = table.service().settings().fastClose();
    fastClosed = side == fromClient ? fastClose.onClientEnd() : fastClose.onServerEnd();
    return fastClosed;
  }

  /// Draws the conclusions from what the flows did.
  private void settle() {
    if (state == State.RESETTING) {
      settleReset();
    } else if (fastClosed) {
      close(CloseCause.FASTCLOSE);
    } else if (fromClient.isFinished() && fromServer.isFinished()) {
      close(CloseCause.FINISHED);
    } else {
      fromClient.updateInterest();
      fromServer.updateInterest();
      setDeadline();
    }
  }

  /// Delivers what the side that was reset has sent, to the last byte that the other side's kernel
  /// acknowledges: a reset throws away what is still on its way.
  private void settleReset() {
    var other = opposite(reset);
    int rest = reset.waiting() + Sockets.unsentBytes(other.source());
    if (rest != resetRest) {
      resetRest = rest;
      onBytes();
    }
    boolean stuck = loop().nowNanos() - lastBytesNanos > RESET_PATIENCE_NANOS;
    if (!stuck && !isGone(other) && (rest > 0 || !reset.isFinished())) {
      fromClient.updateInterest();
      fromServer.updateInterest();
      loop().deadlines().setNoLaterThan(this, loop().nowNanos() + RESET_POLL_NANOS);
      return;
    }
    TcpSockets.resetOnClose(other.source());
    close(reset == fromClient ? CloseCause.CLIENT_RESET : CloseCause.SERVER_RESET);
  }

  /// Whether there is nobody to deliver anything to: this side was reset as well. Its kernel keeps
  /// saying that bytes are unsent, and the selector may not be watching it.
  private boolean isGone(Flow side) {
    // A side that has ended and was told of our end has hung up while bytes are still on the way.
    return !opposite(side).hasPassedEnd() && Sockets.hasHungUp(side.source());
  }

  // ---- time -----------------------------------------------------------------------------------

  private void setDeadline() {
    long idle = table.service().settings().idleTimeout().toNanos();
    if (idle > 0) {
      loop().deadlines().setNoLaterThan(this, lastBytesNanos + idle);
    }
    if (needsProbe(fromClient) || needsProbe(fromServer)) {
      loop().deadlines().setNoLaterThan(this, loop().nowNanos() + PROBE_NANOS);
    }
  }

  /// Whether a reset of this side would matter and could not be seen.
  private boolean needsProbe(Flow side) {
    return side.isDeaf() && !(side.hasEnded() && opposite(side).isFinished());
  }

  @Override
  protected void onDeadline(long nowNanos) {
    try {
      onDue(nowNanos);
    } catch (RuntimeException | Error e) {
      onDefect(e); // nothing else would ever come back to it
    }
  }

  private void onDue(long nowNanos) {
    switch (state) {
      case CONNECTING -> {
        onConnectFailed("no answer within " + connectTimeout().toSeconds() + " s");
        connectNext();
      }
      case SHORT, WAITING -> retry(nowNanos);
      case CARRYING -> watch(nowNanos);
      case RESETTING -> settle();
      case CLOSED -> throw new AssertionError("a closed connection has no deadline");
    }
  }

  private void retry(long nowNanos) {
    if (state == State.SHORT && nowNanos - lastBytesNanos > connectTimeout().toNanos()) {
      close(CloseCause.SHORTAGE);
    } else if (Sockets.hasHungUp(fromClient.source())) {
      close(CloseCause.CLIENT_RESET);
    } else if (!connect()) {
      connectNext();
    }
  }

  private void watch(long nowNanos) {
    long idle = table.service().settings().idleTimeout().toNanos();
    if (idle > 0 && nowNanos - lastBytesNanos >= idle) {
      close(CloseCause.IDLE);
      return;
    }
    if (needsProbe(fromClient) && Sockets.hasHungUp(fromClient.source())) {
      onReset(fromClient);
    } else if (needsProbe(fromServer) && Sockets.hasHungUp(fromServer.source())) {
      onReset(fromServer);
    }
    settle();
  }

  // ---- close ----------------------------------------------------------------------------------

  /// The only place where anything is given back. May be called more than once.
  void close(CloseCause cause) {
    if (state == State.CLOSED) {
      return;
    }
    reportTraffic();
    endWaiting();
    state = State.CLOSED;
    loop().deadlines().cancel(this);
    closeSide(fromClient);
    if (fromServer != null) {
      closeSide(fromServer);
    }
    if (server != null) {
      server.release();
    }
    table.remove(this);
    table.service().counters().countClose(cause);
    table.admission().leave(loop().nowNanos());
    LOG.debug("connection {}: closed: {}", number, cause.label());
  }

  private static void closeSide(Flow side) {
    side.abandon();
    TcpSockets.closeQuietly(side.source());
  }

  void onDefect(Throwable defect) {
    LOG.error("connection {}: closed after {}", number, defect.toString(), defect);
    close(CloseCause.INTERNAL);
  }

  // ---- report ---------------------------------------------------------------------------------

  /// Adds the bytes since the last call to the counts of the server and the client.
  void reportTraffic() {
    if (fromServer != null && client != null) {
      long up = fromClient.takeUnreported();
      long down = fromServer.takeUnreported();
      server.addTraffic(up, down);
      client.addTraffic(down, up);
    }
  }

  Snapshot.Connection snapshot() {
    return new Snapshot.Connection(
        number,
        TcpSockets.clientName(fromClient.source()),
        server == null ? "" : server.toString(),
        Duration.ofNanos(loop().nowNanos() - openedNanos),
        state.name().toLowerCase(Locale.ROOT),
        fromClient.bytes(),
        fromServer == null ? 0 : fromServer.bytes(),
        fromClient.waiting() + (fromServer == null ? 0L : fromServer.waiting()));
  }
}
