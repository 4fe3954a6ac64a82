package org.penlb.mergelogs;

import java.util.ArrayDeque;
import java.util.TreeMap;
import org.penlb.penlog.WebLine;

/// A web server's log, put in order by time. A server may log the time when a request began and
/// write the line when it ends: so lines are kept until no earlier one is expected.
///
/// Owned by: the main thread.
final class WebLog {
  private static final int SPARE_SECONDS = 16;

  /// The times that have four digits for the year.
  private static final long EARLIEST = -62_167_219_200L;

  private static final long LATEST = 253_402_300_799L;

  private final int server;
  private final LogReader reader;
  private final long disorderSeconds;
  private final Tally tally;
  private final Garbage garbage;
  private final WebLine line = new WebLine();
  private final TreeMap<Long, Second> seconds = new TreeMap<>();
  private final ArrayDeque<Second> spare = new ArrayDeque<>();
  private Second current;
  private long first = Long.MAX_VALUE;
  private long last = Long.MIN_VALUE;

  /// The time of the line before that one. Both have to be beyond the window: a single line with a
  /// wild time must not make every later second look complete.
  private long lastButOne = Long.MIN_VALUE;

  private boolean ended;

  /// @param server the place of its server in the command line
  /// @param disorderSeconds how much earlier than another a line behind it may be
  WebLog(int server, LogReader reader, long disorderSeconds, Tally tally, Garbage garbage) {
    this.server = server;
    this.reader = reader;
    this.disorderSeconds = disorderSeconds;
    this.tally = tally;
    this.garbage = garbage;
  }

  int server() {
    return server;
  }

  Tally tally() {
    return tally;
  }

  /// Reads on until the first second is complete.
  ///
  /// @return false if there are no more lines
  boolean fill() {
    while (!ended && (seconds.isEmpty() || !isFirstComplete())) {
      if (reader.next()) {
        read(reader.bytes(), reader.from(), reader.to());
      } else {
        ended = true;
      }
    }
    return !seconds.isEmpty();
  }

  private boolean isFirstComplete() {
    return Math.min(last, lastButOne) > first + disorderSeconds;
  }

  private void read(byte[] bytes, int from, int to) {
    line.read(bytes, from, to);
    long time = line.unixSeconds();
    boolean good = time >= EARLIEST && time <= LATEST && line.timeFrom() > line.fieldEnd();
    if (!good) {
      reader.reject();
      return;
    }
    tally.lines++;
    lastButOne = last;
    last = time;
    if (current == null || current.time() != time) {
      current = seconds.computeIfAbsent(time, this::second);
      first = Math.min(first, time);
    }
    current.add(bytes, from, to, line.timeFrom());
  }

  private Second second(long time) {
    garbage.make();
    return (spare.isEmpty() ? new Second() : spare.poll()).at(time);
  }

  /// The earliest time.
  long time() {
    return first;
  }

  /// Takes the lines of that time, which are to be given back with [#reuse].
  Second take() {
    var taken = seconds.pollFirstEntry().getValue();
    garbage.drop(1);
    first = seconds.isEmpty() ? Long.MAX_VALUE : seconds.firstKey();
    if (taken == current) {
      current = null;
    }
    return taken;
  }

  void reuse(Second second) {
    if (spare.size() < SPARE_SECONDS) {
      spare.add(second);
    }
  }
}
