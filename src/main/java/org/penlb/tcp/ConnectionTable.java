package org.penlb.tcp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.penlb.balance.Service;
import org.penlb.log.RequestLog;
import org.penlb.loop.EventLoop;
import org.penlb.stats.CloseCause;
import org.penlb.stats.Snapshot;

/// The live connections of one service on one loop, with what they have in common.
///
/// Owned by: loop.
public final class ConnectionTable {
  private final EventLoop loop;
  private final Service service;
  private final Admission admission;
  private final RequestLog requestLog;
  private Connection[] live = new Connection[64];
  private int size;

  private ConnectionTable(
      EventLoop loop, Service service, Admission admission, RequestLog requestLog) {
    this.loop = loop;
    this.service = service;
    this.admission = admission;
    this.requestLog = requestLog;
  }

  /// One table for each loop.
  ///
  /// @param requestLog null for none
  public static List<ConnectionTable> forService(
      Service service, List<EventLoop> loops, RequestLog requestLog) {
    var admission = new Admission(service);
    return loops.stream()
        .map(loop -> new ConnectionTable(loop, service, admission, requestLog))
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

  /// Null for none.
  RequestLog requestLog() {
    return requestLog;
  }

  /// Connections of the service on all loops; from any thread.
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

  /// Brings the counts of servers and clients up to date and describes at most `most` connections.
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

  public void closeAll(CloseCause cause) {
    while (size > 0) {
      live[size - 1].close(cause);
    }
  }
}
