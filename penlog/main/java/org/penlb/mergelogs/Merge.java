package org.penlb.mergelogs;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.penlb.penlog.WebLine;

/// Goes through the web servers' logs by time and finds the client of each line.
///
/// Owned by: the main thread. Lines with the same time are written in the order in which their logs
/// are named, and those of one log in the order that they have there.
final class Merge {
  /// Sees each line whose client was not found.
  @FunctionalInterface
  interface Unmatched {
    void line(int server, byte[] bytes, int from, int to);
  }

  private final PenLog pen;
  private final MergedLog out;
  private final Unmatched unmatched;
  private final Garbage garbage;
  private final Runnable step;
  private final WebLine line = new WebLine();
  private final PriorityQueue<WebLog> logs =
      new PriorityQueue<>(Comparator.comparingLong(WebLog::time).thenComparingInt(WebLog::server));
  private long latest = Long.MIN_VALUE;

  /// @param step what to do now and then
  Merge(
      PenLog pen,
      List<WebLog> webLogs,
      MergedLog out,
      Unmatched unmatched,
      Garbage garbage,
      Runnable step) {
    this.pen = pen;
    this.out = out;
    this.unmatched = unmatched;
    this.garbage = garbage;
    this.step = step;
    logs.addAll(webLogs.stream().filter(WebLog::fill).toList());
  }

  /// @throws IOException if the merged log cannot be written
  void run() throws IOException {
    while (!logs.isEmpty()) {
      var log = logs.poll();
      var second = log.take();
      if (second.time() < latest) {
        log.tally().late += second.lines();
      }
      latest = Math.max(latest, second.time());
      pen.moveTo(latest);
      write(log, second);
      log.reuse(second);
      if (log.fill()) {
        logs.add(log);
      }
      garbage.collect();
      step.run();
    }
  }

  private void write(WebLog log, Second second) throws IOException {
    out.at(second.time());
    for (int i = 0; i < second.lines(); i++) {
      int from = second.from(i);
      int to = second.to(i);
      boolean request = line.read(second.bytes(), from, to);
      var client = request ? pen.take(log.server(), line, second.time()) : null;
      if (client == null) {
        unmatched.line(log.server(), second.bytes(), from, to);
      } else {
        log.tally().matched++;
      }
      out.write(client, line.fieldEnd(), second.timeFrom(i), second.bytes(), from, to);
    }
  }
}
