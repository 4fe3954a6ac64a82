package org.penlb.udp;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.penlb.balance.Service;
import org.penlb.loop.Episode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the loops of one service have in common: how many sessions there are, and what was said
/// about them.
///
/// Owned by: shared (atomic counters; the tables are the same from the beginning on).
final class Sessions {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

  private final Service service;
  private final List<SessionTable> tables = new ArrayList<>();
  private final AtomicInteger live = new AtomicInteger();
  private final AtomicLong lastNumber = new AtomicLong();
  private final Episode full = new Episode();
  private final Episode flood = new Episode();
  private final Episode shortage = new Episode();
  private final Episode strangers = new Episode();

  Sessions(Service service) {
    this.service = service;
  }

  /// Before anything else happens.
  void add(SessionTable table) {
    tables.add(table);
  }

  int loops() {
    return tables.size();
  }

  int live() {
    return live.get();
  }

  int most() {
    return service.settings().connectionsMax();
  }

  long nextNumber() {
    return lastNumber.incrementAndGet();
  }

  /// Takes one of the `-x` places, if there is one.
  boolean tryEnter() {
    int most = most();
    for (int now = live.get(); now < most; now = live.get()) {
      if (live.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  /// Takes a place, whether or not there is one: somebody is about to give one up.
  void enter() {
    live.incrementAndGet();
  }

  void leave() {
    live.decrementAndGet();
  }

  boolean isOverfull() {
    return live.get() > most();
  }

  /// Has another loop end a session: this one has none.
  void requestRoom(SessionTable own) {
    for (var table : tables) {
      if (table != own) {
        table.requestRoom();
      }
    }
  }

  // ---- said once per episode ------------------------------------------------------------------

  void onFull(long nowNanos) {
    if (full.begins(nowNanos)) {
      LOG.warn(
          "service {}: {} simultaneous sessions (-x): the idlest make room for new ones",
          service.name(),
          most());
    }
  }

  void onFlood(long nowNanos) {
    if (flood.begins(nowNanos)) {
      LOG.warn(
          "service {}: too many new clients at once: datagrams of some are dropped, those of known"
              + " sessions are not",
          service.name());
    }
  }

  void onShortage(Throwable cause, long nowNanos) {
    if (shortage.begins(nowNanos)) {
      LOG.warn(
          "service {}: no socket for a session: {}: datagrams are dropped; no server is blamed",
          service.name(),
          cause.getMessage());
    }
  }

  /// @param server who should have sent it
  /// @param sender who did, and from which port
  void onStranger(String server, String sender, long nowNanos) {
    if (strangers.begins(nowNanos)) {
      LOG.warn(
          "service {}: a datagram for a client of {} came from {} instead: dropped; servers must"
              + " answer from the address they are asked at",
          service.name(),
          server,
          sender);
    }
  }
}
