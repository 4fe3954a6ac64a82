package org.penlb.balance;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy.CacheEntry;
import com.github.benmanes.caffeine.cache.Policy.FixedExpiration;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.penlb.acl.ClientAddress;

/// The clients that pen remembers, at most `limit` of them, strictly least recently used.
///
/// Owned by: shared (a lock, held for about a microsecond at a time; what concerns many clients is
/// done in steps or without it, and sees clients that connect meanwhile as they were or will be).
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

  /// Clients that are forgotten in one hold of the lock, some 50 us.
  private static final int STEP = 256;

  /// Caffeine is to do its housekeeping, which it would have executed after each write, only before
  /// it is asked for the order and when some hundred writes are due. Its clock stands still.
  private final Cache<ClientAddress, Client> clients =
      Caffeine.newBuilder().expireAfterWrite(NEVER).executor(_ -> {}).ticker(() -> 0).build();

  private final FixedExpiration<ClientAddress, Client> order =
      clients.policy().expireAfterWrite().orElseThrow();

  /// How many clients each server has; one without an entry has none.
  private final ConcurrentHashMap<Server, LongAdder> counts = new ConcurrentHashMap<>();

  /// The oldest, in their order; some may have come back or gone since. To ask for one at a time
  /// would cost as much as all the rest of a visit.
  private final ArrayDeque<Client> oldest = new ArrayDeque<>(STEP);

  private int limit;
  private int size;
  private volatile long forgetAfterNanos;

  /// The server whose clients are being forgotten, those that visit meanwhile too; null for none.
  private Server forgetting;

  private int forgottenAtVisit;

  /// @param limit most clients, at least 1
  /// @param tracking forget clients so long after their last visit; zero: never
  public ClientTable(int limit, Duration tracking) {
    resize(limit, tracking);
  }

  /// Keeps the newest clients that fit.
  public void resize(int newLimit, Duration tracking) {
    if (newLimit < 1) {
      throw new IllegalArgumentException("a client table of " + newLimit + " slots");
    }
    set(newLimit, tracking);
    while (evictSome()) {
      // and let others have the lock
    }
  }

  private synchronized void set(int newLimit, Duration tracking) {
    limit = newLimit;
    forgetAfterNanos = tracking.toNanos();
  }

  /// Returns whether there may be more.
  private synchronized boolean evictSome() {
    for (int i = 0; i < STEP && size > limit; i++) {
      forgetOldest();
    }
    return size > limit;
  }

  /// Records that a client begins a connection, and makes it the newest.
  public synchronized Client visit(ClientAddress address, long nowNanos) {
    var client = clients.getIfPresent(address);
    if (client == null) {
      size++;
    } else {
      clients.asMap().remove(address);
      if (isForgotten(client, nowNanos) || isBeingForgotten(client)) {
        client.leave();
        client = null;
      }
    }
    if (client == null) {
      client = new Client(address, this);
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
    var client = oldest.poll();
    while (client == null || !client.isNextToGo()) {
      if (client == null) {
        lookForOldest();
      }
      client = oldest.poll();
    }
    remove(client.address());
  }

  private void lookForOldest() {
    oldest.addAll(order.oldest(entries -> entries.limit(STEP).map(CacheEntry::getValue).toList()));
    oldest.forEach(Client::setNextToGo);
  }

  private void remove(ClientAddress address) {
    var client = clients.asMap().remove(address);
    if (client != null) {
      size--;
      client.leave();
    }
  }

  /// Drops the clients that `-T` has let go of; needed for memory only, as [#visit] and [#find] do
  /// not see them any more.
  public void forgetExpired(long nowNanos) {
    while (forgetSomeExpired(nowNanos)) {
      // and let others have the lock
    }
  }

  /// Returns whether there may be more.
  private synchronized boolean forgetSomeExpired(long nowNanos) {
    if (forgetAfterNanos == 0 || size == 0) {
      return false;
    }
    int looked = 0;
    for (var client : order.oldest(STEP).values()) {
      if (!isForgotten(client, nowNanos)) {
        return false;
      }
      remove(client.address());
      looked++;
    }
    return looked == STEP;
  }

  /// Its next connection is that of a new client; live ones go on. Returns whether it was known.
  ///
  /// @param address as it is known here, that is cut to the prefix that makes a client
  public synchronized boolean forget(ClientAddress address) {
    int before = size;
    remove(address);
    return size < before;
  }

  /// Forgets all clients of a server, that is of its slot where services share the table. Returns
  /// how many.
  public int forget(Server server) {
    synchronized (clients) { // one at a time; visits do not wait for it
      setForgetting(server);
      int forgotten = 0;
      for (var client : clients.asMap().values()) {
        if (isAt(client.server(), server) && forgetAt(client, server)) {
          forgotten++;
        }
      }
      return forgotten + setForgetting(null);
    }
  }

  private synchronized int setForgetting(Server server) {
    int meanwhile = forgottenAtVisit;
    forgottenAtVisit = 0;
    forgetting = server;
    return meanwhile;
  }

  /// The walk through the table may miss the client that is taken out and put in again.
  private boolean isBeingForgotten(Client client) {
    if (forgetting == null || !isAt(client.server(), forgetting)) {
      return false;
    }
    forgottenAtVisit++;
    return true;
  }

  private synchronized boolean forgetAt(Client client, Server server) {
    return isAt(client.server(), server)
        && clients.getIfPresent(client.address()) == client
        && forget(client.address());
  }

  private static boolean isAt(Server used, Server server) {
    return used == server
        || (used != null
            && used.slot() == server.slot()
            && !used.isRetired()
            && !server.isRetired());
  }

  /// How many clients have their server in each slot of the table.
  public int[] countBySlot(ServerTable servers, long nowNanos) {
    forgetExpired(nowNanos);
    var bySlot = new int[servers.size()];
    for (var count : counts.entrySet()) {
      var server = count.getKey();
      int slot = servers.slotFor(server);
      if (slot >= 0) {
        bySlot[slot] += count.getValue().intValue();
      } else if (server.isRetired() && count.getValue().intValue() <= 0) {
        counts.remove(server);
      }
    }
    return bySlot;
  }

  /// A client of this table has come to a server or has left one, or both. The client's lock is
  /// held, so this must not wait for that of the table.
  void onMoved(Server from, Server to) {
    if (from != null) {
      count(from).decrement();
    }
    if (to != null) {
      count(to).increment();
    }
  }

  private LongAdder count(Server server) {
    var count = counts.get(server);
    return count != null ? count : counts.computeIfAbsent(server, _ -> new LongAdder());
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
