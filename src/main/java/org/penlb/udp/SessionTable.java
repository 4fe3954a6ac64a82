package org.penlb.udp;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Server;
import org.penlb.balance.Service;
import org.penlb.balance.Traffic;
import org.penlb.log.RequestLog;
import org.penlb.loop.Deadline;
import org.penlb.loop.EventLoop;
import org.penlb.stats.CloseCause;
import org.penlb.stats.DropCause;
import org.penlb.stats.Snapshot;
import org.penlb.unix.Datagrams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sessions of one service on one loop, with what they have in common.
///
/// Owned by: loop.
///
/// Anybody can have sessions begun by writing another's address on datagrams. So that such a flood
/// does not displace clients who are really there, sessions are of two kinds: newcomers, and those
/// whose client has spoken again after an answer, which needs somebody who gets the answers. When
/// there is no room, the idlest of the newcomers goes as long as they have an eighth of the places,
/// and otherwise the idlest of the others.
public final class SessionTable extends Deadline implements Traffic {
  private static final Logger LOG = LoggerFactory.getLogger(SessionTable.class);

  private static final int NEWCOMERS_SHARE = 8;

  /// The most bytes of a datagram that are logged.
  private static final int LINE_MOST = 100;

  private final EventLoop loop;
  private final Service service;
  private final Sessions sessions;
  private final ReplyBatch replies = new ReplyBatch(this);
  private final Datagrams incoming = new Datagrams(UdpListener.BATCH);
  private final byte[] line = new byte[LINE_MOST];
  private volatile RequestLog requestLog;
  private final SessionMap map = new SessionMap();
  private final SessionList newcomers = new SessionList();
  private final SessionList established = new SessionList();
  private final List<UdpListener> listeners = new ArrayList<>();

  private SessionTable(EventLoop loop, Service service, Sessions sessions) {
    this.loop = loop;
    this.service = service;
    this.sessions = sessions;
  }

  /// One table for each loop.
  public static List<SessionTable> forService(Service service, List<EventLoop> loops) {
    var sessions = new Sessions(service);
    var tables = loops.stream().map(loop -> new SessionTable(loop, service, sessions)).toList();
    tables.forEach(sessions::add);
    return tables;
  }

  EventLoop loop() {
    return loop;
  }

  Service service() {
    return service;
  }

  long nextNumber() {
    return sessions.nextNumber();
  }

  ReplyBatch replies() {
    return replies;
  }

  /// What listeners receive into, one after the other.
  Datagrams incoming() {
    return incoming;
  }

  // ---- listeners ------------------------------------------------------------------------------

  void add(UdpListener listener) {
    listeners.add(listener);
  }

  void remove(UdpListener listener) {
    listeners.remove(listener);
  }

  // ---- begin ----------------------------------------------------------------------------------

  /// The session of the client who sent what is in this slot; null if it has none.
  Session find(UdpListener listener, int slot) {
    return map.find(
        incoming.senderHigh(slot),
        incoming.senderLow(slot),
        incoming.senderPort(slot),
        listener.localHigh(incoming, slot),
        listener.localLow(incoming, slot),
        listener.port());
  }

  /// A session for a client who has none; null if it is to have none.
  Session begin(UdpListener listener, int slot) {
    var address = ClientAddress.ofBits(incoming.senderHigh(slot), incoming.senderLow(slot));
    boolean denied = service.isDenied(address);
    if (denied && service.servers().abuse() == null) {
      drop(DropCause.DENIED, 1);
      return null;
    }
    makeRoom();
    service.counters().countAccepted();
    long now = loop.nowNanos();
    var client = denied ? service.admit(address, now) : service.remember(address, now);
    var session = new Session(this, listener, client, address, denied, slot);
    map.add(session);
    newcomers.add(session);
    loop.deadlines().setNoLaterThan(this, now + timeoutNanos());
    LOG.debug("{}: {} port {}", session, address, session.clientPort());
    return session;
  }

  /// Takes a place for a session.
  private void makeRoom() {
    while (!sessions.tryEnter()) { // another loop may be faster to take what was given up
      sessions.onFull(loop.nowNanos());
      if (!displaceIdlest()) {
        sessions.enter(); // first: others give room only if there is somebody too many
        sessions.requestRoom(this);
        return;
      }
    }
  }

  /// Returns false if there is no session.
  private boolean displaceIdlest() {
    var idlest = idlest();
    if (idlest == null) {
      return false;
    }
    idlest.close(CloseCause.DISPLACED);
    return true;
  }

  private Session idlest() {
    int share = Math.max(1, sessions.most() / NEWCOMERS_SHARE / sessions.loops());
    boolean fromNewcomers = newcomers.size() >= share || established.size() == 0;
    return (fromNewcomers ? newcomers : established).idlest();
  }

  /// From any thread: another loop has begun a session for which there is no place.
  void requestRoom() {
    try {
      loop.execute(this::giveRoom);
    } catch (RejectedExecutionException e) {
      LOG.debug("service {}: {}", service.name(), e.getMessage());
    }
  }

  private void giveRoom() {
    while (sessions.isOverfull() && displaceIdlest()) {
      // and look again: other loops give room too
    }
  }

  // ---- request log ----------------------------------------------------------------------------

  /// The first line of each datagram of a client is logged there. From any thread; when each loop
  /// has run a task since, none uses the old log any more.
  ///
  /// @param log null for none
  public void replaceLog(RequestLog log) {
    requestLog = log;
  }

  boolean hasLog() {
    return requestLog != null;
  }

  /// An empty line is not logged.
  void log(ClientAddress client, Server server, ByteBuffer datagram) {
    int length = Math.min(datagram.remaining(), LINE_MOST);
    datagram.get(datagram.position(), line, 0, length);
    int end = 0;
    while (end < length && line[end] != '\n' && line[end] != '\r') {
      end++;
    }
    var log = requestLog;
    if (end > 0 && log != null) {
      log.line(client.toString(), server.addressText().toString(), line, 0, end);
    }
  }

  // ---- while they live ------------------------------------------------------------------------

  /// The client has said something.
  ///
  /// @param answered whether it has had an answer before
  void onSpoken(Session session, boolean answered) {
    if (answered && session.list == newcomers) {
      newcomers.remove(session);
      established.add(session);
    } else {
      session.list.touch(session);
    }
  }

  /// Some datagrams get no further.
  void drop(DropCause cause, int datagrams) {
    service.counters().countDrop(cause, datagrams);
  }

  void onFlood(int datagrams) {
    drop(DropCause.FLOOD, datagrams);
    sessions.onFlood(loop.nowNanos());
  }

  /// There is no socket for this session. If it is for want of descriptors another one gives its
  /// own up for the next.
  void onShortage(Session session, IOException cause) {
    sessions.onShortage(cause, loop.nowNanos());
    var idlest = idlest();
    if (idlest != session && !(cause instanceof BindException)) {
      idlest.close(CloseCause.DISPLACED);
    }
  }

  void onStranger(Server server, String sender) {
    drop(DropCause.STRANGER, 1);
    sessions.onStranger(server.toString(), sender, loop.nowNanos());
  }

  /// A server refused or did not answer: it is left out for the blacklist time.
  void onServerFailed(Session session, Server server, String why) {
    var blacklist = service.settings().blacklist();
    boolean news = server.connectFailed(loop.nowNanos(), blacklist.toNanos());
    if (news && blacklist.isPositive()) {
      LOG.warn("{}: {}: left out for {} s", server, why, blacklist.toSeconds());
    } else {
      LOG.debug("{}: {}: {}", session, server, why);
    }
  }

  // ---- end ------------------------------------------------------------------------------------

  private long timeoutNanos() {
    return service.settings().udpTimeout().toNanos();
  }

  @Override
  protected void onDeadline(long nowNanos) {
    expire(newcomers, nowNanos);
    expire(established, nowNanos);
  }

  private void expire(SessionList list, long nowNanos) {
    long timeout = timeoutNanos();
    for (var session = list.idlest(); session != null; session = list.idlest()) {
      long due = session.lastNanos() + timeout;
      if (due - nowNanos > 0) {
        loop.deadlines().setNoLaterThan(this, due);
        return;
      }
      session.close(CloseCause.EXPIRED);
    }
  }

  /// It is over: the last thing it does.
  void remove(Session session) {
    map.remove(session);
    session.list.remove(session);
    sessions.leave();
    if (map.size() == 0) {
      loop.deadlines().cancel(this);
    }
  }

  @Override
  public void closeAll(CloseCause cause) {
    forEach(session -> session.close(cause));
    List.copyOf(listeners).forEach(UdpListener::closeIfDeaf);
  }

  // ---- changes and questions ------------------------------------------------------------------

  @Override
  public void settingsChanged() {
    forEach(
        session -> {
          if (service.isDenied(session.address()) != session.isDenied()) {
            session.close(CloseCause.DENIED); // and may begin anew
          } else {
            session.forgetChoice();
          }
        });
    giveRoom();
    onDeadline(loop.nowNanos());
  }

  private void forEach(java.util.function.Consumer<Session> what) {
    newcomers.forEach(what);
    established.forEach(what);
  }

  @Override
  public int liveOnAllLoops() {
    return sessions.live();
  }

  @Override
  public int idleOnAllLoops() {
    return 0;
  }

  @Override
  public List<Snapshot.Connection> snapshot(int most) {
    var snapshots = new ArrayList<Snapshot.Connection>(Math.min(map.size(), most));
    forEach(
        session -> {
          session.reportTraffic();
          if (snapshots.size() < most) {
            snapshots.add(session.snapshot());
          }
        });
    return snapshots;
  }

  @Override
  public Snapshot.Details details(long number) {
    return details(session -> session.number() == number);
  }

  @Override
  public Snapshot.Details ownerOf(int descriptor) {
    return descriptor < 0 ? null : details(session -> session.descriptor() == descriptor);
  }

  /// Any address of this machine will do: the kernel chooses it for each datagram.
  @Override
  public Snapshot.Details from(InetSocketAddress local) {
    return details(session -> session.isFrom(local.getPort()));
  }

  private Snapshot.Details details(Predicate<Session> wanted) {
    var found = first(wanted);
    return found == null ? null : found.details();
  }

  @Override
  public boolean close(long number, CloseCause cause) {
    var found = first(session -> session.number() == number);
    if (found != null) {
      found.close(cause);
    }
    return found != null;
  }

  /// Looks at all of them: for an administrator's question that is fast enough.
  private Session first(Predicate<Session> wanted) {
    var found = new ArrayList<Session>(1);
    forEach(
        session -> {
          if (found.isEmpty() && wanted.test(session)) {
            found.add(session);
          }
        });
    return found.isEmpty() ? null : found.getFirst();
  }
}
