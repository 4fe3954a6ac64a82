package org.penlb.unix;

import java.lang.foreign.MemorySegment;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/// Owned by: shared (the process has one table of signals).
///
/// Signals from outside: HUP, USR1, TERM, INT.
///
/// QUIT belongs to the JVM (thread dump), and USR2 should be left alone, as should whatever `-Xrs`
/// or a crash uses. `sun.misc.Signal` has no successor and is in the module `jdk.unsupported`,
/// which stays.
public final class Signals {
  private Signals() {}

  /// Runs the action whenever the signal arrives, instead of what it did before. Each delivery runs
  /// on a new thread of the JVM, so deliveries may overlap; the kernel merges those that arrive
  /// while one is pending. An exception is reported on standard error and changes nothing.
  ///
  /// A daemon means it even when it was started with the signal ignored, by nohup or by `&` in a
  /// script.
  ///
  /// @param name without SIG: "HUP"
  /// @throws IllegalArgumentException if there is no such signal or the JVM needs it itself
  public static void on(String name, Runnable action) {
    Signal signal = new Signal(name);
    SignalHandler handler = _ -> run(name, action);
    if (Signal.handle(signal, handler).equals(SignalHandler.SIG_IGN)) {
      // The JVM leaves HUP, INT and TERM alone where they are ignored: stop ignoring, and again.
      Posix.call("signal", (long) signal.getNumber(), MemorySegment.NULL); // SIG_DFL
      Signal.handle(signal, handler);
    }
  }

  private static void run(String name, Runnable action) {
    try {
      action.run();
    } catch (Throwable e) {
      System.err.println("handling signal " + name + " failed");
      e.printStackTrace();
    }
  }

  /// Has the kernel throw the signal away; a process started from here inherits that.
  ///
  /// @throws IllegalArgumentException see [#on]
  public static void ignore(String name) {
    Signal.handle(new Signal(name), SignalHandler.SIG_IGN);
  }
}
