package org.penlb.udp;

import java.security.SecureRandom;

/// The sessions of one loop by who talks to whom: a hash table that allocates nothing to look
/// something up, chained through the sessions themselves.
///
/// Owned by: loop.
final class SessionMap {
  private static final int FIRST_CAPACITY = 64;

  /// Differs from process to process, so that nobody can choose addresses that collide.
  private static final long[] SEED = new SecureRandom().longs(3).toArray();

  private Session[] buckets = new Session[FIRST_CAPACITY];
  private int size;

  int size() {
    return size;
  }

  /// The session, or null.
  Session find(
      long clientHigh, long clientLow, int clientPort, long localHigh, long localLow, int port) {
    int hash = hash(clientHigh, clientLow, clientPort, localLow);
    for (var s = buckets[hash & (buckets.length - 1)]; s != null; s = s.nextInBucket) {
      if (s.hash == hash && s.isOf(clientHigh, clientLow, clientPort, localHigh, localLow, port)) {
        return s;
      }
    }
    return null;
  }

  static int hash(long clientHigh, long clientLow, int clientPort, long localLow) {
    long client = product(clientHigh ^ SEED[0], clientLow ^ SEED[1]);
    long mixed = product(client ^ localLow, clientPort ^ SEED[2]);
    return (int) (mixed ^ (mixed >>> 32));
  }

  /// All 128 bits of a product, folded. With a secret in both factors nobody knows what differences
  /// of the factors cancel each other out. (As in wyhash, Wang Yi 2019.)
  private static long product(long a, long b) {
    return a * b ^ Math.unsignedMultiplyHigh(a, b);
  }

  /// Adds one that is not there.
  void add(Session session) {
    if (size == buckets.length) {
      grow();
    }
    put(session);
    size++;
  }

  private void put(Session session) {
    int bucket = session.hash & (buckets.length - 1);
    session.nextInBucket = buckets[bucket];
    buckets[bucket] = session;
  }

  private void grow() {
    var old = buckets;
    buckets = new Session[2 * old.length];
    for (var first : old) {
      for (var session = first; session != null; ) {
        var next = session.nextInBucket;
        put(session);
        session = next;
      }
    }
  }

  /// Takes out one that is there.
  void remove(Session session) {
    int bucket = session.hash & (buckets.length - 1);
    if (buckets[bucket] == session) {
      buckets[bucket] = session.nextInBucket;
    } else {
      var before = buckets[bucket];
      while (before.nextInBucket != session) {
        before = before.nextInBucket;
      }
      before.nextInBucket = session.nextInBucket;
    }
    session.nextInBucket = null;
    size--;
  }
}
