package org.penlb.tcp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.penlb.balance.ClientTable;
import org.penlb.balance.Server;
import org.penlb.balance.ServerTable;
import org.penlb.balance.Service;
import org.penlb.config.ServerSpec;
import org.penlb.config.Settings;
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
    var servers = new ArrayList<Server>();
    for (var server : testServers) {
      var address = Wire.local(server.port()).getAddress();
      servers.add(new Server(servers.size(), ServerSpec.parse(server.address(), -1), address));
    }
    for (int i = 0; i < loopCount; i++) {
      loops.add(new EventLoop("wired-" + i, Clock.SYSTEM));
    }
    service =
        new Service(
            "wired",
            settings,
            new ServerTable(servers, null, null),
            new ClientTable(settings.clientsMax(), Duration.ZERO));
    tables = ConnectionTable.forService(service, loops, null);
    socket = ServerSocketChannel.open().bind(Wire.local(0), 500);
  }

  static Settings settings(java.util.function.Consumer<Settings.Builder> change) {
    var builder = Settings.DEFAULT.toBuilder();
    change.accept(builder);
    return builder.build();
  }

  /// Accepts and carries.
  void start() throws IOException {
    new TcpListener(socket, tables).open();
    loops.forEach(EventLoop::start);
  }

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

  int liveOn(int loop) throws Exception {
    return ask(loop, () -> tables.get(loop).snapshot(10_000).size());
  }

  /// Bytes of buffers in use on a loop.
  long bytesOut(int loop) throws Exception {
    return ask(loop, () -> loops.get(loop).buffers().bytesOut());
  }

  private <T> T ask(int loop, Callable<T> question) throws Exception {
    var answer = new CompletableFuture<T>();
    loops
        .get(loop)
        .execute(
            () -> {
              try {
                answer.complete(question.call());
              } catch (Exception e) {
                answer.completeExceptionally(e);
              }
            });
    return answer.get(30, TimeUnit.SECONDS);
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
