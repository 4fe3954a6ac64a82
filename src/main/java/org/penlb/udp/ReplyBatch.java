package org.penlb.udp;

import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import org.penlb.stats.DropCause;
import org.penlb.unix.Datagrams;

/// What servers have answered in this turn of the loop: it leaves together, with one call for all
/// sessions of a listener.
///
/// Owned by: loop.
final class ReplyBatch {
  private static final int SLOTS = 32;

  private final SessionTable table;
  private final Datagrams datagrams = new Datagrams(SLOTS);

  /// Whose client gets what is in the slot; null for nobody.
  private final Session[] sessions = new Session[SLOTS];

  private final Runnable flush = this::flush;
  private int used;
  private boolean flushing;

  ReplyBatch(SessionTable table) {
    this.table = table;
  }

  /// Receives what waits in the socket of a session, or a part of it: then the selector says so
  /// again.
  ///
  /// @param descriptor of the socket
  void receive(Session session, int descriptor) {
    if (used == SLOTS) {
      flush();
    }
    int count = take(session, descriptor);
    while (count == 0 && session.isToldOfError(datagrams)) {
      count = take(session, descriptor);
    }
    if (used > 0 && !flushing) {
      flushLater();
    }
  }

  /// Most sessions get one answer at a time, for which there is a cheaper call.
  private int take(Session session, int descriptor) {
    int most = Math.min(session.burst(), SLOTS - used);
    int count =
        most == 1
            ? datagrams.receiveOne(descriptor, used)
            : datagrams.receive(descriptor, used, most);
    for (int slot = used; slot < used + count; slot++) {
      sessions[slot] = session.onReply(datagrams, slot) ? session : null;
    }
    used += count;
    session.onBurst(count, most);
    return count;
  }

  private void flushLater() {
    try {
      table.loop().execute(flush);
      flushing = true;
    } catch (RejectedExecutionException e) { // it ends
      flush();
    }
  }

  private void flush() {
    flushing = false;
    try {
      for (int from = 0; from < used; ) {
        var session = sessions[from];
        from = session == null ? from + 1 : send(session.listener(), from);
      }
    } finally {
      datagrams.reset(0, used);
      Arrays.fill(sessions, 0, used, null);
      used = 0;
    }
  }

  /// Sends what goes out of one listener without interruption; returns the slot after it.
  private int send(UdpListener listener, int from) {
    int to = from;
    while (to < used && sessions[to] != null && sessions[to].listener() == listener) {
      sessions[to].addressReply(datagrams, to);
      to++;
    }
    for (int next = from; next < to; ) {
      next += datagrams.send(listener.descriptor(), next, to - next);
      if (next < to) { // there is a word for why; whoever wants to know sees the count
        table.drop(DropCause.UNSENT, 1);
        next++;
      }
    }
    return to;
  }
}
