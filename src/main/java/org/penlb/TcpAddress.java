package org.penlb;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.penlb.config.Endpoint;
import org.penlb.loop.EventLoop;
import org.penlb.tcp.ConnectionTable;
import org.penlb.tcp.ListeningSockets;
import org.penlb.tcp.TcpListener;
import org.penlb.tcp.UnixSocketFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One address on which a service accepts connections.
///
/// Owned by: whoever changes the configuration, one at a time; the listeners belong to their loops.
final class TcpAddress extends ListeningAddress {
  private static final Logger LOG = LoggerFactory.getLogger(ListeningAddress.class);

  private final List<ServerSocketChannel> sockets;
  private final List<TcpListener> listeners;
  private final List<ConnectionTable> tables;

  /// Null for what is no Unix socket.
  private final UnixSocketFile file;

  private TcpAddress(
      Endpoint endpoint, List<ServerSocketChannel> sockets, List<ConnectionTable> tables)
      throws IOException {
    super(endpoint, addressOf(endpoint, sockets));
    this.sockets = sockets;
    this.tables = tables;
    listeners = new ArrayList<>();
    for (int i = 0; i < sockets.size(); i++) {
      listeners.add(new TcpListener(sockets.get(i), tablesFor(i)));
    }
    // Not the socket's own address: one that took over was bound under another name.
    file = endpoint.isUnix() ? UnixSocketFile.of(endpoint.path()) : null;
  }

  private static SocketAddress addressOf(Endpoint endpoint, List<ServerSocketChannel> sockets)
      throws IOException {
    return endpoint.isUnix()
        ? UnixDomainSocketAddress.of(endpoint.path())
        : sockets.getFirst().getLocalAddress();
  }

  private TcpAddress(TcpAddress old, Endpoint endpoint, List<ConnectionTable> tables) {
    super(endpoint, old.address());
    this.sockets = old.sockets;
    this.listeners = old.listeners;
    this.tables = tables;
    this.file = old.file;
  }

  /// Opens the sockets; clients wait in their backlog until [#start].
  ///
  /// @param tables one for each loop
  /// @param replaced addresses that are retired once this one is in use
  static TcpAddress open(
      Endpoint endpoint,
      List<ConnectionTable> tables,
      int backlog,
      boolean takeover,
      Collection<TcpAddress> replaced)
      throws IOException {
    var opened =
        ListeningSockets.open(endpoint, tables.size(), backlog, takeover, sockets(replaced));
    try {
      return new TcpAddress(endpoint, opened, tables);
    } catch (IOException | RuntimeException e) {
      for (var socket : opened) {
        socket.close();
      }
      throw e;
    }
  }

  /// Whether clients of the one would be the other's while both are open.
  static boolean overlaps(Endpoint endpoint, Collection<TcpAddress> others) throws IOException {
    return ListeningSockets.overlaps(endpoint, sockets(others));
  }

  private static List<ServerSocketChannel> sockets(Collection<TcpAddress> addresses) {
    return addresses.stream().flatMap(address -> address.sockets.stream()).toList();
  }

  /// The same address with the same sockets, for another service or under another name: it goes on
  /// without a gap from [#start] on, and the old one is not to be closed.
  TcpAddress handedOver(Endpoint newName, List<ConnectionTable> newTables) {
    return new TcpAddress(this, newName, newTables);
  }

  /// Whether an endpoint means this very address.
  boolean isAt(Endpoint other) throws IOException {
    return ListeningSockets.isAt(other, address());
  }

  @Override
  boolean hasSocketsOf(ListeningAddress other) {
    return other instanceof TcpAddress tcp && sockets.equals(tcp.sockets);
  }

  /// A socket for each loop, or one whose connections all loops carry in turn.
  private List<ConnectionTable> tablesFor(int socket) {
    return sockets.size() == tables.size() ? List.of(tables.get(socket)) : tables;
  }

  @Override
  void start() throws IOException {
    for (var listener : listeners) {
      listener.open();
    }
  }

  @Override
  void goOn() throws IOException {
    for (int i = 0; i < listeners.size(); i++) {
      listeners.get(i).open(tablesFor(i));
    }
  }

  @Override
  void stop(EventLoop loop) {
    for (var listener : listeners) {
      if (listener.loop() == loop) {
        listener.close();
      }
    }
  }

  /// Nobody who comes is dropped or refused meanwhile, and it takes less than a second.
  @Override
  void beginRetirement() {
    TcpListener.retire(listeners);
    removeFile();
  }

  /// Who is connected does not need it any more.
  @Override
  boolean outlivesItsEnd() {
    return false;
  }

  @Override
  boolean isClosed() {
    return sockets.stream().noneMatch(ServerSocketChannel::isOpen);
  }

  @Override
  void close() {
    for (var socket : sockets) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.warn("cannot close the listener on {}: {}", this, e.getMessage());
      }
    }
    removeFile();
  }

  private void removeFile() {
    if (file != null) {
      file.remove();
    }
  }

  /// As an administrator writes it.
  @Override
  public String toString() {
    return ListeningSockets.text(address());
  }
}
