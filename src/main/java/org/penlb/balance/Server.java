package org.penlb.balance;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.penlb.acl.ClientAddress;
import org.penlb.config.ServerSpec;

/// One server and what is known of it.
///
/// Owned by: shared (volatile and atomic fields).
public final class Server {
  /// Slot of the emergency and of the abuse server, which clients are never remembered at.
  public static final int NO_SLOT = -1;

  private final int slot;
  private final ServerSpec spec;
  private volatile InetSocketAddress address;

  private final AtomicInteger connections = new AtomicInteger();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder received = new LongAdder();

  /// Blacklisted until this time on the monotonic clock, if at all. Two fields, as each value of
  /// nanoTime is a valid time; the flag is set last and read first.
  private volatile long blacklistedUntilNanos;

  private volatile boolean blacklisted;

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

  /// Has a port and is not blacklisted.
  public boolean isAvailable(long nowNanos) {
    return spec.port() != 0 && !isBlacklisted(nowNanos);
  }

  public boolean isBlacklisted(long nowNanos) {
    return blacklistedNanos(nowNanos) > 0;
  }

  /// Time left on the blacklist; 0 if it is not on it.
  public long blacklistedNanos(long nowNanos) {
    return blacklisted ? Math.max(0, blacklistedUntilNanos - nowNanos) : 0;
  }

  /// Returns whether this is news: it was not on the blacklist.
  public boolean blacklist(long nowNanos, long forNanos) {
    failed.increment();
    boolean news = !isBlacklisted(nowNanos);
    blacklistedUntilNanos = nowNanos + forNanos;
    blacklisted = forNanos > 0;
    return news;
  }

  /// Brings it straight back.
  public void clearBlacklist() {
    // Checked first: this is called for each connection, and a write would invalidate other cores'
    // copies of the line.
    if (blacklisted) {
      blacklisted = false;
    }
  }

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

  /// For logs: `server 0 (web1:80)`.
  @Override
  public String toString() {
    return (isRegular() ? "server " + slot : "special server") + " (" + spec.hostAndPort() + ")";
  }
}
