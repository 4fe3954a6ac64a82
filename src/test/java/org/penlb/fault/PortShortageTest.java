package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// No local port is left for connections to a server, in a network namespace that has few.
class PortShortageTest {
  private static final int PORT = 7000;

  @Test
  void noServerIsBlamedAndClientsAreServedWhenPortsAreFreeAgain() throws Exception {
    try (var namespace = Namespace.create()) {
      namespace.set("net.ipv4.ip_local_port_range", "40000 40007");
      namespace.call(
          () -> {
            try (var server = LineServer.on("server", "127.22.0.1");
                var pen = PenProcess.start("-f", "-t", "20", "127.0.0.1:" + PORT, server.spec())) {
              exhaustAndRecover(pen.awaitListening());
            }
            return null;
          });
    }
  }

  private static void exhaustAndRecover(PenProcess pen) throws Exception {
    var clients = new ArrayList<LineClient>();
    try {
      while (!pen.err().contains("no local address or port")) {
        assertThat(clients.size()).as("connections with 8 ports").isLessThan(10);
        clients.add(LineClient.from("127.0.6." + (1 + clients.size()), PORT));
        awaitCarriedOrShort(pen, clients.getLast());
      }
      assertThat(clients.size()).isGreaterThan(2);
      assertThat(pen.cpuOver(1)).as("processors kept busy").isLessThan(0.2);

      var waiting = clients.removeLast();
      close(clients);
      assertThat(waiting.readAnswer()).isEqualTo("server hello");
      clients.add(waiting);
      assertThat(LineClient.serverOf("127.0.6.100", PORT)).isEqualTo("server");
      assertThat(pen.err()).doesNotContain("left out");
    } finally {
      close(clients);
    }
  }

  private static void awaitCarriedOrShort(PenProcess pen, LineClient client) throws Exception {
    client.send("hello");
    await().until(() -> client.hasAnswer() || pen.err().contains("no local address or port"));
  }

  private static void close(List<LineClient> clients) throws Exception {
    for (var client : clients) {
      client.close();
    }
    clients.clear();
  }
}
