package org.penlb.tcp;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.penlb.balance.Service;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether a service takes another connection: the count against `-x`, and the listeners that wait.
///
/// Owned by: shared (atomic counters; listeners are resumed on their own loops).
final class Admission {
  private static final Logger LOG = LoggerFactory.getLogger(Admission.class);

  /// An episode of fullness or shortage is over when there was none for so long.
  private static final long EPISODE_NANOS = 10_000_000_000L;

  private final Service service;
  private final AtomicInteger live = new AtomicInteger();
  private final AtomicLong lastNumber = new AtomicLong();
  private final AtomicInteger paused = new AtomicInteger();

  /// Connections without a descriptor for the server's side.
  private final AtomicInteger waiting = new AtomicInteger();

  private final List<TcpListener> listeners = new CopyOnWriteArrayList<>();

  private volatile boolean full;
  private volatile boolean wasFull;
  private volatile long fullUntilNanos;
  private boolean scarce;
  private long lastShortageNanos;

  Admission(Service service) {
    this.service = service;
  }

  void add(TcpListener listener) {
    listeners.add(listener);
  }

  int live() {
    return live.get();
  }

  long nextNumber() {
    return lastNumber.incrementAndGet();
  }

  /// Takes one of the `-x` places; [#leave] gives it back.
  boolean tryEnter() {
    int limit = service.settings().connectionsMax();
    for (int now = live.get(); now < limit; now = live.get()) {
      if (live.compareAndSet(now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  void leave(long nowNanos) {
    int left = live.decrementAndGet();
    // Not at the limit itself, where each close lets one in.
    int limit = service.settings().connectionsMax();
    if (full && left < limit - limit / 10) {
      fullUntilNanos = nowNanos;
      full = false;
    }
    // The listener raises `paused` before it looks at `live` again, so one of us sees the other.
    if (paused.get() > 0 && waiting.get() == 0) {
      for (var listener : listeners) {
        listener.requestResume();
      }
    }
  }

  /// Gives a place back for which there was no descriptor. Nobody is woken: each would only fail
  /// the same way and wake the next one.
  void leaveForShortage() {
    live.decrementAndGet();
  }

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

  void onPaused() {
    paused.incrementAndGet();
  }

  void onResumed() {
    paused.decrementAndGet();
  }

  /// There is no place left; said once per episode.
  void onFull(long nowNanos) {
    if (full) {
      return;
    }
    full = true;
    if (!wasFull || nowNanos - fullUntilNanos > EPISODE_NANOS) {
      wasFull = true;
      LOG.warn(
          "service {}: {} simultaneous connections (-x): further clients wait until one closes",
          service.name(),
          service.settings().connectionsMax());
    }
  }

  /// This machine has no descriptor, port or memory left for pen: every listener pauses. Said once
  /// per episode.
  void onShortage(String what, Throwable cause, long nowNanos) {
    if (isNewEpisode(nowNanos)) {
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

  private synchronized boolean isNewEpisode(long nowNanos) {
    boolean isNew = !scarce || nowNanos - lastShortageNanos > EPISODE_NANOS;
    lastShortageNanos = nowNanos;
    scarce = true;
    return isNew;
  }
}
