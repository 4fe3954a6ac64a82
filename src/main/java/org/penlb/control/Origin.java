package org.penlb.control;

/// How a command came. Whoever may open a Unix socket has the rights of its owner; over TCP that is
/// not so.
public enum Origin {
  TCP,
  UNIX
}
