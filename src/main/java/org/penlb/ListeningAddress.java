package org.penlb;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.penlb.config.Endpoint;
import org.penlb.loop.EventLoop;
import org.penlb.tcp.ConnectionTable;
import org.penlb.tcp.ListeningSockets;
import org.penlb.tcp.TcpListener;
import org.penlb.tcp.UnixSocketFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One address that a service listens on: its sockets, and who accepts on them.
///
/// Owned by: whoever changes the configuration, one at a time; the listeners belong to their loops.
final class ListeningAddress {
  private static final Logger LOG = LoggerFactory.getLogger(ListeningAddress.class);

  /// Together one second, twice what a listener needs unless its loop hangs.
  private static final int CLOSED_CHECKS = 100;

  private static final long CLOSED_CHECK_NANOS = 10_000_000;

  private final Endpoint endpoint;
  private final SocketAddress address;
  private final List<ServerSocketChannel> sockets;
  private final List<TcpListener> listeners;
  private final List<ConnectionTable> tables;

  /// Null for what is no Unix socket.
  private final UnixSocketFile file;

  private boolean retired;

  private ListeningAddress(
      Endpoint endpoint, List<ServerSocketChannel> sockets, List<ConnectionTable> tables)
      throws IOException {
    this.endpoint = endpoint;
    this.sockets = sockets;
    this.tables = tables;
    listeners = new ArrayList<>();
    for (int i = 0; i < sockets.size(); i++) {
      listeners.add(new TcpListener(sockets.get(i), tablesFor(i)));
    }
    // Not the socket's own address: one that took over was bound under another name.
    file = endpoint.isUnix() ? UnixSocketFile.of(endpoint.path()) : null;
    address =
        endpoint.isUnix()
            ? UnixDomainSocketAddress.of(endpoint.path())
            : sockets.getFirst().getLocalAddress();
  }

  private ListeningAddress(ListeningAddress old, Endpoint endpoint, List<ConnectionTable> tables) {
    this.endpoint = endpoint;
    this.address = old.address;
    this.sockets = old.sockets;
    this.listeners = old.listeners;
    this.tables = tables;
    this.file = old.file;
  }

  /// Opens the sockets; clients wait in their backlog until [#start].
  ///
  /// @param tables one for each loop
  /// @param replaced addresses that are retired once this one is in use
  static ListeningAddress open(
      Endpoint endpoint,
      List<ConnectionTable> tables,
      int backlog,
      boolean takeover,
      Collection<ListeningAddress> replaced)
      throws IOException {
    var opened =
        ListeningSockets.open(endpoint, tables.size(), backlog, takeover, sockets(replaced));
    try {
      return new ListeningAddress(endpoint, opened, tables);
    } catch (IOException | RuntimeException e) {
      for (var socket : opened) {
        socket.close();
      }
      throw e;
    }
  }

  /// Whether clients of the one would be the other's while both are open.
  static boolean overlaps(Endpoint endpoint, Collection<ListeningAddress> others)
      throws IOException {
    return ListeningSockets.overlaps(endpoint, sockets(others));
  }

  private static List<ServerSocketChannel> sockets(Collection<ListeningAddress> addresses) {
    return addresses.stream().flatMap(address -> address.sockets.stream()).toList();
  }

  /// The same address with the same sockets, for another service or under another name: it goes on
  /// without a gap from [#start] on, and the old one is not to be closed.
  ListeningAddress handedOver(Endpoint newName, List<ConnectionTable> newTables) {
    return new ListeningAddress(this, newName, newTables);
  }

  /// Whether an endpoint means this very address.
  boolean isAt(Endpoint other) throws IOException {
    return ListeningSockets.isAt(other, address);
  }

  boolean hasSocketsOf(ListeningAddress other) {
    return sockets.equals(other.sockets);
  }

  /// A socket for each loop, or one whose connections all loops carry in turn.
  private List<ConnectionTable> tablesFor(int socket) {
    return sockets.size() == tables.size() ? List.of(tables.get(socket)) : tables;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  SocketAddress address() {
    return address;
  }

  /// Begins to accept; before the loops have started, or while they run.
  void start() throws IOException {
    for (var listener : listeners) {
      listener.open();
    }
  }

  /// In place of [#start], for one that was handed over.
  void goOn() throws IOException {
    for (int i = 0; i < listeners.size(); i++) {
      listeners.get(i).open(tablesFor(i));
    }
  }

  /// On the loop: those listeners that are its own take who is waiting, and then nobody.
  void stop(EventLoop loop) {
    for (var listener : listeners) {
      if (listener.loop() == loop) {
        listener.close();
      }
    }
  }

  /// Whether a client of one may get to the other.
  boolean overlaps(ListeningAddress other) {
    return ListeningSockets.overlap(address, other.address);
  }

  /// In place of [#stop] and [#close], for one that another has replaced: nobody who comes is
  /// dropped or refused meanwhile. The sockets close by themselves within a second: [#isClosed].
  void retire() {
    retired = true;
    TcpListener.retire(listeners);
    removeFile();
  }

  boolean isRetired() {
    return retired;
  }

  /// Waits for what [#retire] began. Sockets of the same address are one group to the kernel, which
  /// would hand clients of new ones to these, to be dropped.
  void awaitClosed() {
    for (int i = 0; i < CLOSED_CHECKS && !isClosed(); i++) {
      LockSupport.parkNanos(CLOSED_CHECK_NANOS);
    }
  }

  boolean isClosed() {
    return sockets.stream().noneMatch(ServerSocketChannel::isOpen);
  }

  /// After [#stop] on all loops, or where nothing was started.
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
    return ListeningSockets.text(address);
  }
}
