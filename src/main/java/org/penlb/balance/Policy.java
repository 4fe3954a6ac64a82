package org.penlb.balance;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.penlb.acl.ClientAddress;
import org.penlb.config.Algorithm;
import org.penlb.config.Settings;

/// Names the first server to try for a client that has none.
///
/// Owned by: shared (one atomic number: the slot that round robin handed out last).
///
/// Each algorithm returns a slot, or -1 if it has no opinion; the scan over the servers is in the
/// order of slots and costs a few nanoseconds each.
final class Policy {
  private static final Algorithm[] ALGORITHMS = Algorithm.values();

  private final AtomicInteger lastHandedOut = new AtomicInteger(-1);

  /// @param port the client's, used by `hash` where clients are not tracked
  /// @param preview null unless it is only a question
  int first(
      Settings settings,
      ServerTable servers,
      ClientAddress client,
      int port,
      long nowNanos,
      Preview preview) {
    for (var algorithm : ALGORITHMS) {
      if (settings.algorithms().contains(algorithm)) {
        int slot =
            switch (algorithm) {
              case PRIO -> lowestPrio(servers, nowNanos);
              case WEIGHT -> leastLoadedByWeight(servers, nowNanos);
              case HASH ->
                  settings.roundrobin() && port < 0 && preview != null
                      ? preview.pick(servers, nowNanos)
                      : hash(servers, client, settings.roundrobin() ? port : 0, nowNanos);
              case LEASTCONN -> fewestConnections(servers, nowNanos, preview);
              case RANDOM ->
                  preview != null ? preview.pick(servers, nowNanos) : random(servers, nowNanos);
            };
        if (slot >= 0) {
          if (preview != null) {
            preview.decidedBy(algorithm, slot);
          }
          return slot;
        }
      }
    }
    return roundRobin(servers, nowNanos, preview);
  }

  private static int lowestPrio(ServerTable servers, long nowNanos) {
    int best = -1;
    for (int slot = 0; slot < servers.size(); slot++) {
      var server = servers.server(slot);
      if (server.isAvailable(nowNanos)
          && (best < 0 || server.spec().prio() < servers.server(best).spec().prio())) {
        best = slot;
      }
    }
    return best;
  }

  private static int leastLoadedByWeight(ServerTable servers, long nowNanos) {
    int best = -1;
    for (int slot = 0; slot < servers.size(); slot++) {
      var server = servers.server(slot);
      if (server.isAvailable(nowNanos)
          && server.spec().weight() > 0
          && (best < 0 || isLessLoaded(server, servers.server(best)))) {
        best = slot;
      }
    }
    return best;
  }

  /// `a.connections/a.weight < b.connections/b.weight`, without the division.
  private static boolean isLessLoaded(Server a, Server b) {
    return (long) a.connections() * b.spec().weight() < (long) b.connections() * a.spec().weight();
  }

  /// Rendezvous hashing (Thaler and Ravishankar 1998): each server has a score for each client, and
  /// the highest wins, so that the loss of a server moves its own clients only. The score is a
  /// function of the client's address and of the server's slot alone, hence the same in every pen
  /// that has the same list of servers.
  private static int hash(ServerTable servers, ClientAddress client, int port, long nowNanos) {
    long key = mix(mix(client.high()) + client.low()) + port;
    int best = -1;
    long bestScore = 0;
    for (int slot = 0; slot < servers.size(); slot++) {
      long score = mix(key ^ mix(slot + 1));
      if (servers.server(slot).isAvailable(nowNanos) && (best < 0 || score > bestScore)) {
        best = slot;
        bestScore = score;
      }
    }
    return best;
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
  private static long mix(long bits) {
    long z = bits + 0x9e37_79b9_7f4a_7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
    return z ^ (z >>> 31);
  }

  private int fewestConnections(ServerTable servers, long nowNanos, Preview preview) {
    int last = lastHandedOut.get();
    int best = -1;
    for (int i = 1; i <= servers.size(); i++) {
      int slot = Math.floorMod(last + i, servers.size());
      var server = servers.server(slot);
      if (server.isAvailable(nowNanos)
          && (best < 0 || server.connections() < servers.server(best).connections())) {
        best = slot;
      }
    }
    if (best >= 0 && preview == null) {
      lastHandedOut.set(best);
    }
    return best;
  }

  private static int random(ServerTable servers, long nowNanos) {
    int available = 0;
    int chosen = -1;
    // One pass: the k-th available server replaces the choice with probability 1/k.
    for (int slot = 0; slot < servers.size(); slot++) {
      if (servers.server(slot).isAvailable(nowNanos)
          && ThreadLocalRandom.current().nextInt(++available) == 0) {
        chosen = slot;
      }
    }
    return chosen;
  }

  /// From the slot after the last one handed out, the first that can take a new client; a server
  /// that cannot would only pass its turn on to its neighbour, which would then get two.
  private int roundRobin(ServerTable servers, long nowNanos, Preview preview) {
    while (true) {
      int last = lastHandedOut.get();
      int slot = Math.floorMod(last + 1, servers.size());
      for (int i = 0; i < servers.size(); i++) {
        int other = Math.floorMod(last + 1 + i, servers.size());
        var server = servers.server(other);
        if (server.isAvailable(nowNanos) && server.hasRoom(false)) {
          slot = other;
          break;
        }
      }
      if (preview != null) {
        preview.decidedByRoundRobin(slot);
        return slot;
      }
      if (lastHandedOut.compareAndSet(last, slot)) {
        return slot;
      }
    }
  }
}
