package org.penlb.udp;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.ClientTable;
import org.penlb.balance.ServerTable;
import org.penlb.balance.Service;
import org.penlb.config.Settings;
import org.penlb.loop.Clock;
import org.penlb.loop.EventLoop;
import org.penlb.tcp.Wire;
import org.penlb.unix.DatagramSockets;
import org.penlb.unix.Sockets;

/// Sessions in no table, each begun by a datagram that came over the network: of several addresses
/// and ports, to several addresses. No loop runs.
final class SessionPool implements AutoCloseable {
  private static final int SENDERS = 5;
  private static final int ADDRESSES = 20;

  /// Who talks to whom.
  ///
  /// @param client the last 64 bits of its address, as of `local`
  record Key(long client, int clientPort, long local) {}

  final List<Session> sessions = new ArrayList<>();
  final List<Key> keys = new ArrayList<>();
  final int port;
  private final DatagramChannel socket;
  final EventLoop loop;
  final SessionTable table;
  private final UdpListener listener;

  SessionPool() throws Exception {
    loop = new EventLoop("nobody", Clock.SYSTEM);
    socket = DatagramChannel.open(StandardProtocolFamily.INET);
    int descriptor = Sockets.descriptor(socket);
    DatagramSockets.tellLocalAddress(descriptor, false);
    socket.bind(new InetSocketAddress("0.0.0.0", 0));
    port = socket.socket().getLocalPort();
    var service =
        new Service(
            "none",
            Settings.DEFAULT,
            new ServerTable(List.of(), null, null),
            new ClientTable(1, Duration.ZERO));
    table = SessionTable.forService(service, List.of(loop)).getFirst();
    listener = new UdpListener(socket, table);
    var in = table.incoming();
    for (int sender = 0; sender < SENDERS; sender++) {
      for (var host : new String[] {"127.0.0.1", "127.0.0.2", "127.9.9.9"}) {
        try (var flood = new SpoofedFlood(UdpClient.at(host, port))) {
          for (int i = 0; i < ADDRESSES; i++) {
            flood.send(i, 1);
            Wire.await("it is there", () -> in.receive(descriptor, 0, 1) == 1);
            add();
            in.reset(0, 1);
          }
        }
      }
    }
  }

  private void add() {
    var in = table.incoming();
    var address = ClientAddress.ofBits(in.senderHigh(0), in.senderLow(0));
    sessions.add(new Session(table, listener, null, address, false, 0));
    keys.add(new Key(in.senderLow(0), in.senderPort(0), in.localLow(0)));
  }

  /// One that is in the table, of a new client.
  Session begin() throws Exception {
    try (var client = UdpClient.open()) {
      client.send(Wire.local(port), "begin");
      Wire.await(
          "it is there", () -> table.incoming().receive(Sockets.descriptor(socket), 0, 1) == 1);
      var session = table.begin(listener, 0);
      table.incoming().reset(0, 1);
      return session;
    }
  }

  Session find(SessionMap map, Key key) {
    return map.find(0, key.client(), key.clientPort(), 0, key.local(), port);
  }

  @Override
  public void close() throws Exception {
    socket.close();
    loop.close();
  }
}
