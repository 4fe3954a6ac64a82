package org.penlb.config;

/// A command line that is wrong, or one that only asks for `--help` or `--version`.
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1;
  private final int exitStatus;

  UsageException(int exitStatus, String message) {
    super(message);
    this.exitStatus = exitStatus;
  }

  /// 0 where the message is what was asked for, 2 where it says what is wrong.
  public int exitStatus() {
    return exitStatus;
  }
}
