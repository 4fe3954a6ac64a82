package org.penlb.penlog;

/// A command line that is wrong, or one that only asks for `--help` or `--version`.
final class Misuse extends Exception {
  private static final long serialVersionUID = 1;
  private final int exitStatus;

  private Misuse(int exitStatus, String message) {
    super(message);
    this.exitStatus = exitStatus;
  }

  /// What was asked for.
  static Misuse answer(String text) {
    return new Misuse(0, text);
  }

  static Misuse wrong(String why) {
    return new Misuse(2, why);
  }

  int exitStatus() {
    return exitStatus;
  }
}
