package org.penlb;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.penlb.config.BadSettingException;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;
import org.penlb.loop.Clock;
import org.penlb.loop.EventLoop;
import org.penlb.loop.Resolver;
import org.penlb.stats.Snapshot;
import org.penlb.unix.Sockets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A balancer inside a Java program; the command `pen` is one too.
///
///     try (var pen = Balancer.builder().listen("127.0.0.1:0").server("10.0.0.1:80").start()) {
///       System.out.println("port " + pen.port());
///     }
///
/// Owned by: shared (all methods may be called from any thread).
public final class Balancer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Balancer.class);

  /// How long a loop may take to do what it is asked; it needs milliseconds unless it hangs.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final List<EventLoop> loops = new ArrayList<>();
  private final List<RunningService> services = new ArrayList<>();
  private final Resolver resolver;
  private final Clock clock;
  private final long startedNanos;
  private boolean started;
  private boolean closed;

  private Balancer(Builder builder, List<ServiceConfig> configs) throws IOException {
    this.clock = builder.clock;
    this.resolver = new Resolver(builder.lookup);
    this.startedNanos = clock.nanos();
    try {
      for (int i = 0; i < builder.loops; i++) {
        loops.add(new EventLoop("loop-" + i, clock));
      }
      for (var config : configs) {
        services.add(RunningService.open(config, loops, resolver, clock, builder.takeover));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /// Begins to accept what has been waiting in the backlog since the sockets were opened.
  ///
  /// @throws IOException if the system takes no more sockets
  public synchronized void start() throws IOException {
    for (var service : services) {
      service.start();
    }
    started = true;
    loops.forEach(EventLoop::start);
    // The first question takes tenths of a second, in which no connection should have to wait.
    Thread.ofPlatform().daemon(true).name("warm-up").start(Sockets::warmUp);
  }

  /// The port of the first listener, useful where 0 let the kernel choose; -1 for a Unix socket.
  public int port() {
    return services.getFirst().addresses().getFirst() instanceof InetSocketAddress inet
        ? inet.getPort()
        : -1;
  }

  /// Live connections of all services.
  public int connections() {
    return services.stream().mapToInt(RunningService::connections).sum();
  }

  /// Everything the reports show, as of now. Waits for each loop's part, at most five seconds.
  public Snapshot snapshot() {
    return new Snapshot(
        Version.TEXT,
        Instant.ofEpochMilli(clock.wallMillis()),
        Duration.ofNanos(clock.nanos() - startedNanos),
        services.stream().map(service -> service.snapshot(PATIENCE)).toList());
  }

  /// Closes the request logs' files and opens them anew, after they have been renamed.
  public void reopenLogs() {
    services.forEach(RunningService::reopenLog);
  }

  /// Takes the clients that wait in the backlog, then no more; live connections go on.
  public synchronized void stopAccepting() {
    if (!started) {
      return; // a loop that has not started would never do it
    }
    // One after the other: the kernel hands what comes too late for a socket to another one of the
    // port (net.ipv4.tcp_migrate_req), which had better not be closing at the same moment.
    for (var loop : loops) {
      onLoops(List.of(loop), l -> services.forEach(service -> service.closeListeners(l)));
    }
  }

  /// Waits until no connection is left.
  ///
  /// @param patience zero does not wait
  /// @return whether none is left
  public boolean awaitIdle(Duration patience) throws InterruptedException {
    long until = System.nanoTime() + patience.toNanos();
    while (connections() > 0) {
      long left = until - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(Math.min(left, 50_000_000));
    }
    return true;
  }

  /// Stops accepting and closes every connection. May be called more than once.
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    boolean interrupted = Thread.interrupted(); // put off: a half-closed one would be of no use
    stopAccepting();
    if (started) {
      onLoops(loops, loop -> services.forEach(service -> service.closeConnections(loop)));
    }
    resolver.close();
    for (var loop : loops) {
      interrupted |= close(loop);
    }
    services.forEach(RunningService::close);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Returns whether it was interrupted meanwhile.
  private static boolean close(EventLoop loop) {
    boolean interrupted = false;
    while (true) {
      try {
        loop.close();
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (IOException e) {
        throw new java.io.UncheckedIOException("closing an event loop", e);
      }
    }
  }

  /// Runs a task on each of some loops and waits until all have done it.
  private static void onLoops(List<EventLoop> some, Consumer<EventLoop> task) {
    var done = new CountDownLatch(some.size());
    for (var loop : some) {
      try {
        loop.execute(
            () -> {
              try {
                task.accept(loop);
              } finally {
                done.countDown();
              }
            });
      } catch (RejectedExecutionException e) {
        done.countDown(); // it has not begun, or has ended already
      }
    }
    if (awaitAll(done)) {
      Thread.currentThread().interrupt();
    }
  }

  /// Returns whether it was interrupted meanwhile.
  private static boolean awaitAll(CountDownLatch done) {
    boolean interrupted = false;
    while (true) {
      try {
        if (!done.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
          LOG.warn("an event loop did not answer within {} s", PATIENCE.toSeconds());
        }
        return interrupted;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
  }

  /// What a balancer is to be.
  ///
  /// Owned by: the thread that builds.
  public static final class Builder {
    private final List<Endpoint> listen = new ArrayList<>();
    private final List<String> servers = new ArrayList<>();
    private final Settings.Builder settings = Settings.DEFAULT.toBuilder();
    private final List<ServiceConfig> services = new ArrayList<>();
    private String emergency;
    private String requestLog;
    private int loops = Runtime.getRuntime().availableProcessors();
    private boolean takeover;
    private Clock clock = Clock.SYSTEM;
    private Resolver.Lookup lookup = Resolver.SYSTEM;

    private Builder() {}

    /// Adds an address to listen on: `[host:]port`, port 0 lets the kernel choose, or
    /// `/path/to/socket`.
    public Builder listen(String address) throws BadSettingException {
      listen.add(Endpoint.parse(address));
      return this;
    }

    /// Adds a server: `host:port[:max[:hard[:weight[:prio]]]]`.
    public Builder server(String server) {
      servers.add(server);
      return this;
    }

    /// The server for when no other can take a connection.
    public Builder emergency(String server) {
      emergency = server;
      return this;
    }

    /// Logs requests to a file, or as datagrams to a penlogd at `host:port`.
    public Builder requestLog(String target) {
      requestLog = target;
      return this;
    }

    /// Changes settings from pen's defaults.
    public Builder settings(Consumer<Settings.Builder> change) {
      change.accept(settings);
      return this;
    }

    /// Threads that carry connections, at least 1; one per core if not set.
    public Builder loops(int count) {
      if (count < 1) {
        throw new IllegalArgumentException("a balancer of " + count + " loops");
      }
      loops = count;
      return this;
    }

    /// Shares the port with a balancer of another process that listens there already.
    public Builder takeover(boolean share) {
      takeover = share;
      return this;
    }

    Builder clock(Clock newClock) {
      clock = newClock;
      return this;
    }

    Builder lookup(Resolver.Lookup newLookup) {
      lookup = newLookup;
      return this;
    }

    /// Adds a whole service.
    Builder service(ServiceConfig service) {
      services.add(service);
      return this;
    }

    /// Opens the sockets and the log and looks up the servers' names, but serves nobody yet.
    ///
    /// @throws BadSettingException if a server is not written as expected
    /// @throws IOException if an address cannot be listened on, a name is unknown or the log cannot
    ///   be opened
    public Balancer open() throws IOException, BadSettingException {
      return new Balancer(this, services.isEmpty() ? List.of(ownService()) : services);
    }

    /// Opens and serves.
    public Balancer start() throws IOException, BadSettingException {
      var balancer = open();
      try {
        balancer.start();
      } catch (IOException | RuntimeException e) {
        balancer.close();
        throw e;
      }
      return balancer;
    }

    private ServiceConfig ownService() throws BadSettingException {
      if (listen.isEmpty() || servers.isEmpty()) {
        throw new BadSettingException("a balancer needs an address to listen on and a server");
      }
      int port = listen.getFirst().port() > 0 ? listen.getFirst().port() : -1;
      var specs = new ArrayList<ServerSpec>();
      for (var server : servers) {
        specs.add(ServerSpec.parse(server, port));
      }
      return new ServiceConfig(
          "main",
          listen,
          specs,
          emergency == null ? null : ServerSpec.parse(emergency, port),
          null,
          settings.build(),
          requestLog);
    }
  }
}
