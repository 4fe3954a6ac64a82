package org.penlb.udp;

import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Candidates;
import org.penlb.balance.Client;
import org.penlb.balance.Reason;
import org.penlb.balance.Server;
import org.penlb.log.Dump;
import org.penlb.loop.Ready;
import org.penlb.stats.CloseCause;
import org.penlb.stats.DropCause;
import org.penlb.stats.Snapshot;
import org.penlb.unix.Datagrams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who talks to whom: one client's address and port with one local address and port, and the server
/// that answers.
///
///     no server --> chooseServer --> a server's --> close
///         ^                             |
///         +--- it refused, owes answers or is to be left; the next datagram goes elsewhere
///
/// Owned by: loop.
final class Session implements Ready {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  // Links of SessionMap and SessionList.
  Session nextInBucket;
  Session older;
  Session newer;
  SessionList list;
  final int hash;

  private final SessionTable table;
  private final long number;
  private final long openedNanos;
  private final Client client;
  private final ClientAddress address;
  private final boolean denied;
  private final int clientPort;
  private final int clientScope;
  private final long localHigh;
  private final long localLow;
  private final int localScope;
  private final int localPort;

  /// The one that its client spoke to last: another may take its place on the same address.
  private UdpListener listener;

  private long lastNanos;
  private boolean answered;
  private boolean closed;

  /// Null when the server has answered, or settings have changed: a failure then begins a new
  /// choice.
  private Candidates candidates;

  /// Null while there is none.
  private ServerSide serverSide;

  private Reason reason;
  private long chosenNanos;

  /// The server that has not answered this client, but others; null for none.
  private Server avoided;

  private int burst = 1;

  /// What the network said of the server, 0 for nothing.
  private int refusal;

  private final Tally tally = new Tally();

  /// @param slot in which the incoming datagrams have one of it
  Session(
      SessionTable table,
      UdpListener listener,
      Client client,
      ClientAddress address,
      boolean denied,
      int slot) {
    var in = table.incoming();
    this.table = table;
    this.listener = listener;
    this.client = client;
    this.address = address;
    this.denied = denied;
    this.number = table.nextNumber();
    this.openedNanos = table.loop().nowNanos();
    this.lastNanos = openedNanos;
    this.clientPort = in.senderPort(slot);
    this.clientScope = in.senderScope(slot);
    this.localHigh = listener.localHigh(in, slot);
    this.localLow = listener.localLow(in, slot);
    this.localScope = listener.localScope(in, slot);
    this.localPort = listener.port();
    this.hash = SessionMap.hash(address.high(), address.low(), clientPort, localLow);
    listener.enter();
  }

  // ---- whose ----------------------------------------------------------------------------------

  boolean isOf(long clientHigh, long clientLow, int port, long toHigh, long toLow, int toPort) {
    return address.low() == clientLow
        && clientPort == port
        && localLow == toLow
        && localPort == toPort
        && address.high() == clientHigh
        && localHigh == toHigh;
  }

  /// Whether what is in this slot is another datagram of it.
  boolean isSender(Datagrams in, int slot, UdpListener by) {
    return isOf(
        in.senderHigh(slot),
        in.senderLow(slot),
        in.senderPort(slot),
        by.localHigh(in, slot),
        by.localLow(in, slot),
        by.port());
  }

  // ---- to the server --------------------------------------------------------------------------

  /// Passes on the client's datagrams in the slots from `from` up to, not including, `to`.
  void toServer(UdpListener by, Datagrams in, int from, int to) {
    hear(by);
    if (serverSide != null && isToBeLeft()) {
      leaveServer();
    }
    for (int next = from; next < to && !closed; ) {
      if (serverSide != null && owesTooManyAnswers()) {
        onSilence();
      }
      if (serverSide != null || chooseServer(to - next)) {
        next = send(in, next, Math.min(to, next + room()));
      }
    }
  }

  private void hear(UdpListener by) {
    lastNanos = table.loop().nowNanos();
    table.onSpoken(this, answered);
    if (by != listener) {
      by.enter();
      listener.leave();
      listener = by;
    }
  }

  private boolean isToBeLeft() {
    return serverSide.hasMoved()
        || serverSide.server().isToBeLeft(serverSide.unanswered() > 0, lastNanos)
        || (reason == Reason.EMERGENCY
            && lastNanos - chosenNanos > table.service().settings().udpTimeout().toNanos()
            && isRegularServerBack());
  }

  private boolean isRegularServerBack() {
    chosenNanos = lastNanos; // not to look again at once
    return table.service().servers().servers().stream()
        .anyMatch(server -> server.isAvailable(lastNanos));
  }

  private boolean owesTooManyAnswers() {
    int most = table.service().settings().udpUnanswered();
    if (most == 0 || serverSide.unanswered() < most) {
      return false;
    }
    table.replies().receive(this, serverSide.descriptor()); // they may be waiting
    return refusal != 0 || serverSide.unanswered() >= most;
  }

  private void onSilence() {
    if (refusal != 0) {
      onFailed(Datagrams.message(refusal));
    } else if (serverSide.answersOthers()) {
      // It has nothing to say to this client, perhaps a forged one, who is not to harm others.
      LOG.debug("{}: {} answers others only", this, serverSide.server());
      avoided = serverSide.server();
      closeServerSide();
    } else {
      onFailed(serverSide.unanswered() + " datagrams without an answer");
    }
  }

  /// How many datagrams may go to the server before it has to answer.
  private int room() {
    int most = table.service().settings().udpUnanswered();
    return most == 0 ? UdpListener.BATCH : Math.max(1, most - serverSide.unanswered());
  }

  /// Sends what can be sent; returns the slot that is next. The server may have refused by then.
  private int send(Datagrams in, int from, int to) {
    if (LOG.isTraceEnabled()) {
      dump(in, from, to, "client");
    }
    int next = serverSide.send(in, from, to, lastNanos);
    log(in, from, next);
    if (next == to) {
      return to;
    }
    int errno = serverSide.sendAgain(in, next);
    if (Datagrams.isUnreachable(errno)) {
      onFailed(Datagrams.message(errno));
      return next;
    }
    if (Datagrams.isWithoutWay(errno)) {
      LOG.debug("{}: {}: {}", this, serverSide.server(), Datagrams.message(errno));
      closeServerSide(); // the server is not to blame
      return next;
    }
    if (errno == 0) {
      log(in, next, next + 1);
    } else {
      LOG.debug("{}: a datagram is dropped: {}", this, Datagrams.message(errno));
      table.drop(DropCause.UNSENT, 1);
    }
    return next + 1;
  }

  private void log(Datagrams in, int from, int to) {
    if (table.hasLog()) {
      for (int slot = from; slot < to; slot++) {
        table.log(address, serverSide.server(), in.bytes(slot));
      }
    }
  }

  // ---- choose ---------------------------------------------------------------------------------

  /// Finds a server that can take it. Returns false if there is none: what the client sent is
  /// dropped, and the session is over.
  private boolean chooseServer(int datagrams) {
    if (candidates == null) {
      candidates = new Candidates(table.service(), client, address, clientPort);
    }
    long now = table.loop().nowNanos();
    var passedOver = avoided;
    avoided = null;
    for (var next = candidates.next(now); next != null; next = candidates.next(now)) {
      if (next == passedOver) {
        next.release();
        continue;
      }
      try {
        serverSide =
            ServerSide.open(next, table.service().settings(), address, table.loop(), this, tally);
        onChosen(next, now);
        return true;
      } catch (ConnectException e) {
        next.release();
        table.onServerFailed(this, next, e.getMessage());
      } catch (IOException e) {
        next.release();
        table.onShortage(this, e);
        table.drop(DropCause.SHORTAGE, datagrams);
        close(CloseCause.SHORTAGE);
        return false;
      }
    }
    if (passedOver != null) { // there is no other
      candidates = null;
      return chooseServer(datagrams);
    }
    LOG.debug("{}: no server can take it", this);
    boolean isDenied = candidates.isDenied();
    table.drop(isDenied ? DropCause.DENIED : DropCause.NO_SERVER, datagrams);
    close(isDenied ? CloseCause.DENIED : CloseCause.NO_SERVER);
    return false;
  }

  /// Servers may have changed since the choice began: what is chosen next is chosen among all.
  void forgetChoice() {
    candidates = null;
  }

  private void onChosen(Server server, long now) {
    reason = candidates.reason();
    chosenNanos = now;
    candidates.taken(now);
    server.countAccepted();
    LOG.debug("{}: {} -> {} ({})", this, address, server, reason.label());
  }

  /// The server cannot be had: the next datagram goes elsewhere.
  private void onFailed(String why) {
    var server = serverSide.server();
    closeServerSide();
    table.onServerFailed(this, server, why);
  }

  /// It is to be chosen anew.
  private void leaveServer() {
    LOG.debug("{}: leaves {}", this, serverSide.server());
    closeServerSide();
    candidates = null;
  }

  private void closeServerSide() {
    reportTraffic();
    serverSide.close();
    serverSide = null;
    refusal = 0;
  }

  // ---- from the server ------------------------------------------------------------------------

  @Override
  public void onReady(int readyOps) {
    table.replies().receive(this, serverSide.descriptor());
    if (refusal != 0) {
      onFailed(Datagrams.message(refusal));
    }
  }

  /// Returns whether what is in this slot is for the client.
  boolean onReply(Datagrams from, int slot) {
    if (!serverSide.isSender(from, slot)) {
      onStranger(from, slot);
      return false;
    }
    if (LOG.isTraceEnabled()) {
      dump(from, slot, slot + 1, "server");
    }
    answered = true;
    candidates = null;
    lastNanos = table.loop().nowNanos();
    list.touch(this);
    serverSide.onAnswer(from.length(slot), lastNanos);
    return true;
  }

  /// How many datagrams of the server to ask for: about as many as came together the last time.
  int burst() {
    return burst;
  }

  /// There were as many as that when so many were asked for.
  void onBurst(int count, int asked) {
    burst = count == asked ? 2 * asked : Math.max(1, count);
  }

  private void onStranger(Datagrams from, int slot) {
    var stranger = ClientAddress.ofBits(from.senderHigh(slot), from.senderLow(slot));
    table.onStranger(serverSide.server(), UdpSockets.text(stranger, from.senderPort(slot)));
    serverSide.onStranger();
  }

  /// Whether the network had something to say; there may be more.
  boolean isToldOfError(Datagrams any) {
    int errno = any.nextError(serverSide.descriptor());
    if (Datagrams.isUnreachable(errno)) {
      refusal = errno;
    }
    return errno != 0;
  }

  UdpListener listener() {
    return listener;
  }

  /// Has what is in this slot go to the client, from where the client sent to.
  void addressReply(Datagrams out, int slot) {
    boolean ipv6 = listener.isIpv6();
    out.to(slot, ipv6, address.high(), address.low(), clientPort, clientScope);
    if (listener.isWildcard()) {
      out.from(slot, ipv6, localHigh, localLow, localScope);
    }
  }

  private void dump(Datagrams datagrams, int from, int to, String side) {
    boolean ascii = table.service().settings().ascii();
    for (int slot = from; slot < to; slot++) {
      Dump.trace(LOG, number + " " + side, datagrams.bytes(slot), ascii);
    }
  }

  // ---- close ----------------------------------------------------------------------------------

  /// The only place where everything is given back. May be called more than once.
  void close(CloseCause cause) {
    if (closed) {
      return;
    }
    closed = true;
    if (serverSide != null) {
      closeServerSide();
    }
    table.remove(this);
    table.service().counters().countClose(cause);
    listener.leave();
    LOG.debug("{}: closed: {}", this, cause.label());
  }

  @Override
  public void onDefect(Throwable defect) {
    LOG.error("{}: closed after {}", this, defect.toString(), defect);
    close(CloseCause.INTERNAL);
  }

  // ---- report ---------------------------------------------------------------------------------

  /// Adds what went by since the last call to the counts of the server and the client.
  void reportTraffic() {
    if (serverSide != null) {
      tally.tell(serverSide.server(), client);
    }
  }

  long number() {
    return number;
  }

  ClientAddress address() {
    return address;
  }

  int clientPort() {
    return clientPort;
  }

  boolean isDenied() {
    return denied;
  }

  long lastNanos() {
    return lastNanos;
  }

  /// Of its socket to the server; -1 while there is none.
  int descriptor() {
    return serverSide == null ? -1 : serverSide.descriptor();
  }

  Snapshot.Connection snapshot() {
    return new Snapshot.Connection(
        number,
        address.toString(),
        clientPort,
        serverSide == null ? "" : serverSide.server().toString(),
        Duration.ofNanos(table.loop().nowNanos() - openedNanos),
        serverSide == null ? "waiting" : answered ? "answered" : "asking",
        tally.bytesUp(),
        tally.bytesDown(),
        0);
  }

  Snapshot.Details details() {
    return new Snapshot.Details(
        snapshot(),
        UdpSockets.text(address, clientPort),
        serverSide == null ? "" : UdpSockets.text(serverSide.address()),
        serverSide == null ? "" : "port " + serverSide.localPort(),
        listener.descriptor(),
        descriptor(),
        reason == null ? "" : reason.label(),
        Duration.ofNanos(table.loop().nowNanos() - lastNanos));
  }

  /// Whether pen reaches the server from this port.
  boolean isFrom(int localPort) {
    return serverSide != null && serverSide.localPort() == localPort;
  }

  /// For logs.
  @Override
  public String toString() {
    return "session " + number;
  }
}
