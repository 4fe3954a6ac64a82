package org.penlb;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import org.penlb.config.Endpoint;
import org.penlb.loop.EventLoop;
import org.penlb.tcp.ListeningSockets;
import org.penlb.udp.SessionTable;
import org.penlb.udp.UdpListener;
import org.penlb.udp.UdpSockets;

/// One address at which a service takes datagrams.
///
/// Owned by: whoever changes the configuration, one at a time; the listeners belong to their loops.
final class UdpAddress extends ListeningAddress {
  private final List<DatagramChannel> sockets;
  private final List<UdpListener> listeners = new ArrayList<>();

  private UdpAddress(Endpoint endpoint, List<DatagramChannel> sockets, List<SessionTable> tables)
      throws IOException {
    super(endpoint, sockets.getFirst().getLocalAddress());
    this.sockets = sockets;
    for (int i = 0; i < sockets.size(); i++) {
      listeners.add(new UdpListener(sockets.get(i), tables.get(i)));
    }
  }

  /// Opens the sockets; datagrams wait in them until [#start].
  ///
  /// @param tables one for each loop
  /// @param shared the port is shared with others of this user that have it already
  static UdpAddress open(Endpoint endpoint, List<SessionTable> tables, boolean shared)
      throws IOException {
    var address = ListeningSockets.resolve(endpoint);
    List<DatagramChannel> opened = List.of();
    try {
      opened = UdpSockets.listen(address, tables.size(), shared);
      return new UdpAddress(endpoint, opened, tables);
    } catch (IOException e) {
      opened.forEach(UdpSockets::closeQuietly);
      throw ListeningSockets.cannotListen(endpoint, e, shared);
    }
  }

  @Override
  void start() throws IOException {
    for (var listener : listeners) {
      listener.open();
    }
  }

  @Override
  void goOn() {
    throw new AssertionError("its sockets are never handed over");
  }

  @Override
  boolean hasSocketsOf(ListeningAddress other) {
    return other == this;
  }

  @Override
  void stop(EventLoop loop) {
    for (var listener : listeners) {
      if (listener.loop() == loop) {
        listener.stop();
      }
    }
  }

  @Override
  void beginRetirement() {
    for (var listener : listeners) {
      var _ =
          listener
              .loop()
              .ask(
                  () -> {
                    listener.stop();
                    return null;
                  });
    }
  }

  /// Its sessions are answered from it.
  @Override
  boolean outlivesItsEnd() {
    return true;
  }

  @Override
  boolean isClosed() {
    return sockets.stream().noneMatch(DatagramChannel::isOpen);
  }

  @Override
  void close() {
    sockets.forEach(UdpSockets::closeQuietly);
  }

  /// As an administrator writes it.
  @Override
  public String toString() {
    return ListeningSockets.text(address()) + "/udp";
  }
}
