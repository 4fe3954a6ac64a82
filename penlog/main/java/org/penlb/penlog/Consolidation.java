package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.function.Consumer;

/// What penlogd does with datagrams: keeps the lines from pen, and gives those from web servers
/// their clients.
///
/// Owned by: penlogd's thread. Has no socket, file or clock. A line costs the same however many are
/// kept.
///
/// Two ways to match. Without waiting, as the classic one does, a web server's line gets the client
/// of the newest line from pen with the same server and request, each time anew. With waiting, a
/// line from pen serves one line of a web server; one that finds none waits for the next, and only
/// when its time is over it shares the newest that has served already.
final class Consolidation {
  private final KeptLines kept;
  private final WaitingLines waiting = new WaitingLines();
  private final long holdNanos;
  private final MergedLog log;
  private final Counts counts;
  private final Consumer<String> debug;

  private final PenLine penLine = new PenLine();
  private final WebLine webLine = new WebLine();
  private final RequestKey key = new RequestKey();

  /// @param lines how many lines from pen are kept
  /// @param holdNanos how long a web server's line waits for pen's; 0: not at all
  /// @param debug is told of lines without a match; null: nobody wants to know
  Consolidation(int lines, long holdNanos, MergedLog log, Counts counts, Consumer<String> debug) {
    kept = new KeptLines(lines);
    this.holdNanos = holdNanos;
    this.log = log;
    this.counts = counts;
    this.debug = debug;
  }

  /// Takes a datagram, which is one line, whatever is in it.
  ///
  /// @param bytes begins with it; line feeds in it are replaced
  /// @param senderHigh of the sender's address, which says whose line it is
  void onDatagram(byte[] bytes, int length, long senderHigh, long senderLow, long nanos) {
    int end = length > 0 && bytes[length - 1] == '\n' ? length - 1 : length;
    if (end == 0) {
      counts.empty++;
    } else if (PenLine.isDatagram(bytes, 0, end)) {
      onPenLine(bytes, end);
    } else {
      counts.fromWeb++;
      // Whoever sends one datagram writes one line.
      for (int i = 0; i < end; i++) {
        if (bytes[i] == '\n') {
          bytes[i] = '.';
        }
      }
      onWebLine(bytes, end, senderHigh, senderLow, nanos);
    }
  }

  private void onPenLine(byte[] bytes, int end) {
    counts.fromPen++;
    int first = 0; // pen sends one line in a datagram, and no other begins in it
    while (first < end && bytes[first] != '\n') {
      first++;
    }
    var server = penLine.readDatagram(bytes, 0, first) ? penLine.serverAddress() : null;
    if (server == null) {
      counts.notUnderstood++;
      say("not understood: ", bytes, end);
      return;
    }
    key.length = penLine.requestText(key.text);
    key.of(server.high(), server.low());
    var line = waiting.isEmpty() ? null : waiting.take(key);
    if (line != null) {
      counts.waited++;
      counts.matched++;
      log.add(
          bytes,
          penLine.clientFrom(),
          penLine.clientLength(),
          line.line,
          line.fieldEnd,
          line.line.length);
    }
    kept.keep(key, bytes, penLine.clientFrom(), penLine.clientLength(), line != null);
  }

  private void onWebLine(byte[] bytes, int end, long high, long low, long nanos) {
    if (!webLine.read(bytes, 0, end)) {
      counts.withoutRequest++;
      say("without a request: ", bytes, end);
      log.add(bytes, 0, 0, bytes, 0, end);
      return;
    }
    key.length = webLine.requestText(key.text);
    key.of(high, low);
    int slot = kept.newest(key);
    if (slot == KeptLines.NONE && webLine.isEscaped()) {
      slot = newestAsIs(high, low);
    }
    if (holdNanos == 0) {
      write(slot, bytes, webLine.fieldEnd(), end);
    } else if (slot != KeptLines.NONE && !kept.isTaken(slot)) {
      write(slot, bytes, webLine.fieldEnd(), end);
      kept.take(slot);
    } else {
      waiting.add(key, bytes, 0, end, webLine.fieldEnd(), nanos + holdNanos);
    }
  }

  /// For a server that does not escape what its clients send; the key stays the other one.
  private int newestAsIs(long high, long low) {
    key.length = webLine.requestTextAsIs(key.text);
    key.of(high, low);
    int slot = kept.newest(key);
    key.length = webLine.requestText(key.text);
    key.of(high, low);
    return slot;
  }

  private void write(int slot, byte[] bytes, int fieldEnd, int end) {
    if (slot == KeptLines.NONE) {
      counts.unmatched++;
      say("without a match: ", bytes, end);
      log.add(bytes, 0, 0, bytes, 0, end);
    } else {
      counts.matched++;
      log.add(
          kept.bytes(), KeptLines.clientFrom(slot), kept.clientLength(slot), bytes, fieldEnd, end);
    }
  }

  /// Writes the lines that have waited long enough.
  void onTime(long nanos) {
    for (var line = waiting.due(nanos); line != null; line = waiting.due(nanos)) {
      int slot = kept.newest(line.key);
      if (slot == KeptLines.NONE) {
        slot = lateAsIs(line);
      }
      write(slot, line.line, line.fieldEnd, line.line.length);
      if (slot != KeptLines.NONE && !kept.isTaken(slot)) {
        kept.take(slot);
      }
    }
  }

  /// A server that does not escape has waited under the key of one that does, in vain.
  private int lateAsIs(WaitingLines.Waiting line) {
    webLine.read(line.line, 0, line.line.length);
    return webLine.isEscaped() ? newestAsIs(line.key.high, line.key.low) : KeptLines.NONE;
  }

  boolean isWaiting() {
    return !waiting.isEmpty();
  }

  /// When [#onTime] has something to do; only if there is something that waits.
  long nextNanos() {
    return waiting.nextNanos();
  }

  /// Writes all lines that still wait.
  void end() {
    while (!waiting.isEmpty()) {
      onTime(waiting.nextNanos());
    }
  }

  private void say(String what, byte[] bytes, int end) {
    if (debug != null) {
      debug.accept(what + new String(bytes, 0, end, ISO_8859_1));
    }
  }
}
