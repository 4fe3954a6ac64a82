package org.penlb.config;

/// A setting from the outside that cannot be used. The message says what was given and what was
/// expected, in one line for the administrator.
public final class BadSettingException extends Exception {
  private static final long serialVersionUID = 1;

  public BadSettingException(String message) {
    super(message);
  }
}
