package org.penlb;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.penlb.acl.AccessLists;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;
import org.penlb.language.Draft;
import org.penlb.loop.Clock;
import org.penlb.loop.EventLoop;
import org.penlb.loop.Resolver;
import org.penlb.loop.StreamSockets;
import org.penlb.stats.Snapshot;
import org.penlb.unix.Sockets;

/// A balancer inside a Java program; the command `pen` is one too.
///
///     try (var pen = Balancer.builder().listen("127.0.0.1:0").server("10.0.0.1:80").start()) {
///       System.out.println("port " + pen.port());
///     }
///
/// Owned by: shared (all methods may be called from any thread).
public final class Balancer implements AutoCloseable {
  private final List<EventLoop> loops = new ArrayList<>();
  private final Resolver resolver;
  private final Clock clock;
  private final long startedNanos;
  private final ListsInForce listsInForce = new ListsInForce();
  private volatile List<RunningService> services = List.of();

  /// Services that are in no configuration any more, as long as they have connections.
  private final List<RunningService> leaving = new CopyOnWriteArrayList<>();

  /// Held, before that of the balancer, by who changes it: names may have to be looked up for that,
  /// which may take long, and the end does not wait for it.
  private final Object changing = new Object();

  private volatile boolean started;

  /// Nobody is accepted any more, and nothing changed.
  private boolean ending;

  private boolean closed;

  private Balancer(Builder builder, Configuration configuration)
      throws IOException, BadSettingException {
    this.clock = builder.clock;
    this.resolver = new Resolver(builder.lookup);
    this.startedNanos = clock.nanos();
    if (!builder.sockets.areAvailable()) {
      throw new IOException(
          "there are no Linux sockets here: they need Linux on 64 bits, and native access for"
              + " Java");
    }
    try {
      for (int i = 0; i < builder.loops; i++) {
        loops.add(new EventLoop("loop-" + i, clock, builder.sockets));
      }
      apply(configuration, builder.takeover, false);
    } catch (IOException | RuntimeException | BadSettingException e) {
      close();
      throw e;
    }
  }

  public static Builder builder() {
    return new Builder();
  }

  /// Begins to accept what has been waiting in the backlog since the sockets were opened.
  public synchronized void start() {
    services.forEach(RunningService::start);
    started = true;
    loops.forEach(EventLoop::start);
    services.forEach(RunningService::settingsChanged);
    // The first question takes tenths of a second, in which no connection should have to wait.
    Thread.ofPlatform().daemon(true).name("warm-up").start(Sockets::warmUp);
  }

  // ---- change ---------------------------------------------------------------------------------

  /// Makes this configuration the one in force: what differs from the one before is changed, and
  /// live connections go on. All of it, or nothing if something in it is impossible.
  ///
  /// @throws IOException if an address cannot be listened on, a name is unknown, or a file cannot
  ///   be used
  /// @throws BadSettingException if the configuration contradicts itself
  void apply(Configuration configuration) throws IOException, BadSettingException {
    apply(configuration, false, false);
  }

  /// As [#apply], and looks again at files that the configuration only names.
  void applyAnew(Configuration configuration) throws IOException, BadSettingException {
    apply(configuration, false, true);
  }

  private void apply(Configuration configuration, boolean takeover, boolean anew)
      throws IOException, BadSettingException {
    synchronized (changing) {
      var lists = listsInForce.prepare(configuration, anew);
      var changes = prepare(configuration, takeover);
      synchronized (this) {
        if (ending) {
          changes.forEach(RunningService.Change::abandon);
          throw new IOException("pen is ending: nothing is changed any more");
        }
        commit(changes, listsInForce.commit(lists));
      }
    }
  }

  /// What may fail, and what may take long.
  private List<RunningService.Change> prepare(Configuration configuration, boolean takeover)
      throws IOException {
    var replaceable = new ArrayList<ListeningAddress>();
    for (var service : services) {
      var next = configuration.service(service.name());
      boolean goesOn = next != null && next.udp() == service.isUdp();
      replaceable.addAll(service.addresses().replaceableBy(goesOn ? next : null));
    }
    leaving.forEach(service -> replaceable.addAll(service.addresses().replaceableBy(null)));
    var changes = new ArrayList<RunningService.Change>();
    try {
      for (var config : configuration.services()) {
        var service = find(config.name());
        if (service == null || service.isUdp() != config.udp()) {
          service =
              RunningService.create(config.name(), config.udp(), loops, resolver, clock, started);
        }
        changes.add(service.prepare(config, takeover, replaceable));
      }
      for (var change : changes) {
        change.openShared();
      }
      return changes;
    } catch (IOException | RuntimeException e) {
      changes.forEach(RunningService.Change::abandon);
      throw e;
    }
  }

  /// Once it has started, nothing fails from here on.
  private void commit(List<RunningService.Change> changes, AccessLists lists) throws IOException {
    var tables = ClientTables.of(changes);
    changes.forEach(change -> change.commit(lists, tables.get(change.name())));
    var gone = new ArrayList<>(services);
    services = changes.stream().map(RunningService.Change::service).toList();
    gone.removeAll(services);
    for (var change : changes) {
      change.listening().start();
    }
    var successors = changes.stream().flatMap(change -> change.listening().successors()).toList();
    changes.forEach(change -> change.listening().stop(successors));
    for (var service : gone) {
      service.leave(successors);
      leaving.add(service);
    }
    forgetLeft();
  }

  private void forgetLeft() {
    var left = leaving.stream().filter(RunningService::hasLeft).toList();
    leaving.removeAll(left);
    left.forEach(RunningService::close);
  }

  private RunningService find(String name) {
    for (var service : services) {
      if (service.name().equals(name)) {
        return service;
      }
    }
    return null;
  }

  /// The service of that name, or null.
  RunningService service(String name) {
    return find(name);
  }

  AccessLists accessLists() {
    return listsInForce.lists();
  }

  /// On the monotonic clock.
  long nowNanos() {
    return clock.nanos();
  }

  // ---- questions ------------------------------------------------------------------------------

  /// The port of the first listener, useful where 0 let the kernel choose; -1 for a Unix socket.
  public int port() {
    return services.getFirst().addresses().all().getFirst().address()
            instanceof InetSocketAddress inet
        ? inet.getPort()
        : -1;
  }

  /// Live connections of all services.
  public int connections() {
    return allServices().mapToInt(RunningService::connections).sum();
  }

  /// Those too that live connections are all that is left of.
  private Stream<RunningService> allServices() {
    return Stream.concat(services.stream(), leaving.stream());
  }

  /// Everything the reports show, as of now. Waits for each loop's part, at most five seconds.
  public Snapshot snapshot() {
    return new Snapshot(
        Version.TEXT,
        Instant.ofEpochMilli(clock.wallMillis()),
        Duration.ofNanos(clock.nanos() - startedNanos),
        services.stream().map(RunningService::snapshot).toList());
  }

  /// Closes the request logs' files and opens them anew, after they have been renamed.
  public void reopenLogs() {
    allServices().forEach(RunningService::reopenLog);
  }

  /// Takes the clients that wait in the backlog, then no more; live connections go on.
  public synchronized void stopAccepting() {
    ending = true;
    services.forEach(service -> service.addresses().stopAccepting());
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
    allServices().forEach(RunningService::closeConnections);
    resolver.close();
    for (var loop : loops) {
      interrupted |= close(loop);
    }
    allServices().forEach(RunningService::close);
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

  /// What a balancer is to be.
  ///
  /// Owned by: the thread that builds.
  public static final class Builder {
    private final List<Endpoint> listen = new ArrayList<>();
    private final List<String> servers = new ArrayList<>();
    private final Settings.Builder settings = Settings.DEFAULT.toBuilder();
    private Configuration configuration;
    private String emergency;
    private String requestLog;
    private boolean udp;
    private int loops = Runtime.getRuntime().availableProcessors();
    private StreamSockets sockets = StreamSockets.DEFAULT;
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

    /// Carries datagrams instead of connections, see [Settings#udpTimeout].
    public Builder udp(boolean datagrams) {
      udp = datagrams;
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

    /// What TCP connections are to be made of; NIO's own sockets if not set.
    public Builder sockets(StreamSockets kind) {
      sockets = kind;
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

    /// Replaces all that was said about services.
    Builder configuration(Configuration whole) {
      configuration = whole;
      return this;
    }

    /// Opens the sockets and the log and looks up the servers' names, but serves nobody yet.
    ///
    /// @throws BadSettingException if a server is not written as expected
    /// @throws IOException if an address cannot be listened on, a name is unknown or the log cannot
    ///   be opened
    public Balancer open() throws IOException, BadSettingException {
      return new Balancer(this, configuration == null ? ownConfiguration() : configuration);
    }

    /// Opens and serves.
    public Balancer start() throws IOException, BadSettingException {
      var balancer = open();
      try {
        balancer.start();
      } catch (RuntimeException e) {
        balancer.close();
        throw e;
      }
      return balancer;
    }

    private Configuration ownConfiguration() throws BadSettingException {
      var draft = new Draft(ownService());
      draft.service(null); // the first one is made of it
      return draft.build();
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
          udp,
          listen,
          specs,
          emergency == null ? null : ServerSpec.parse(emergency, port),
          null,
          settings.build(),
          requestLog);
    }
  }
}
