package org.penlb;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.penlb.acl.AccessLists;
import org.penlb.balance.ClientTable;
import org.penlb.balance.Server;
import org.penlb.balance.ServerTable;
import org.penlb.balance.Service;
import org.penlb.balance.Traffic;
import org.penlb.config.ServiceConfig;
import org.penlb.config.Settings;
import org.penlb.config.UnavailableException;
import org.penlb.language.RunningPen;
import org.penlb.log.RequestLog;
import org.penlb.loop.Clock;
import org.penlb.loop.EventLoop;
import org.penlb.loop.Resolver;
import org.penlb.stats.CloseCause;
import org.penlb.stats.Snapshot;
import org.penlb.tcp.TcpSockets;
import org.penlb.unix.Filesystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One service with the sockets, loops and files that serve it.
///
/// Owned by: shared. What changes is replaced under the lock of the [Balancer], and read by any
/// thread.
final class RunningService implements RunningPen.LiveService {
  private static final Logger LOG = LoggerFactory.getLogger(RunningService.class);

  private final Service service;
  private final List<EventLoop> loops;
  private final Clock clock;
  private final ServerLookup lookup;
  private final Transport transport;
  private final ListeningAddresses addresses;
  private volatile RequestLog requestLog;
  private volatile ServiceConfig config;

  private RunningService(
      Service service,
      Transport transport,
      List<EventLoop> loops,
      Clock clock,
      ServerLookup lookup,
      boolean started) {
    this.service = service;
    this.transport = transport;
    this.loops = loops;
    this.clock = clock;
    this.lookup = lookup;
    this.addresses = new ListeningAddresses(service.name(), loops, transport, started);
  }

  // ---- changes --------------------------------------------------------------------------------

  /// Something that a change needs and that may not be had.
  @FunctionalInterface
  private interface Attempt {
    void run() throws IOException;
  }

  /// Everything that a change needs and that may fail: made, but not in use yet.
  ///
  /// Owned by: the thread that changes.
  final class Change {
    private final ServiceConfig next;
    private final ServerTable servers;
    private final ListeningAddresses.Move listening;
    private RequestLog log = requestLog;

    private Change(ServiceConfig next, boolean takeover, List<ListeningAddress> replaceable)
        throws UnavailableException {
      this.next = next;
      this.servers = lookup.servers(next, service.servers());
      this.listening = addresses.new Move(next, takeover, replaceable);
      try {
        attempt("source", this::checkSource);
        attempt("transparent", this::checkTransparent);
        attempt("listen", listening::openOwn);
        attempt("log", this::openLog);
      } catch (UnavailableException | RuntimeException e) {
        abandon();
        throw e;
      }
    }

    /// @param command that asks for it
    private void attempt(String command, Attempt attempt) throws UnavailableException {
      try {
        attempt.run();
      } catch (IOException e) {
        throw new UnavailableException(name() + "/" + command, e);
      }
    }

    private void checkSource() throws IOException {
      var source = next.settings().source();
      if (config == null || !Objects.equals(source, config.settings().source())) {
        TcpSockets.checkSource(source);
      }
    }

    private void checkTransparent() throws IOException {
      if (next.settings().transparent() && (config == null || !config.settings().transparent())) {
        TcpSockets.checkTransparent();
      }
    }

    /// The last thing that may fail, see [ListeningAddresses.Move#openShared].
    void openShared() throws UnavailableException {
      attempt("listen", listening::openShared);
    }

    private void openLog() throws IOException {
      if (config == null || !Objects.equals(next.requestLog(), config.requestLog())) {
        log =
            next.requestLog() == null
                ? null
                : RequestLog.open(next.requestLog(), clock::wallMillis, Filesystem::visible);
      }
    }

    String name() {
      return next.name();
    }

    RunningService service() {
      return RunningService.this;
    }

    ListeningAddresses.Move listening() {
      return listening;
    }

    ServiceConfig next() {
      return next;
    }

    /// What is in force so far; null if the service is new.
    ServiceConfig before() {
      return config;
    }

    /// The client table so far.
    ClientTable clients() {
      return service.clients();
    }

    /// Nothing has changed.
    void abandon() {
      listening.abandon();
      if (log != null && log != requestLog) {
        log.close();
      }
    }

    /// From now on it is in force, but for the addresses.
    ///
    /// @param clients perhaps shared with other services
    void commit(AccessLists lists, ClientTable clients) {
      lookup.commit(servers, service.servers(), next, clock.nanos());
      service.apply(next.settings(), servers, lists, clients);
      config = next;
      var old = requestLog;
      requestLog = log;
      transport.replaceLog(log);
      settingsChanged(); // when each loop has done so, none uses the old log any more
      if (old != null && old != log) {
        old.close();
      }
    }
  }

  /// A service that serves nobody: [Change#commit] gives it what it needs.
  ///
  /// @param started whether the loops run
  static RunningService create(
      String name,
      boolean udp,
      List<EventLoop> loops,
      Resolver resolver,
      Clock clock,
      boolean started) {
    var none = new ServerTable(List.of(), null, null);
    var service = new Service(name, Settings.DEFAULT, none, new ClientTable(1, Duration.ZERO));
    var transport = Transport.of(udp, service, loops);
    return new RunningService(
        service, transport, loops, clock, new ServerLookup(resolver), started);
  }

  /// @throws UnavailableException that says what cannot be had; nothing has changed then
  ///
  /// @param replaceable addresses, of other services too, that nobody needs once this is in force;
  ///   those that this one goes on with are taken out of it
  Change prepare(ServiceConfig next, boolean takeover, List<ListeningAddress> replaceable)
      throws UnavailableException {
    return new Change(next, takeover, replaceable);
  }

  /// It is in no configuration any more: its connections go on, and nobody else comes.
  ///
  /// @param successors of other services, to whom clients may go
  void leave(List<ListeningAddress> successors) {
    addresses.leave(successors);
    LOG.info("service {}: gone; connections: {}", name(), connections());
  }

  /// Whether it has done what was left to do after [#leave].
  boolean hasLeft() {
    return connections() == 0 && addresses.areClosed();
  }

  // ---- life -----------------------------------------------------------------------------------

  /// Before the loops start.
  void start() {
    addresses.loopsStart();
    LOG.info(
        "listening on {} for {}",
        String.join(", ", listening()),
        service.servers().servers().stream()
            .map(Server::toString)
            .collect(Collectors.joining(", ")));
  }

  ListeningAddresses addresses() {
    return addresses;
  }

  String name() {
    return service.name();
  }

  boolean isUdp() {
    return transport instanceof UdpTransport;
  }

  ServiceConfig config() {
    return config;
  }

  int connections() {
    return transport.tables().getFirst().liveOnAllLoops();
  }

  void reopenLog() {
    var log = requestLog;
    if (log != null) {
      log.reopen();
    }
  }

  /// Has the tables look at the settings, for what does not do so by itself.
  void settingsChanged() {
    tellEachLoop(Traffic::settingsChanged);
  }

  void closeConnections() {
    tellEachLoop(table -> table.closeAll(CloseCause.SHUTDOWN));
  }

  /// After the loops have ended, or once there is nothing left to do.
  void close() {
    addresses.close();
    if (requestLog != null) {
      requestLog.close();
    }
    lookup.forget(service.servers());
  }

  // ---- questions ------------------------------------------------------------------------------

  @Override
  public Service service() {
    return service;
  }

  @Override
  public List<String> listening() {
    return addresses.all().stream().map(ListeningAddress::toString).toList();
  }

  @Override
  public Snapshot.Details connection(long number) {
    return first(table -> table.details(number));
  }

  @Override
  public Snapshot.Details connectionOfDescriptor(int descriptor) {
    return first(table -> table.ownerOf(descriptor));
  }

  @Override
  public boolean close(long number) {
    return onEachLoop(table -> table.close(number, CloseCause.CONTROL)).contains(true);
  }

  @Override
  public Snapshot.Details connectionFrom(InetSocketAddress local) {
    return first(table -> table.from(local));
  }

  @Override
  public int idlers() {
    return transport.tables().getFirst().idleOnAllLoops();
  }

  private <T> T first(Function<Traffic, T> question) {
    return onEachLoop(question).stream().filter(Objects::nonNull).findFirst().orElse(null);
  }

  @Override
  public Snapshot.Service snapshot() {
    var live = // first: brings the counts of servers up to date
        onEachLoop(table -> table.snapshot(ServiceReport.ROWS)).stream()
            .flatMap(List::stream)
            .sorted((a, b) -> Long.compare(a.number(), b.number()))
            .limit(ServiceReport.ROWS)
            .toList();
    var log = requestLog;
    return ServiceReport.of(
        service,
        config.udp(),
        listening(),
        connections(),
        live,
        log == null ? 0 : log.dropped(),
        clock.nanos());
  }

  private <T> List<T> onEachLoop(Function<Traffic, T> question) {
    return LoopAnswers.ask(loops, transport.tables(), question);
  }

  private void tellEachLoop(Consumer<Traffic> task) {
    LoopAnswers.tell(loops, transport.tables(), task);
  }
}
