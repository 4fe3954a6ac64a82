package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.penlb.unix.Sockets;

/// What an idle connection costs: a client's and a server's socket, nothing buffered.
class IdlePairsIT {
  private static final int PAIRS = 9_000;
  private static final long GOAL = 4 * 1024;

  @Test
  void idlePairTakesFewKibibytesOfHeap() throws Exception {
    assumeTrue(Sockets.maxDescriptors() > 2 * PAIRS + 200, "needs more descriptors");
    List<SocketChannel> clients = new ArrayList<>();
    try (var server = IdleProcess.start("server");
        var pen = IdleProcess.start("pen", "127.0.0.1:" + server.port())) {
      // The first ones load classes and fill what grows once.
      connect(clients, pen, 200);
      long before = pen.ask("heap");
      connect(clients, pen, PAIRS);
      long perPair = (pen.ask("heap") - before) / PAIRS;

      System.out.println("heap per idle pair: " + perPair + " bytes (goal " + GOAL + ")");
      assertThat(perPair).isPositive().isLessThanOrEqualTo(GOAL);
    } finally {
      for (var client : clients) {
        client.close();
      }
    }
  }

  /// From many addresses, so that no one runs out of ports.
  private static void connect(List<SocketChannel> clients, IdleProcess pen, int count)
      throws IOException {
    var to = Wire.local(pen.port());
    for (int i = 0; i < count; i++) {
      var client = SocketChannel.open();
      clients.add(client);
      client.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.2." + (1 + i % 250)), 0));
      client.connect(to);
    }
    int expected = clients.size();
    Wire.await("all are carried", () -> pen.ask("connections") == expected);
  }
}
