package org.penlb.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Locale;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Candidates;
import org.penlb.balance.Client;
import org.penlb.balance.Reason;
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
///                  |                                         ^
///                  +--- Attempts: no server left ------------+
///
/// Owned by: loop. The methods stand in the order in which things happen. What a flow reports while
/// it moves bytes is only noted; [#settle] draws the conclusions when the flow has returned.
final class Connection extends Deadline {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  /// How often a side that the selector does not watch is asked whether it still lives.
  private static final long PROBE_NANOS = 1_000_000_000;

  private enum State {
    CONNECTING,
    CARRYING,
    /// One side was reset: what it sent before is delivered, then the other is reset too.
    RESETTING,
    CLOSED
  }

  private final ConnectionTable table;
  private final long number;
  private final long openedNanos;
  private final ClientAddress address;
  private final Flow fromClient;
  int tableIndex;

  private State state = State.CONNECTING;
  private Client client;

  /// Whether it counts against `pending_max`.
  private boolean pending = true;

  /// Null when there is no way back to it: the server's side has been handed over, and was no idle
  /// connection that may turn out to be of no use.
  private Attempts attempts;

  /// Null while there is none, and for `dummy`.
  private Server server;

  private Reason reason;

  /// Null while there is no server; for `dummy` the same as `fromClient`.
  private Flow fromServer;

  private long lastBytesNanos;

  /// The side that refused bytes, and may still have sent some; null otherwise.
  private Flow refused;

  /// In the course of RESETTING.
  private ResetDelivery delivery;

  private boolean fastClosed;

  private Connection(ConnectionTable table, SocketChannel socket, ClientAddress address) {
    this.table = table;
    this.address = address;
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
    table.service().counters().countAccepted();
    try {
      var remote = socket.getRemoteAddress();
      var address = ClientAddress.of(remote);
      boolean denied = table.service().isDenied(address);
      if (denied && table.service().servers().abuse() == null) {
        turnAway(table, socket, address);
        return;
      }
      var connection = new Connection(table, socket, address);
      table.add(connection);
      connection.open(remote instanceof InetSocketAddress inet ? inet.getPort() : 0, denied);
    } catch (IOException | RuntimeException | Error e) {
      LOG.error("service {}: a client is dropped: {}", table.service().name(), e.toString(), e);
      TcpSockets.closeQuietly(socket);
      table.admission().leaveUnused();
    }
  }

  /// A flood of clients that nobody wants costs no more than to accept and close.
  private static void turnAway(ConnectionTable table, SocketChannel socket, ClientAddress address) {
    LOG.debug("service {}: {} is denied", table.service().name(), address);
    TcpSockets.closeQuietly(socket);
    table.service().counters().countClose(CloseCause.DENIED);
    table.admission().leaveUnused();
  }

  private void open(int port, boolean denied) {
    var service = table.service();
    try {
      TcpSockets.prepare(fromClient.source(), service.settings());
      if (service.settings().dummy() && !denied) {
        answer();
        return;
      }
      long now = loop().nowNanos();
      client = denied ? service.admit(address, now) : service.remember(address, now);
      attempts = new Attempts(this, table, new Candidates(service, client, address, port));
      attempts.next();
    } catch (IOException e) {
      LOG.debug("{}: the client is gone: {}", this, e.getMessage());
      close(CloseCause.CLIENT_RESET);
    } catch (RuntimeException | Error e) {
      onDefect(e);
    }
  }

  /// `dummy`: no server and no client table; what the client sends leads back to it as answers.
  private void answer() throws IOException {
    fromClient.register(SelectionKey.OP_READ);
    fromServer = fromClient;
    tap(new DummySide());
    beginCarrying();
  }

  SocketChannel clientSocket() {
    return fromClient.source();
  }

  // ---- connected ------------------------------------------------------------------------------

  /// A server has taken the connection.
  ///
  /// @param serverSide with a connected socket
  /// @param idle the server has had this connection for a while, and may have closed it by now
  void onConnected(Server taken, Flow serverSide, Reason why, boolean idle) throws IOException {
    serverSide.register(SelectionKey.OP_READ);
    fromClient.register(SelectionKey.OP_READ);
    attempts = idle ? attempts : null;
    server = taken;
    fromServer = serverSide;
    reason = why;
    lastBytesNanos = loop().nowNanos();
    LOG.debug("{}: {} -> {} ({})", this, address, server, reason.label());
    tap(RequestTap.create(table, address, server));
    beginCarrying();
  }

  private void beginCarrying() {
    state = State.CARRYING;
    fromClient.connectTo(fromServer);
    endPending();
    // The client has often sent its request by now: do not wait for the selector to say so.
    fromClient.pump();
    if (fromClient.bytes() > 0 || fromClient.hasEnded()) {
      attempts = null;
    }
    settle();
  }

  private void endPending() {
    if (pending) {
      pending = false;
      table.admission().onSettled(loop().nowNanos());
    }
  }

  /// @param tap what is done with what the client sends; null for nothing
  private void tap(Tap tap) {
    fromClient.tap(tap);
    if (LOG.isTraceEnabled()) {
      boolean ascii = table.service().settings().ascii();
      fromClient.tap(new DumpTap(tap, number + " client", ascii));
      if (server != null) {
        fromServer.tap(new DumpTap(null, number + " server", ascii));
      }
    }
  }

  // ---- carry ----------------------------------------------------------------------------------

  /// All branching on state in the course of readiness.
  void onReady(Flow side, int readyOps) {
    switch (state) {
      case CONNECTING -> attempts.onConnectReady();
      case CARRYING -> {
        if (attempts == null || isStillOpen()) {
          carry(side, readyOps);
        }
      }
      case RESETTING -> carry(side, readyOps);
      case CLOSED -> {}
    }
  }

  /// The first thing that happens to a connection that was idle. Nothing has been read from either
  /// side yet: if the server has closed it meanwhile, another can take its place unnoticed.
  private boolean isStillOpen() {
    if (!Sockets.hasEnded(fromServer.source())) {
      attempts = null;
      return true;
    }
    closeSide(fromServer);
    fromServer = null;
    server = null;
    fromClient.updateInterest(0);
    state = State.CONNECTING;
    loop().deadlines().cancel(this);
    attempts.again();
    return false;
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
    delivery = new ResetDelivery(side, opposite(side), loop().nowNanos());
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

  private void settleReset() {
    if (delivery.isOver(loop().nowNanos())) {
      TcpSockets.resetOnClose(delivery.other().source());
      close(delivery.reset() == fromClient ? CloseCause.CLIENT_RESET : CloseCause.SERVER_RESET);
      return;
    }
    fromClient.updateInterest();
    fromServer.updateInterest();
    loop().deadlines().setNoLaterThan(this, loop().nowNanos() + ResetDelivery.POLL_NANOS);
  }

  // ---- time -----------------------------------------------------------------------------------

  void onSettingsChanged() {
    if (state == State.CARRYING) {
      setDeadline(); // a live connection may have none, or a later one
    }
  }

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
      case CONNECTING -> attempts.onDue(nowNanos);
      case CARRYING -> watch(nowNanos);
      case RESETTING -> settle();
      case CLOSED -> throw new AssertionError("a closed connection has no deadline");
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
    loop().deadlines().cancel(this);
    closeSide(fromClient);
    if (state == State.CONNECTING && attempts != null) {
      attempts.abandon();
    }
    state = State.CLOSED;
    if (server != null) {
      closeSide(fromServer);
      server.release();
    }
    table.remove(this);
    table.service().counters().countClose(cause);
    endPending();
    table.admission().leave(loop().nowNanos());
    LOG.debug("{}: closed: {}", this, cause.label());
  }

  private static void closeSide(Flow side) {
    side.abandon();
    TcpSockets.closeQuietly(side.source());
  }

  void onDefect(Throwable defect) {
    LOG.error("{}: closed after {}", this, defect.toString(), defect);
    close(CloseCause.INTERNAL);
  }

  // ---- report ---------------------------------------------------------------------------------

  /// Adds the bytes since the last call to the counts of the server and the client.
  void reportTraffic() {
    if (server != null) {
      long up = fromClient.takeUnreported();
      long down = fromServer.takeUnreported();
      server.addTraffic(up, down);
      client.addTraffic(down, up);
    }
  }

  long number() {
    return number;
  }

  Snapshot.Connection snapshot() {
    boolean trying = state == State.CONNECTING && attempts != null;
    var tried = trying ? attempts.server() : server;
    return new Snapshot.Connection(
        number,
        TcpSockets.remoteHost(fromClient.source()),
        TcpSockets.remotePort(fromClient.source()),
        tried == null ? "" : tried.toString(),
        Duration.ofNanos(loop().nowNanos() - openedNanos),
        trying ? attempts.stateLabel() : state.name().toLowerCase(Locale.ROOT),
        fromClient.bytes(),
        server == null ? 0 : fromServer.bytes(),
        fromClient.waiting() + (server == null ? 0L : fromServer.waiting()));
  }

  Snapshot.Details details() {
    var serverSide = server == null ? null : fromServer.source();
    return new Snapshot.Details(
        snapshot(),
        TcpSockets.remoteName(fromClient.source()),
        TcpSockets.remoteName(serverSide),
        TcpSockets.localName(serverSide),
        Sockets.descriptor(fromClient.source()),
        serverSide == null ? -1 : Sockets.descriptor(serverSide),
        reason == null ? "" : reason.label(),
        Duration.ofNanos(loop().nowNanos() - lastBytesNanos));
  }

  /// Whether one of its sockets has this descriptor.
  boolean owns(int descriptor) {
    return Sockets.descriptor(fromClient.source()) == descriptor
        || (server != null && Sockets.descriptor(fromServer.source()) == descriptor);
  }

  /// Whether pen reaches the server from this address and port.
  boolean isFrom(InetSocketAddress local) {
    return server != null && local.equals(TcpSockets.localAddress(fromServer.source()));
  }

  /// For logs.
  @Override
  public String toString() {
    return "connection " + number;
  }
}
