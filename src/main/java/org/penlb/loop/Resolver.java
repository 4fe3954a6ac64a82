package org.penlb.loop;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks names up, on a thread of its own: a look-up may take many seconds.
///
/// Owned by: shared (one thread, started with the first watch).
public final class Resolver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);

  /// Asks the machine's resolver for all addresses of a name; a literal address is its own.
  @FunctionalInterface
  public interface Lookup {
    List<InetAddress> addresses(String host) throws UnknownHostException;
  }

  public static final Lookup SYSTEM = host -> List.of(InetAddress.getAllByName(host));

  private final Lookup lookup;
  private ScheduledExecutorService thread;

  public Resolver(Lookup lookup) {
    this.lookup = lookup;
  }

  /// The first address, now.
  public InetAddress first(String host) throws UnknownHostException {
    return lookup.addresses(host).getFirst();
  }

  /// Looks `host` up every `period` and reports an address when the one in use is no longer among
  /// its addresses. A look-up that fails changes nothing.
  ///
  /// @return cancelling it ends the watch
  public synchronized Future<?> watch(
      String host, Duration period, Supplier<InetAddress> inUse, Consumer<InetAddress> moved) {
    if (thread == null) {
      thread =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().name("resolver").daemon(true).factory());
    }
    return thread.scheduleWithFixedDelay(
        () -> check(host, inUse.get(), moved),
        period.toNanos(),
        period.toNanos(),
        TimeUnit.NANOSECONDS);
  }

  private void check(String host, InetAddress inUse, Consumer<InetAddress> moved) {
    try {
      var addresses = lookup.addresses(host);
      // Names with several addresses come back in another order each time: that is no move.
      if (!addresses.contains(inUse)) {
        LOG.info(
            "{}: now at {}, was {}",
            host,
            addresses.getFirst().getHostAddress(),
            inUse.getHostAddress());
        moved.accept(addresses.getFirst());
      }
    } catch (UnknownHostException | RuntimeException e) {
      LOG.warn("{}: cannot be looked up again, it stays at {}", host, inUse.getHostAddress());
    }
  }

  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.shutdownNow();
    }
  }
}
