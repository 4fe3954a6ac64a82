package org.penlb;

import org.penlb.loop.Clock;
import org.penlb.stats.Snapshot;

/// Balancers for the tests of other packages, which do not see all of the builder.
public final class Pens {
  private Pens() {}

  /// One that listens on a port of the kernel's choice on 127.0.0.1.
  ///
  /// @param servers as on the command line
  public static Balancer.Builder before(String... servers) throws Exception {
    return listeningOn("127.0.0.1:0", servers);
  }

  public static Balancer.Builder listeningOn(String address, String... servers) throws Exception {
    var builder = Balancer.builder().listen(address).loops(1);
    for (var server : servers) {
      builder.server(server);
    }
    return builder;
  }

  public static Balancer.Builder withClock(Clock clock, String... servers) throws Exception {
    return before(servers).clock(clock);
  }

  /// The snapshot of the one service; every loop has turned when this returns.
  public static Snapshot.Service service(Balancer pen) {
    return pen.snapshot().services().getFirst();
  }

  public static Snapshot.Server server(Balancer pen, int slot) {
    return service(pen).servers().get(slot);
  }
}
