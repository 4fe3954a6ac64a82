package org.penlb.acl;

/// Text that is no address. The message is one line for the administrator.
public final class BadAddressException extends Exception {
  private static final long serialVersionUID = 1;

  BadAddressException(String message) {
    super(message);
  }
}
