package org.penlb.config;

/// Ways to pick the first server to try for a client without one, in the order of precedence: of
/// those switched on the first decides; with none it is round robin.
public enum Algorithm {
  /// `prio`: the lowest prio number among the available; ties to the lower slot.
  PRIO,
  /// `-W`: the smallest connections/weight among the available with a weight; ties to the lower
  /// slot.
  WEIGHT,
  /// `-h`: a fixed function of the client's address; with `-r` also of its port.
  HASH,
  /// `leastconn`: the fewest connections among the available; ties in turn.
  LEASTCONN,
  /// `random`: any of the available.
  RANDOM
}
