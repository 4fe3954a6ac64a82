package org.penlb;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Client;
import org.penlb.balance.ClientTable;
import org.penlb.balance.Server;
import org.penlb.balance.ServerTable;
import org.penlb.balance.Service;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.ServiceConfig;
import org.penlb.log.RequestLog;
import org.penlb.loop.Clock;
import org.penlb.loop.EventLoop;
import org.penlb.loop.Resolver;
import org.penlb.stats.CloseCause;
import org.penlb.stats.Snapshot;
import org.penlb.tcp.ConnectionTable;
import org.penlb.tcp.ListeningSockets;
import org.penlb.tcp.TcpListener;
import org.penlb.tcp.TcpSockets;
import org.penlb.unix.Filesystem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One service with the sockets, loops and files that serve it.
///
/// Owned by: shared (immutable but for the parts that say so themselves).
final class RunningService {
  private static final Logger LOG = LoggerFactory.getLogger(RunningService.class);

  /// Rows of a report; more help nobody.
  private static final int ROWS = 1000;

  private final Service service;
  private final List<EventLoop> loops;
  private final Clock clock;
  private final RequestLog requestLog;
  private final List<ConnectionTable> tables;
  private final List<ServerSocketChannel> sockets = new ArrayList<>();
  private final List<SocketAddress> addresses = new ArrayList<>();
  private final List<UnixSocketFile> socketFiles = new ArrayList<>();
  private final List<TcpListener> listeners = new ArrayList<>();

  /// A Unix socket's path and the file that it named when it was ours.
  private record UnixSocketFile(Path path, Object key) {}

  private RunningService(
      Service service, List<EventLoop> loops, Clock clock, RequestLog requestLog) {
    this.service = service;
    this.loops = loops;
    this.clock = clock;
    this.requestLog = requestLog;
    this.tables = ConnectionTable.forService(service, loops, requestLog);
  }

  static RunningService open(
      ServiceConfig config, List<EventLoop> loops, Resolver resolver, Clock clock, boolean takeover)
      throws IOException {
    var settings = config.settings();
    var service =
        new Service(
            config.name(),
            settings,
            servers(config, resolver),
            new ClientTable(settings.clientsMax(), settings.tracking()));
    var log =
        config.requestLog() == null
            ? null
            : RequestLog.open(config.requestLog(), clock::wallMillis, Filesystem::visible);
    var running = new RunningService(service, loops, clock, log);
    try {
      TcpSockets.checkSource(settings.source());
      for (var endpoint : config.listen()) {
        running.listen(
            endpoint, ListeningSockets.open(endpoint, loops.size(), settings.backlog(), takeover));
      }
    } catch (IOException | RuntimeException e) {
      running.close();
      throw e;
    }
    return running;
  }

  private static ServerTable servers(ServiceConfig config, Resolver resolver) throws IOException {
    var period = config.settings().resolve();
    var regular = new ArrayList<Server>();
    for (var spec : config.servers()) {
      regular.add(server(regular.size(), spec, resolver, period));
    }
    return new ServerTable(
        regular,
        special(config.emergency(), resolver, period),
        special(config.abuse(), resolver, period));
  }

  private static Server special(ServerSpec spec, Resolver resolver, Duration period)
      throws IOException {
    return spec == null ? null : server(Server.NO_SLOT, spec, resolver, period);
  }

  private static Server server(int slot, ServerSpec spec, Resolver resolver, Duration period)
      throws IOException {
    InetAddress address;
    try {
      address = resolver.first(spec.host());
    } catch (UnknownHostException e) {
      throw new IOException("server " + spec.hostAndPort() + ": unknown host", e);
    }
    var server = new Server(slot, spec, address);
    if (period.isPositive() && !address.getHostAddress().equals(spec.host())) {
      resolver.watch(spec.host(), period, () -> server.address().getAddress(), server::moveTo);
    }
    return server;
  }

  private void listen(Endpoint endpoint, List<ServerSocketChannel> opened) throws IOException {
    sockets.addAll(opened);
    for (int i = 0; i < opened.size(); i++) {
      listeners.add(new TcpListener(opened.get(i), tablesFor(i, opened.size())));
    }
    if (endpoint.isUnix()) {
      // Not the socket's own address: one that took over was bound under another name.
      addresses.add(UnixDomainSocketAddress.of(endpoint.path()));
      socketFiles.add(new UnixSocketFile(endpoint.path(), fileKey(endpoint.path())));
    } else {
      addresses.add(opened.getFirst().getLocalAddress());
    }
  }

  /// A socket for each loop, or one whose connections all loops carry in turn.
  private List<ConnectionTable> tablesFor(int socket, int socketCount) {
    return socketCount == tables.size() ? List.of(tables.get(socket)) : tables;
  }

  void start() throws IOException {
    for (var listener : listeners) {
      listener.open();
    }
    LOG.info(
        "listening on {} for {}",
        String.join(", ", addressTexts()),
        service.servers().servers().stream()
            .map(Server::toString)
            .collect(Collectors.joining(", ")));
  }

  List<SocketAddress> addresses() {
    return addresses;
  }

  int connections() {
    return tables.getFirst().liveOnAllLoops();
  }

  void reopenLog() {
    if (requestLog != null) {
      requestLog.reopen();
    }
  }

  /// On the loop: those listeners that are its own.
  void closeListeners(EventLoop loop) {
    for (var listener : listeners) {
      if (listener.loop() == loop) {
        listener.close();
      }
    }
  }

  void closeConnections(EventLoop loop) {
    tables.get(loops.indexOf(loop)).closeAll(CloseCause.SHUTDOWN);
  }

  /// After the loops have ended.
  void close() {
    for (var socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.warn("cannot close a listener: {}", e.getMessage());
      }
    }
    for (var file : socketFiles) {
      removeSocketFile(file);
    }
    if (requestLog != null) {
      requestLog.close();
    }
  }

  /// A pen that took over has its own socket at the path by now, which is to stay.
  private static void removeSocketFile(UnixSocketFile file) {
    var visible = Filesystem.visible(file.path());
    try {
      if (file.key().equals(fileKey(visible))) {
        Files.delete(visible);
      }
    } catch (IOException e) {
      LOG.debug("{}: {}", visible, e.toString());
    }
  }

  private static Object fileKey(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino");
  }

  // ---- report ---------------------------------------------------------------------------------

  Snapshot.Service snapshot(Duration patience) {
    var live = liveConnections(patience); // first: brings the counts of servers up to date
    long now = clock.nanos();
    service.clients().forgetExpired(now);
    var settings = service.settings();
    var servers = service.servers();
    var special = new ArrayList<Snapshot.Server>();
    addSpecial(special, "emergency", servers.emergency(), now);
    addSpecial(special, "abuse", servers.abuse(), now);
    return new Snapshot.Service(
        service.name(),
        addressTexts(),
        settings.mode(),
        connections(),
        settings.connectionsMax(),
        service.clients().size(),
        service.clients().limit(),
        service.counters().accepted(),
        servers.servers().stream().map(server -> snapshot("server", server, now)).toList(),
        special,
        service.clients().newest(ROWS).stream().map(client -> snapshot(client, now)).toList(),
        live,
        service.counters().closesByCause(),
        requestLog == null ? 0 : requestLog.dropped());
  }

  private List<Snapshot.Connection> liveConnections(Duration patience) {
    var parts = new ArrayList<CompletableFuture<List<Snapshot.Connection>>>();
    for (int i = 0; i < loops.size(); i++) {
      var table = tables.get(i);
      var part = new CompletableFuture<List<Snapshot.Connection>>();
      parts.add(part);
      try {
        loops.get(i).execute(() -> part.complete(table.snapshot(ROWS)));
      } catch (RejectedExecutionException e) {
        part.complete(List.of());
      }
    }
    var all = new ArrayList<Snapshot.Connection>();
    for (var part : parts) {
      all.addAll(await(part, patience));
    }
    all.sort((a, b) -> Long.compare(a.number(), b.number()));
    return all.subList(0, Math.min(all.size(), ROWS));
  }

  private static List<Snapshot.Connection> await(
      CompletableFuture<List<Snapshot.Connection>> part, Duration patience) {
    try {
      return part.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("report: an event loop did not answer: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return List.of();
  }

  private List<String> addressTexts() {
    return addresses.stream().map(RunningService::text).toList();
  }

  private static String text(SocketAddress address) {
    if (!(address instanceof InetSocketAddress inet)) {
      return address.toString();
    }
    var host = ClientAddress.of(inet).toString();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + inet.getPort();
  }

  private static void addSpecial(
      List<Snapshot.Server> servers, String role, Server server, long now) {
    if (server != null) {
      servers.add(snapshot(role, server, now));
    }
  }

  private static Snapshot.Server snapshot(String role, Server server, long now) {
    var spec = server.spec();
    return new Snapshot.Server(
        role,
        server.slot(),
        spec.host(),
        server.addressText().toString(),
        spec.port(),
        state(server, now),
        Duration.ofNanos(server.blacklistedNanos(now)),
        server.connections(),
        spec.max(),
        spec.hard(),
        spec.weight(),
        spec.prio(),
        server.accepted(),
        server.failed(),
        server.sent(),
        server.received());
  }

  private static Snapshot.ServerState state(Server server, long now) {
    if (server.spec().port() == 0) {
      return Snapshot.ServerState.UNUSED;
    }
    return server.isBlacklisted(now) ? Snapshot.ServerState.BLACKLISTED : Snapshot.ServerState.UP;
  }

  private static Snapshot.Client snapshot(Client client, long now) {
    var server = client.server();
    return new Snapshot.Client(
        client.address().toString(),
        Duration.ofNanos(now - client.lastVisitNanos()),
        server == null ? -1 : server.slot(),
        client.reason() == null ? "" : client.reason().label(),
        client.connects(),
        client.sent(),
        client.received());
  }
}
