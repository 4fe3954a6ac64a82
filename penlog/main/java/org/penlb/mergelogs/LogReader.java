package org.penlb.mergelogs;

import java.util.Arrays;

/// The lines of a log. A line ends with a line feed, or a carriage return and a line feed, or with
/// the file; empty ones are passed over.
///
/// Owned by: the main thread.
final class LogReader {
  /// Bytes that are read at once.
  static final int CHUNK = 32 * 1024;

  /// The most bytes of a line; longer ones are rejects. The buffer becomes so large for those only.
  static final int LONGEST = 1024 * 1024;

  private final LogInput input;
  private final Rejects rejects;
  private final Tally tally;
  private final Runnable step;
  private byte[] buffer = new byte[0];

  /// Where the next line begins, and what has been searched for its end.
  private int next;

  private int searched;
  private int limit;
  private boolean ended;
  private int from;
  private int to;

  /// @param step what to do now and then, however long it takes to find what is looked for
  LogReader(LogInput input, Rejects rejects, Tally tally, Runnable step) {
    this.input = input;
    this.rejects = rejects;
    this.tally = tally;
    this.step = step;
  }

  /// Goes to the next line.
  ///
  /// @return false at the end of the log, or of what can be read of it
  boolean next() {
    while (true) {
      int end = lineFeed();
      if (end < 0) {
        if (!ended) {
          fill();
          continue;
        }
        if (next == limit) {
          buffer = new byte[0];
          return false;
        }
        end = limit;
      }
      from = next;
      to = end > from && buffer[end - 1] == '\r' ? end - 1 : end;
      next = Math.min(end + 1, limit);
      searched = next;
      if (to > from) {
        return true;
      }
    }
  }

  private int lineFeed() {
    var bytes = buffer;
    int end = limit;
    for (int i = searched; i < end; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    searched = end;
    return -1;
  }

  private void fill() {
    if (limit - next >= LONGEST) {
      skipLine();
      return;
    }
    read();
  }

  private void read() {
    step.run();
    makeRoom();
    int bytes = input.read(buffer, limit, buffer.length - limit);
    if (bytes < 0) {
      ended = true;
    } else {
      limit += bytes;
    }
  }

  private void makeRoom() {
    if (next > 0) {
      System.arraycopy(buffer, next, buffer, 0, limit - next);
      searched -= next;
      limit -= next;
      next = 0;
    }
    if (buffer.length == limit) {
      buffer = Arrays.copyOf(buffer, Math.min(Math.max(CHUNK, 2 * limit), LONGEST));
    }
  }

  /// Passes over a line that is too long, by and by.
  private void skipLine() {
    tally.rejected++;
    while (true) {
      int end = lineFeed();
      rejects.part(buffer, next, end < 0 ? limit : end);
      next = end < 0 ? limit : end + 1;
      searched = next;
      if (end >= 0 || ended) {
        rejects.endLine();
        return;
      }
      read();
    }
  }

  /// The array with the line, until the next call of [#next].
  byte[] bytes() {
    return buffer;
  }

  int from() {
    return from;
  }

  /// Behind the last byte, without the line's end.
  int to() {
    return to;
  }

  /// The line is none that can be read.
  void reject() {
    tally.rejected++;
    rejects.part(buffer, from, to);
    rejects.endLine();
  }
}
