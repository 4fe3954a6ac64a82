package org.penlb.config;

/// A setting from the outside that cannot be used. The message says what was given and what was
/// expected, in one line for the administrator.
public final class BadSettingException extends Exception {
  private static final long serialVersionUID = 1;

  private final String about;

  public BadSettingException(String message) {
    this(message, null);
  }

  /// @param about see [#about]
  public BadSettingException(String message, String about) {
    super(message);
    this.about = about;
  }

  /// What set it: `SERVICE/COMMAND`, such as `main/listen` or `main/server 3`, with no service for
  /// what is about the whole process; null where that is known without it.
  public String about() {
    return about;
  }
}
