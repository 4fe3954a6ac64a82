package org.penlb.tcp;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.penlb.balance.Service;
import org.penlb.loop.Episode;
import org.penlb.loop.EventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether a service takes another connection: the counts against `-x` and `pending_max`, and the
/// listeners that wait.
///
/// Owned by: shared (atomic counters; listeners are resumed on their own loops).
final class Admission {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  private final Service service;
  private final Places live = new Places();

  /// Connections that are not yet, and not yet again, connected to a server.
  private final Places pending = new Places();

  private final AtomicLong lastNumber = new AtomicLong();
  private final AtomicInteger paused = new AtomicInteger();

  /// Connections without a descriptor for the server's side.
  private final AtomicInteger waiting = new AtomicInteger();

  private final List<TcpListener> listeners = new CopyOnWriteArrayList<>();
  private final Episode shortage = new Episode();

  Admission(Service service) {
    this.service = service;
  }

  void add(TcpListener listener) {
    listeners.add(listener);
  }

  void remove(TcpListener listener) {
    listeners.remove(listener);
  }

  int listeners() {
    return listeners.size();
  }

  /// On that loop.
  void closeRetired(EventLoop loop) {
    for (var listener : listeners) {
      if (listener.loop() == loop && listener.isRetired()) {
        listener.close();
      }
    }
  }

  /// Settings have changed: there may be room, and the backlog may be another.
  void onSettingsChanged() {
    listeners.forEach(TcpListener::requestUpdate);
  }

  int live() {
    return live.taken();
  }

  /// Connections that have no server yet.
  int pending() {
    return pending.taken();
  }

  long nextNumber() {
    return lastNumber.incrementAndGet();
  }

  private int liveMax() {
    return service.settings().connectionsMax();
  }

  private int pendingMax() {
    return service.settings().pendingMax();
  }

  // ---- places ---------------------------------------------------------------------------------

  /// Takes one of the `-x` places, which [#leave] gives back, and one of the `pending_max`, which
  /// [#onSettled] gives back.
  boolean tryEnter() {
    if (!live.tryTake(liveMax())) {
      return false;
    }
    if (!pending.tryTake(pendingMax())) {
      live.undo();
      return false;
    }
    return true;
  }

  /// For a client whom nobody will accept if it is not now.
  void enter() {
    live.take();
    pending.take();
  }

  /// A connection has its server, or is given up.
  void onSettled(long nowNanos) {
    pending.giveBack(pendingMax(), nowNanos);
    wakeIfRoom();
  }

  void leave(long nowNanos) {
    live.giveBack(liveMax(), nowNanos);
    wakeIfRoom();
  }

  /// There was nobody to enter.
  void leaveUnused() {
    leaveForShortage();
    wakeIfRoom();
  }

  /// Gives both places back for which there was no descriptor. Nobody is woken: each would only
  /// fail the same way and wake the next one.
  void leaveForShortage() {
    pending.undo();
    live.undo();
  }

  /// A listener raises `paused` before it tries again to enter, so one of us sees the other.
  private void wakeIfRoom() {
    if (paused.get() > 0
        && waiting.get() == 0
        && !live.isFull(liveMax())
        && !pending.isFull(pendingMax())) {
      for (var listener : listeners) {
        listener.requestResume();
      }
    }
  }

  void onPaused() {
    paused.incrementAndGet();
  }

  void onResumed() {
    paused.decrementAndGet();
  }

  /// There is no place left; said once per episode.
  void onFull(long nowNanos) {
    if (live.isFull(liveMax())) {
      if (live.isNews(nowNanos)) {
        LOG.warn(
            "service {}: {} simultaneous connections (-x): further clients wait until one closes",
            service.name(),
            liveMax());
      }
    } else if (pending.isFull(pendingMax()) && pending.isNews(nowNanos)) {
      LOG.warn(
          "service {}: {} unfinished connects (pending_max): further clients wait until one is"
              + " finished",
          service.name(),
          pendingMax());
    }
  }

  // ---- shortage -------------------------------------------------------------------------------

  /// A connection waits for a descriptor; those that become free are for it and not for new
  /// clients, who wait in the backlog as well as here.
  void onWaiting() {
    waiting.incrementAndGet();
  }

  void onWaitingOver() {
    waiting.decrementAndGet();
  }

  boolean othersGoFirst() {
    return waiting.get() > 0;
  }

  /// This machine has no descriptor, port or memory left for pen: every listener pauses. Said once
  /// per episode.
  void onShortage(String what, Throwable cause, long nowNanos) {
    if (shortage.begins(nowNanos)) {
      LOG.warn(
          "service {}: {}: {}: clients wait until it is better; no server is blamed",
          service.name(),
          what,
          cause.getMessage());
    }
    for (var listener : listeners) {
      listener.requestPause();
    }
  }
}
