package org.penlb.mergelogs;

/// What was found in a log.
///
/// Owned by: the main thread.
final class Tally {
  /// Lines that could be read.
  long lines;

  /// Lines that could not.
  long rejected;

  /// Of pen: lines whose client was found for a web server's; of a web server: lines whose client
  /// was found.
  long matched;

  /// Of pen: lines of servers that are not asked for.
  long otherServers;

  /// Of a web server: lines that came when later ones were written already.
  long late;
}
