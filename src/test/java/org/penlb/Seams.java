package org.penlb;

import org.penlb.loop.Clock;
import org.penlb.loop.Resolver;

/// Opens to tests of other packages what a balancer is built with and users need not see.
public final class Seams {
  private Seams() {}

  public static Balancer.Builder clock(Balancer.Builder builder, Clock clock) {
    return builder.clock(clock);
  }

  public static Balancer.Builder lookup(Balancer.Builder builder, Resolver.Lookup lookup) {
    return builder.lookup(lookup);
  }
}
