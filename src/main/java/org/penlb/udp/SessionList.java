package org.penlb.udp;

import java.util.function.Consumer;

/// Sessions in the order of their last datagrams, the idlest first, linked through the sessions
/// themselves.
///
/// Owned by: loop.
final class SessionList {
  private Session idlest;
  private Session newest;
  private int size;

  int size() {
    return size;
  }

  /// Null if there is none.
  Session idlest() {
    return idlest;
  }

  /// Adds one that is in no list, as the newest.
  void add(Session session) {
    session.list = this;
    session.older = newest;
    if (newest == null) {
      idlest = session;
    } else {
      newest.newer = session;
    }
    newest = session;
    size++;
  }

  /// Takes out one that is in this list.
  void remove(Session session) {
    if (session.older == null) {
      idlest = session.newer;
    } else {
      session.older.newer = session.newer;
    }
    if (session.newer == null) {
      newest = session.older;
    } else {
      session.newer.older = session.older;
    }
    session.list = null;
    session.older = null;
    session.newer = null;
    size--;
  }

  /// One that is in this list has had a datagram.
  void touch(Session session) {
    if (session != newest) {
      remove(session);
      add(session);
    }
  }

  /// Each may be taken out meanwhile, and no other.
  void forEach(Consumer<Session> what) {
    for (var session = idlest; session != null; ) {
      var next = session.newer;
      what.accept(session);
      session = next;
    }
  }
}
