package org.penlb.tcp;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.penlb.balance.Server;
import org.penlb.balance.Service;
import org.penlb.balance.Traffic;
import org.penlb.log.RequestLog;
import org.penlb.loop.EventLoop;
import org.penlb.stats.CloseCause;
import org.penlb.stats.Snapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The live connections of one service on one loop, with what they have in common.
///
/// Owned by: loop.
public final class ConnectionTable implements Traffic {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionTable.class);

  private final EventLoop loop;
  private final Service service;
  private final Admission admission;
  private final Idlers idlers;
  private final IdleConnections idle;
  private volatile RequestLog requestLog;
  private Connection[] live = new Connection[64];
  private int size;

  private ConnectionTable(
      EventLoop loop, Service service, Admission admission, Idlers idlers, RequestLog requestLog) {
    this.loop = loop;
    this.service = service;
    this.admission = admission;
    this.idlers = idlers;
    this.idle = new IdleConnections(this, idlers);
    this.requestLog = requestLog;
  }

  /// One table for each loop.
  ///
  /// @param requestLog null for none
  public static List<ConnectionTable> forService(
      Service service, List<EventLoop> loops, RequestLog requestLog) {
    var admission = new Admission(service);
    var idlers = new Idlers(service);
    return loops.stream()
        .map(loop -> new ConnectionTable(loop, service, admission, idlers, requestLog))
        .toList();
  }

  EventLoop loop() {
    return loop;
  }

  Service service() {
    return service;
  }

  Admission admission() {
    return admission;
  }

  IdleConnections idle() {
    return idle;
  }

  @Override
  public int idleOnAllLoops() {
    return idlers.have();
  }

  /// Null for none.
  RequestLog requestLog() {
    return requestLog;
  }

  /// Further requests, those of live connections included, are logged there. Connections that began
  /// while there was no log stay out of it: nobody has looked at their bytes, and it cannot be
  /// known what they are in the middle of.
  ///
  /// From any thread. When each loop has run a task since, none uses the old log any more: then it
  /// can be closed without losing a line.
  ///
  /// @param newLog null for none
  public void replaceLog(RequestLog newLog) {
    requestLog = newLog;
  }

  /// A connection to a server is about to be made.
  void makeRoom(Server server) {
    idlers.makeRoom(server);
  }

  /// A server refused or did not answer: it is left out for the blacklist time.
  ///
  /// @return whether this is news, and has been logged
  boolean onConnectFailed(Server server, String why) {
    var blacklist = service.settings().blacklist();
    boolean news =
        server.connectFailed(loop.nowNanos(), blacklist.toNanos()) && blacklist.isPositive();
    if (news) {
      LOG.warn("{}: {}: left out for {} s", server, why, blacklist.toSeconds());
    }
    return news;
  }

  @Override
  public void settingsChanged() {
    admission.onSettingsChanged();
    idle.update();
    for (int i = 0; i < size; i++) {
      live[i].onSettingsChanged();
    }
  }

  @Override
  public int liveOnAllLoops() {
    return admission.live();
  }

  void add(Connection connection) {
    if (size == live.length) {
      live = Arrays.copyOf(live, 2 * size);
    }
    live[size] = connection;
    connection.tableIndex = size++;
  }

  void remove(Connection connection) {
    var last = live[--size];
    live[size] = null;
    live[connection.tableIndex] = last;
    last.tableIndex = connection.tableIndex;
  }

  @Override
  public List<Snapshot.Connection> snapshot(int most) {
    var snapshots = new ArrayList<Snapshot.Connection>(Math.min(size, most));
    for (int i = 0; i < size; i++) {
      live[i].reportTraffic();
      if (snapshots.size() < most) {
        snapshots.add(live[i].snapshot());
      }
    }
    return snapshots;
  }

  @Override
  public Snapshot.Details details(long number) {
    return details(connection -> connection.number() == number);
  }

  @Override
  public Snapshot.Details ownerOf(int descriptor) {
    return descriptor < 0 ? null : details(connection -> connection.owns(descriptor));
  }

  @Override
  public Snapshot.Details from(InetSocketAddress local) {
    return details(connection -> connection.isFrom(local));
  }

  private Snapshot.Details details(Predicate<Connection> wanted) {
    var found = find(wanted);
    return found == null ? null : found.details();
  }

  /// Looks at all of them: for an administrator's question that is fast enough.
  private Connection find(Predicate<Connection> wanted) {
    for (int i = 0; i < size; i++) {
      if (wanted.test(live[i])) {
        return live[i];
      }
    }
    return null;
  }

  @Override
  public boolean close(long number, CloseCause cause) {
    var found = find(connection -> connection.number() == number);
    if (found != null) {
      found.close(cause);
    }
    return found != null;
  }

  @Override
  public void closeAll(CloseCause cause) {
    idle.close();
    admission.closeRetired(loop);
    while (size > 0) {
      live[size - 1].close(cause);
    }
  }
}
