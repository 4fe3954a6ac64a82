package org.penlb.penlog;

/// Where the lines go in the end.
interface MergedLog {

  /// Takes a line in two pieces, without a line feed.
  ///
  /// @param client replaces the first field; of length 0 if there is nothing to replace
  /// @param rest the other piece, up to `to`
  void add(byte[] client, int clientFrom, int clientLength, byte[] rest, int from, int to);
}
