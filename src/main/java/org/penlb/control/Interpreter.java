package org.penlb.control;

/// Executes one command line. Called on one thread (named "commands") at a time, never on an event
/// loop.
@FunctionalInterface
public interface Interpreter {
  /// Executes a line and tells what came of it.
  ///
  /// @return the reply, each line ended by \n; empty for a command that has nothing to say
  String reply(String line, Origin origin);
}
