package org.penlb.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.penlb.acl.AccessLists;
import org.penlb.balance.ClientTable;
import org.penlb.balance.Server;
import org.penlb.balance.ServerTable;
import org.penlb.balance.Service;
import org.penlb.config.Endpoint;
import org.penlb.config.ServerSpec;
import org.penlb.config.Settings;
import org.penlb.log.RequestLog;
import org.penlb.loop.Clock;
import org.penlb.loop.EventLoop;
import org.penlb.stats.CloseCause;

/// The parts of a pen, wired by hand so that tests can look at them: one listening socket whose
/// connections all loops carry in turn.
final class WiredPen implements AutoCloseable {
  private final List<EventLoop> loops = new ArrayList<>();
  private final Service service;
  private final List<ConnectionTable> tables;
  private final ServerSocketChannel socket;

  WiredPen(int loopCount, Settings settings, TestServer... testServers) throws Exception {
    this(loopCount, Clock.SYSTEM, settings, servers(null, testServers), AccessLists.OPEN);
  }

  WiredPen(
      int loopCount, Clock clock, Settings settings, ServerTable servers, AccessLists accessLists)
      throws Exception {
    for (int i = 0; i < loopCount; i++) {
      loops.add(new EventLoop("wired-" + i, clock));
    }
    var clients = new ClientTable(settings.clientsMax(), Duration.ZERO);
    service = new Service("wired", settings, servers, accessLists, clients);
    tables = ConnectionTable.forService(service, loops, null);
    socket = ServerSocketChannel.open().bind(Wire.local(0), 500);
  }

  /// @param abuse null for none
  static ServerTable servers(TestServer abuse, TestServer... regular) throws Exception {
    var servers = new ArrayList<Server>();
    for (var server : regular) {
      servers.add(server(servers.size(), server));
    }
    return new ServerTable(servers, null, abuse == null ? null : server(Server.NO_SLOT, abuse));
  }

  private static Server server(int slot, TestServer server) throws Exception {
    var address = Wire.local(server.port()).getAddress();
    return new Server(slot, ServerSpec.parse(server.address(), -1), address);
  }

  /// Replaces settings, as a control command does.
  void apply(Consumer<Settings.Builder> change) throws Exception {
    var builder = service.settings().toBuilder();
    change.accept(builder);
    apply(builder.build(), service.servers());
  }

  void apply(ServerTable servers) throws Exception {
    apply(service.settings(), servers);
  }

  private void apply(Settings settings, ServerTable servers) throws Exception {
    service.apply(settings, servers, service.accessLists(), service.clients());
    onEachTable(ConnectionTable::settingsChanged);
  }

  /// As one command does it.
  void replaceLog(RequestLog log) throws Exception {
    onEachTable(table -> table.replaceLog(log));
  }

  private void onEachTable(Consumer<ConnectionTable> task) throws Exception {
    for (int loop = 0; loop < loops.size(); loop++) {
      onTable(
          loop,
          table -> {
            task.accept(table);
            return null;
          });
    }
  }

  static Settings settings(Consumer<Settings.Builder> change) {
    var builder = Settings.DEFAULT.toBuilder();
    change.accept(builder);
    return builder.build();
  }

  /// Accepts and carries.
  void start() throws IOException {
    new TcpListener(socket, tables).open();
    loops.forEach(EventLoop::start);
  }

  // ---- listeners that come and go -------------------------------------------------------------

  /// Sockets of one address, and who accepts on them.
  record Listening(List<ServerSocketChannel> sockets, List<TcpListener> listeners) {
    InetSocketAddress address() throws IOException {
      return (InetSocketAddress) sockets.getFirst().getLocalAddress();
    }
  }

  /// Opens further listeners while the loops run, one for each.
  ///
  /// @param replaced null if they are in nobody's place
  Listening listen(String endpoint, Listening replaced) throws Exception {
    return listen(endpoint, loops.size(), replaced);
  }

  /// One socket, which the first loop alone accepts on.
  Listening listenOnce(String endpoint) throws Exception {
    return listen(endpoint, 1, null);
  }

  private Listening listen(String endpoint, int count, Listening replaced) throws Exception {
    var sockets =
        ListeningSockets.open(
            Endpoint.parse(endpoint),
            count,
            service.settings().backlog(),
            false,
            replaced == null ? List.of() : replaced.sockets());
    var listeners = new ArrayList<TcpListener>();
    for (int i = 0; i < sockets.size(); i++) {
      listeners.add(new TcpListener(sockets.get(i), List.of(tables.get(i))));
      listeners.getLast().open();
    }
    return new Listening(sockets, listeners);
  }

  /// Those that are open, one that the kernel alone knows of not included.
  int listeners() {
    return tables.getFirst().admission().listeners();
  }

  ConnectionTable table(int loop) {
    return tables.get(loop);
  }

  /// Asks a table on its loop.
  <T> T onTable(int loop, Function<ConnectionTable, T> question) throws Exception {
    return ask(loop, () -> question.apply(tables.get(loop)));
  }

  // ---- one connection -------------------------------------------------------------------------

  /// Carries one connection, which the test accepts; returns pen's end of the client's side.
  SocketChannel carryOne() throws Exception {
    loops.forEach(EventLoop::start);
    var accepted = socket.accept();
    tables.getFirst().admission().tryEnter();
    loops.getFirst().execute(() -> Connection.open(tables.getFirst(), accepted));
    return accepted;
  }

  InetSocketAddress address() {
    return Wire.local(socket.socket().getLocalPort());
  }

  Service service() {
    return service;
  }

  int live() {
    return tables.getFirst().liveOnAllLoops();
  }

  /// Waits until there is no connection, and no listener in the middle of looking for one.
  void awaitNobody() throws Exception {
    Wire.await("no connection is left", () -> live() == 0);
    for (int loop = 0; loop < loops.size(); loop++) {
      liveOn(loop); // each has finished what it was doing
    }
  }

  int liveOn(int loop) throws Exception {
    return ask(loop, () -> tables.get(loop).snapshot(10_000).size());
  }

  /// Bytes of buffers in use on a loop.
  long bytesOut(int loop) throws Exception {
    return ask(loop, () -> loops.get(loop).buffers().bytesOut());
  }

  private <T> T ask(int loop, Callable<T> question) throws Exception {
    return loops.get(loop).ask(question).get(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    try {
      for (int i = 0; i < loops.size(); i++) {
        var table = tables.get(i);
        loops.get(i).execute(() -> table.closeAll(CloseCause.SHUTDOWN));
        loops.get(i).close();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      socket.close();
    }
  }
}
