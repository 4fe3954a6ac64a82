package org.penlb.mergelogs;

import java.util.ArrayDeque;

/// A second in which clients have sent the same request to the same server.
///
/// Owned by: the main thread; its [Request] links it with those before and behind.
final class Moment {
  final Request request;
  final long seconds;
  Moment earlier;
  Moment later;

  /// The first of them; null when all are taken. Nearly always there are no others.
  private byte[] client;

  private ArrayDeque<byte[]> others;

  Moment(Request request, long seconds, byte[] client) {
    this.request = request;
    this.seconds = seconds;
    this.client = client;
  }

  void add(byte[] another) {
    if (others == null) {
      others = new ArrayDeque<>(2);
    }
    others.add(another);
  }

  /// Takes the client who was the first of those that are left.
  byte[] take() {
    var taken = client;
    client = others == null ? null : others.poll();
    return taken;
  }

  boolean isEmpty() {
    return client == null;
  }

  void clear() {
    client = null;
    others = null;
  }

  Moment neighbour() {
    return later != null ? later : earlier;
  }

  void insertBetween(Moment before, Moment behind) {
    earlier = before;
    later = behind;
    if (before != null) {
      before.later = this;
    }
    if (behind != null) {
      behind.earlier = this;
    }
  }

  void unlink() {
    if (earlier != null) {
      earlier.later = later;
    }
    if (later != null) {
      later.earlier = earlier;
    }
    earlier = null;
    later = null;
  }
}
