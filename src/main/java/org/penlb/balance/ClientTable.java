package org.penlb.balance;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy.FixedExpiration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.penlb.acl.ClientAddress;

/// The clients that pen remembers, at most `limit` of them, strictly least recently used.
///
/// Owned by: shared (a lock around each call, held for about a microsecond).
///
/// Caffeine's own size limit is W-TinyLFU: it may keep an old client that came often and refuse the
/// newest one, which is wrong for a table whose promise is "a client that came last is known". Its
/// expiry after write, however, keeps entries exactly in the order of their insertion. So a visit
/// takes the entry out and puts it in again, which makes that order the order of last visits, and
/// the table drops the head of it when there are too many. (An update in place would not do: within
/// a second of the last write Caffeine treats it as a read, and reads may go unrecorded.)
public final class ClientTable {
  /// Longer than any process lives: order is all that is wanted of the expiry.
  private static final Duration NEVER = Duration.ofDays(365L * 100);

  private final Cache<ClientAddress, Client> clients =
      Caffeine.newBuilder().expireAfterWrite(NEVER).executor(Runnable::run).build();
  private final FixedExpiration<ClientAddress, Client> order =
      clients.policy().expireAfterWrite().orElseThrow();

  private int limit;
  private int size;
  private long forgetAfterNanos;

  /// @param limit most clients, at least 1
  /// @param tracking forget clients so long after their last visit; zero: never
  public ClientTable(int limit, Duration tracking) {
    resize(limit, tracking);
  }

  /// Keeps the newest clients that fit.
  public synchronized void resize(int newLimit, Duration tracking) {
    if (newLimit < 1) {
      throw new IllegalArgumentException("a client table of " + newLimit + " slots");
    }
    limit = newLimit;
    forgetAfterNanos = tracking.toNanos();
    while (size > limit) {
      forgetOldest();
    }
  }

  /// Records that a client begins a connection, and makes it the newest.
  public synchronized Client visit(ClientAddress address, long nowNanos) {
    var client = clients.asMap().remove(address);
    if (client == null) {
      size++;
    }
    if (client == null || isForgotten(client, nowNanos)) {
      client = new Client(address);
    }
    client.visited(nowNanos);
    clients.put(address, client);
    if (size > limit) {
      forgetOldest();
    }
    return client;
  }

  /// The client, or null if it is unknown or forgotten; not a visit.
  public synchronized Client find(ClientAddress address, long nowNanos) {
    var client = clients.getIfPresent(address);
    return client == null || isForgotten(client, nowNanos) ? null : client;
  }

  private boolean isForgotten(Client client, long nowNanos) {
    return forgetAfterNanos > 0 && nowNanos - client.lastVisitNanos() >= forgetAfterNanos;
  }

  private void forgetOldest() {
    for (var address : order.oldest(1).keySet()) {
      clients.asMap().remove(address);
      size--;
    }
  }

  /// Drops the clients that `-T` has let go of; needed for memory only, as [#visit] and [#find] do
  /// not see them any more.
  public synchronized void forgetExpired(long nowNanos) {
    while (forgetAfterNanos > 0 && size > 0) {
      var oldest = order.oldest(1).values().iterator().next();
      if (!isForgotten(oldest, nowNanos)) {
        return;
      }
      forgetOldest();
    }
  }

  public synchronized int size() {
    return size;
  }

  public synchronized int limit() {
    return limit;
  }

  /// At most `most` clients, the newest visit first.
  public synchronized List<Client> newest(int most) {
    return new ArrayList<>(order.youngest(most).values());
  }
}
