package org.penlb.penlog;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// What went wrong with lines on their way, told at once and then once a minute at most.
///
/// Owned by: penlog's main thread; the one of a signal only when that has nothing more to do.
final class Trouble {
  private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final Words words;
  private final String receiver;
  private final LongSupplier nanos;
  private long toldNanos;
  private boolean told;
  private boolean changed;

  long refused;
  long notTaken;
  long failed;
  long cut;
  private String reason = "";

  Trouble(Words words, String receiver) {
    this(words, receiver, System::nanoTime);
  }

  /// @param nanos the clock
  Trouble(Words words, String receiver, LongSupplier nanos) {
    this.words = words;
    this.receiver = receiver;
    this.nanos = nanos;
  }

  /// Nobody has listened when an earlier line arrived there.
  void onRefusal() {
    refused++;
    changed();
  }

  /// This machine has not taken a line for too long.
  void onFull() {
    notTaken++;
    changed();
  }

  /// A line could not be sent.
  void onFailure(String why) {
    failed++;
    reason = why;
    changed();
  }

  /// Takes how many lines were cut so far.
  void onCut(long lines) {
    if (lines != cut) {
      cut = lines;
      changed();
    }
  }

  private void changed() {
    changed = true;
    long now = nanos.getAsLong();
    if (!told || now - toldNanos >= PAUSE_NANOS) {
      tell();
      toldNanos = now;
      told = true;
    }
  }

  /// Says what has not been told yet.
  void tell() {
    if (!changed) {
      return;
    }
    changed = false;
    var parts = new ArrayList<String>();
    part(parts, refused, "lost, as nobody listens there");
    part(parts, notTaken, "lost, as they could not be sent fast enough");
    part(parts, failed, "lost: " + reason);
    part(parts, cut, "cut at " + Lines.MAX + " bytes");
    words.say(receiver + ": lines " + String.join("; ", parts));
  }

  private static void part(List<String> parts, long count, String what) {
    if (count > 0) {
      parts.add(count + " " + what);
    }
  }
}
