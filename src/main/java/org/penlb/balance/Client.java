package org.penlb.balance;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.penlb.acl.ClientAddress;

/// One client: what pen remembers of a source address.
///
/// Owned by: shared (volatile and atomic fields; visits are serialised by the client table, moves
/// from server to server by a lock). Live connections keep the object even when the table has
/// forgotten the client.
///
/// There may be a million of them: what only clients need that have moved is made when they move.
public final class Client {
  private static final VarHandle SENT = counter("sent");
  private static final VarHandle RECEIVED = counter("received");
  private static final VarHandle SENT_DATAGRAMS = counter("sentDatagrams");
  private static final VarHandle RECEIVED_DATAGRAMS = counter("receivedDatagrams");

  /// How many previous stays are kept.
  static final int STAYS = 4;

  private final ClientAddress address;
  private volatile Server server;
  private volatile Reason reason;
  private volatile long lastVisitNanos;
  private volatile long connects;
  private volatile long sent;
  private volatile long received;
  private volatile long sentDatagrams;
  private volatile long receivedDatagrams;

  /// The table that it is or was in, and that is told of moves; null for none.
  private final ClientTable table;

  /// A flag beside a table that stays: the collector looks through the surroundings of each
  /// reference that is written, and this client may not have been touched for a million others.
  private boolean hasLeft;

  /// The table will forget it before all that are not, unless it comes back. Guarded by the lock of
  /// the table.
  private boolean nextToGo;

  /// When it came to its server.
  private long sinceNanos;

  /// The latest first; null until it has moved. Never changed, only replaced.
  private List<Stay> stays;

  /// A time at one server.
  record Stay(Server server, long fromNanos, long untilNanos, Departure why) {}

  /// @param server null before the first
  record Place(Server server, long sinceNanos, List<Stay> stays) {}

  /// @param table null for a client that is not remembered
  Client(ClientAddress address, ClientTable table) {
    this.address = address;
    this.table = table;
  }

  private static VarHandle counter(String name) {
    try {
      return MethodHandles.lookup().findVarHandle(Client.class, name, long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  public ClientAddress address() {
    return address;
  }

  /// The regular server that took its last connection; null before the first.
  public Server server() {
    return server;
  }

  /// Why its last connection went where it went; null before the first.
  public Reason reason() {
    return reason;
  }

  /// A server took its connection. Only regular servers are remembered.
  ///
  /// @param from its server when this one was chosen; null if it had none
  /// @param left why it is not there any more, if it has moved
  void remember(Server tookIt, Reason why, Server from, Departure left, long nowNanos) {
    reason = why;
    if (server != tookIt && tookIt.isRegular()) {
      settle(tookIt, from, left, nowNanos);
    }
  }

  private synchronized void settle(Server tookIt, Server from, Departure left, long nowNanos) {
    var before = server;
    if (before == null) {
      sinceNanos = nowNanos;
    } else if (before.slot() != tookIt.slot() || before.isRetired()) {
      var longer = new ArrayList<Stay>(STAYS);
      longer.add(new Stay(before, sinceNanos, nowNanos, before == from ? left : Departure.CROSSED));
      if (stays != null) {
        longer.addAll(stays.subList(0, Math.min(stays.size(), STAYS - 1)));
      }
      stays = List.copyOf(longer);
      sinceNanos = nowNanos;
    }
    server = tookIt;
    if (table != null && !hasLeft) {
      table.onMoved(before, tookIt);
    }
  }

  /// The table has forgotten it.
  synchronized void leave() {
    if (!hasLeft && server != null) {
      table.onMoved(server, null);
    }
    hasLeft = true;
    nextToGo = false;
  }

  void setNextToGo() {
    nextToGo = true;
  }

  boolean isNextToGo() {
    return nextToGo;
  }

  synchronized Place place() {
    return new Place(server, sinceNanos, stays == null ? List.of() : stays);
  }

  public long lastVisitNanos() {
    return lastVisitNanos;
  }

  public long connects() {
    return connects;
  }

  /// Bytes sent to it.
  public long sent() {
    return sent;
  }

  /// Bytes received from it.
  public long received() {
    return received;
  }

  /// Datagrams sent to it.
  public long sentDatagrams() {
    return sentDatagrams;
  }

  /// Datagrams received from it.
  public long receivedDatagrams() {
    return receivedDatagrams;
  }

  /// The table's lock is held: there is one writer at a time.
  @SuppressWarnings("NonAtomicVolatileUpdate")
  void visited(long nowNanos) {
    lastVisitNanos = nowNanos;
    connects++;
    nextToGo = false;
  }

  public void addTraffic(long sentBytes, long receivedBytes) {
    SENT.getAndAdd(this, sentBytes);
    RECEIVED.getAndAdd(this, receivedBytes);
  }

  public void addDatagrams(long sentToIt, long receivedFromIt) {
    SENT_DATAGRAMS.getAndAdd(this, sentToIt);
    RECEIVED_DATAGRAMS.getAndAdd(this, receivedFromIt);
  }
}
