package org.penlb.mergelogs;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// A line on the terminal that says how far long work has come.
///
/// Owned by: the main thread.
final class Progress {
  private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long MB = 1_000_000;

  private final List<LogInput> inputs;
  private final LongSupplier nanos;
  private final BooleanSupplier terminal;
  private final PrintStream err;
  private final long start;
  private long due;
  private boolean silent;
  private int shown;

  /// @param terminal asked once, when there is something to say
  Progress(List<LogInput> inputs, LongSupplier nanos, BooleanSupplier terminal, PrintStream err) {
    this.inputs = inputs;
    this.nanos = nanos;
    this.terminal = terminal;
    this.err = err;
    start = nanos.getAsLong();
    due = EVERY_NANOS;
  }

  /// To be called often.
  void step() {
    if (!silent && nanos.getAsLong() - start >= due) {
      silent = shown == 0 && !terminal.getAsBoolean();
      if (!silent) {
        show();
      }
    }
  }

  private void show() {
    long elapsed = nanos.getAsLong() - start;
    due = elapsed + EVERY_NANOS;
    long done = inputs.stream().mapToLong(LogInput::done).sum();
    long size = inputs.stream().mapToLong(LogInput::size).sum();
    // With standard input among them, nobody knows how much there is.
    boolean known = inputs.stream().allMatch(input -> input.size() > 0) && done <= size;
    var text =
        "mergelogs: %s%d MB read, %d s"
            .formatted(
                known ? done * 100 / size + " %, " : "",
                done / MB,
                TimeUnit.NANOSECONDS.toSeconds(elapsed));
    err.print("\r" + text + " ".repeat(Math.max(0, shown - text.length())));
    err.flush();
    shown = text.length();
  }

  /// Removes the line.
  void end() {
    if (shown > 0) {
      err.print("\r" + " ".repeat(shown) + "\r");
      err.flush();
      shown = 0;
    }
  }
}
