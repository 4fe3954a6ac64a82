package org.penlb.unix;

/// Owned by: immutable.
///
/// Questions about the terminal.
public final class Terminal {
  private Terminal() {}

  /// True if the descriptor (0 standard input, 1 output, 2 error) is a terminal; false, too, where
  /// the system cannot tell.
  public static boolean isTerminal(int descriptor) {
    try {
      return Posix.call("isatty", descriptor) == 1;
    } catch (UnsupportedOperationException _) {
      return false;
    }
  }
}
