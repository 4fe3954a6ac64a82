package org.penlb.config;

import java.io.IOException;

/// Something that the configuration asks for cannot be had: an address, a host, a file. The message
/// is one line for the administrator.
public final class UnavailableException extends IOException {
  private static final long serialVersionUID = 1;
  private final String about;

  /// @param about see [BadSettingException#about]
  public UnavailableException(String about, IOException cause) {
    super(cause.getMessage(), cause);
    this.about = about;
  }

  public String about() {
    return about;
  }
}
