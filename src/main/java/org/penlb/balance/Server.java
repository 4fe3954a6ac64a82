package org.penlb.balance;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.penlb.acl.ClientAddress;
import org.penlb.config.ServerSpec;
import org.penlb.stats.Snapshot;

/// One server and what is known of it.
///
/// Owned by: shared (volatile and atomic fields; a lock for changes of the blacklisting only).
///
/// It is the same server as long as its host and port are the same. When the slot gets another host
/// or port, or is removed, the server is retired and another object takes the slot.
public final class Server {
  /// Slot of the emergency and of the abuse server, which clients are never remembered at.
  public static final int NO_SLOT = -1;

  private static final long ANSWER_STEP_NANOS = 1_000_000;

  private final int slot;
  private volatile ServerSpec spec;
  private volatile InetSocketAddress address;
  private volatile boolean retired;

  private final AtomicInteger connections = new AtomicInteger();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder sentDatagrams = new LongAdder();
  private final LongAdder receivedDatagrams = new LongAdder();

  /// Left out because of a connect that failed; null: it is not.
  private volatile Until failure;

  /// Left out by command of the administrator, whose word outlasts a connect that succeeds; null:
  /// it is not.
  private volatile Until order;

  /// Null: it is not drained.
  private volatile Drain drain;

  private volatile boolean hasAnswered;
  private volatile long answeredNanos;

  private record Until(long nanos) {}

  /// @param forEver the clients it has keep coming; otherwise until `untilNanos`
  private record Drain(boolean forEver, long untilNanos) {
    long leftNanos(long nowNanos) {
      return forEver ? Long.MAX_VALUE : Math.max(0, untilNanos - nowNanos);
    }
  }

  /// @param slot index in the server table, or [#NO_SLOT]
  /// @param address of `spec.host()`, looked up by the caller
  public Server(int slot, ServerSpec spec, InetAddress address) {
    this.slot = slot;
    this.spec = spec;
    this.address = new InetSocketAddress(address, spec.port());
  }

  public int slot() {
    return slot;
  }

  public boolean isRegular() {
    return slot != NO_SLOT;
  }

  public ServerSpec spec() {
    return spec;
  }

  public InetSocketAddress address() {
    return address;
  }

  /// Its address in the form in which logs show addresses.
  public ClientAddress addressText() {
    return ClientAddress.of(address.getAddress());
  }

  /// A new look-up of the name gave another address.
  public void moveTo(InetAddress newAddress) {
    address = new InetSocketAddress(newAddress, spec.port());
  }

  /// Limits, weight, rank or access list have changed.
  public void reconfigure(ServerSpec changed) {
    assert changed.host().equals(spec.host()) && changed.port() == spec.port()
        : this + " is another server than " + changed.hostAndPort();
    spec = changed;
  }

  /// Its slot is removed or is another server's now: its clients are as without a server.
  public void retire() {
    retired = true;
  }

  public boolean isRetired() {
    return retired;
  }

  /// Whether a new client may be sent there, but for the limits and the access list: it has a port,
  /// is not blacklisted and not drained.
  public boolean isAvailable(long nowNanos) {
    return drain == null && spec.port() != 0 && !isBlacklisted(nowNanos);
  }

  /// For reports. A server that is both drained and blacklisted is called drained, which lasts.
  public Snapshot.ServerState state(long nowNanos) {
    if (spec.port() == 0) {
      return Snapshot.ServerState.UNUSED;
    }
    if (isDrained()) {
      return Snapshot.ServerState.DRAINED;
    }
    return isBlacklisted(nowNanos) ? Snapshot.ServerState.BLACKLISTED : Snapshot.ServerState.UP;
  }

  // ---- blacklist ------------------------------------------------------------------------------

  public boolean isBlacklisted(long nowNanos) {
    return blacklistedNanos(nowNanos) > 0;
  }

  /// Time left on the blacklist, because of a failure or by command; 0 if it is not on it.
  public long blacklistedNanos(long nowNanos) {
    return Math.max(nanosUntil(failure, nowNanos), nanosUntil(order, nowNanos));
  }

  /// Whether it is left out because it failed, and not by command.
  private boolean hasFailed(long nowNanos) {
    return nanosUntil(failure, nowNanos) > 0;
  }

  private static long nanosUntil(Until until, long nowNanos) {
    return until == null ? 0 : Math.max(0, until.nanos() - nowNanos);
  }

  /// A connect was refused or had no answer. Returns whether this is news: it was not on the
  /// blacklist.
  ///
  /// @param forNanos how long it is left out; 0: not at all
  public synchronized boolean connectFailed(long nowNanos, long forNanos) {
    failed.increment();
    boolean isNews = !isBlacklisted(nowNanos);
    failure = forNanos > 0 ? new Until(nowNanos + forNanos) : null;
    return isNews;
  }

  /// A connect succeeded: brings it straight back, unless a command has left it out.
  public void clearBlacklist() {
    // Checked first: this is called for each connection, and a write would invalidate other cores'
    // copies of the line.
    if (failure != null) {
      failure = null;
    }
  }

  /// It has sent something to a session, and so is there.
  public void onAnswer(long nowNanos) {
    clearBlacklist();
    // Not for each: a write would invalidate other cores' copies of the line.
    if (!hasAnswered || nowNanos - answeredNanos > ANSWER_STEP_NANOS) {
      answeredNanos = nowNanos;
      hasAnswered = true;
    }
  }

  /// Whether it has sent anything to any session since then, give or take a millisecond.
  public boolean hasAnsweredSince(long nanos) {
    return hasAnswered && answeredNanos - nanos > 0;
  }

  /// The administrator leaves it out for so long, or with 0 brings it straight back; that it had
  /// failed before does not count any more.
  public synchronized void blacklist(long nowNanos, long forNanos) {
    order = forNanos > 0 ? new Until(nowNanos + forNanos) : null;
    failure = null;
  }

  // ---- drain ----------------------------------------------------------------------------------

  /// New clients go elsewhere from now on. Those that it has keep coming until `grace` is over,
  /// when nobody is sent there any more.
  ///
  /// @param grace null: they keep coming until [#undrain]
  public void drain(long nowNanos, Duration grace) {
    drain = grace == null ? new Drain(true, 0) : new Drain(false, nowNanos + grace.toNanos());
  }

  public void undrain() {
    drain = null;
  }

  public boolean isDrained() {
    return drain != null;
  }

  /// How long the clients of a drained server keep coming: 0 when that is over, `Long.MAX_VALUE`
  /// when it has no end; 0 too for a server that is not drained.
  public long drainLeftNanos(long nowNanos) {
    var current = drain;
    return current == null ? 0 : current.leftNanos(nowNanos);
  }

  /// Whether its state, apart from limits and access lists, lets a connection in.
  ///
  /// @param expected the client is one of its own, or is pinned to it
  Verdict verdict(boolean expected, long nowNanos) {
    if (spec.port() == 0) {
      return Verdict.NO_PORT;
    }
    var current = drain;
    if (current != null && !(expected && current.leftNanos(nowNanos) > 0)) {
      return Verdict.DRAINED;
    }
    return isBlacklisted(nowNanos) ? Verdict.BLACKLISTED : Verdict.TAKES;
  }

  /// Whether a session that it has, and that may never end by itself, is to go elsewhere: the
  /// server is gone, its clients have had their time to leave, or it has failed and owes this one
  /// an answer.
  public boolean isToBeLeft(boolean owesAnswer, long nowNanos) {
    var current = drain;
    return retired
        || (current != null && current.leftNanos(nowNanos) == 0)
        || (owesAnswer && hasFailed(nowNanos));
  }

  // ---- connections ----------------------------------------------------------------------------

  /// Whether [#tryAcquire] would succeed now.
  boolean hasRoom(boolean returning) {
    int limit = returning ? spec.hardLimit() : spec.max();
    return limit == 0 || connections.get() < limit;
  }

  /// Takes one connection, if there is room.
  ///
  /// @param returning the client used this server last, so that the hard limit counts
  public boolean tryAcquire(boolean returning) {
    int limit = returning ? spec.hardLimit() : spec.max();
    if (limit == 0) {
      connections.incrementAndGet();
      return true;
    }
    int now = connections.get();
    while (now < limit) {
      if (connections.compareAndSet(now, now + 1)) {
        return true;
      }
      now = connections.get();
    }
    return false;
  }

  /// Gives back what [#tryAcquire] took.
  public void release() {
    int left = connections.decrementAndGet();
    assert left >= 0 : this + " released more often than acquired";
  }

  public int connections() {
    return connections.get();
  }

  public void countAccepted() {
    accepted.increment();
  }

  public void addTraffic(long sentBytes, long receivedBytes) {
    sent.add(sentBytes);
    received.add(receivedBytes);
  }

  public void addDatagrams(long sentToIt, long receivedFromIt) {
    sentDatagrams.add(sentToIt);
    receivedDatagrams.add(receivedFromIt);
  }

  /// Connections it took since start.
  public long accepted() {
    return accepted.sum();
  }

  /// Failed connects since start.
  public long failed() {
    return failed.sum();
  }

  /// Bytes sent to it since start.
  public long sent() {
    return sent.sum();
  }

  /// Bytes received from it since start.
  public long received() {
    return received.sum();
  }

  /// Datagrams sent to it since start.
  public long sentDatagrams() {
    return sentDatagrams.sum();
  }

  /// Datagrams received from it since start.
  public long receivedDatagrams() {
    return receivedDatagrams.sum();
  }

  /// For logs: `server 0 (web1:80)`.
  @Override
  public String toString() {
    return (isRegular() ? "server " + slot : "special server") + " (" + spec.hostAndPort() + ")";
  }
}
