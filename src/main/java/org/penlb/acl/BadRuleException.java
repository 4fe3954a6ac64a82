package org.penlb.acl;

/// Words that are no entry of an access list. The message says in one line what was given and what
/// was expected.
public final class BadRuleException extends Exception {
  private static final long serialVersionUID = 1;

  BadRuleException(String message) {
    super(message);
  }
}
