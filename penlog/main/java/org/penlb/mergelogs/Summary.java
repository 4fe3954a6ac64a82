package org.penlb.mergelogs;

import java.io.PrintStream;
import java.util.List;
import java.util.function.ToLongFunction;

/// What is said at the end: with `-d` all counts, without it only what the user should know.
///
/// Owned by: immutable.
record Summary(Arguments arguments, Tally pen, List<WebLog> logs) {
  void print(PrintStream err) {
    if (arguments.debug() > 0) {
      counts(err);
    } else {
      hints(err);
    }
  }

  private void counts(PrintStream err) {
    err.println(
        "mergelogs: %s: %d lines, %d used, %d of other servers, %d rejected"
            .formatted(arguments.penLog(), pen.lines, pen.matched, pen.otherServers, pen.rejected));
    for (var log : logs) {
      var of = arguments.logs().get(log.server());
      var tally = log.tally();
      err.println(
          "mergelogs: %s:%s: %d lines, %d with a client, %d without, %d too late, %d rejected"
              .formatted(
                  of.server(),
                  of.file(),
                  tally.lines,
                  tally.matched,
                  tally.lines - tally.matched,
                  tally.late,
                  tally.rejected));
    }
  }

  private void hints(PrintStream err) {
    long rejected = pen.rejected + sum(tally -> tally.rejected);
    if (rejected > 0 && arguments.rejects() == null) {
      err.println(
          "mergelogs: lines that cannot be read and are left out: "
              + rejected
              + "; --rejects FILE keeps them");
    }
    long lines = sum(tally -> tally.lines);
    if (lines > 0 && sum(tally -> tally.matched) == 0) {
      err.println(
          "mergelogs: no line has a client in " + arguments.penLog() + "; mergelogs -d says more");
    }
  }

  private long sum(ToLongFunction<Tally> count) {
    return logs.stream().map(WebLog::tally).mapToLong(count).sum();
  }
}
