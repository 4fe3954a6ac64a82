package org.penlb.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.tcp.Wire;

/// Clients at the same time, each with datagrams of its own: nobody gets another's, and none is
/// lost, as no more are under way than sockets have room for.
class ManyClientsTest {
  private static final int CLIENTS = 100;
  private static final int DATAGRAMS = 1000;
  private static final int UNDER_WAY = 10;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void nobodyGetsWhatIsForAnother(int loops) throws Exception {
    try (var a = UdpServer.named("a");
        var b = UdpServer.named("b");
        var pen = Pens.before(a.address(), b.address()).udp(true).loops(loops).start()) {
      var talks = new ArrayList<CompletableFuture<String>>();
      for (int share = 0; share < 4; share++) {
        int first = share * CLIENTS / 4;
        talks.add(Wire.start(() -> talk(pen, first, CLIENTS / 4)));
      }
      for (var talk : talks) {
        assertThat(talk.get()).isEmpty();
      }
      assertThat(pen.connections()).isEqualTo(CLIENTS);
      assertThat(a.received() + b.received()).isEqualTo(CLIENTS * DATAGRAMS);
      // A port may have been another's a moment ago, for whom somebody still has a reply.
      assertThat(Pens.service(pen).drops().keySet()).isSubsetOf("from elsewhere");
    }
  }

  /// Some clients in turn, on one thread; returns what was wrong.
  private static String talk(Balancer pen, int first, int count) throws Exception {
    var clients = new ArrayList<UdpClient>();
    try {
      for (int i = 0; i < count; i++) {
        clients.add(UdpClient.from("127.0.20." + (1 + first + i)));
      }
      for (int sent = 0; sent < DATAGRAMS; sent += UNDER_WAY) {
        for (int i = 0; i < count; i++) {
          for (int more = 0; more < UNDER_WAY; more++) {
            clients.get(i).send(pen, (first + i) + "/" + (sent + more));
          }
        }
        var wrong = receive(clients, first, sent);
        if (!wrong.isEmpty()) {
          return wrong;
        }
      }
      return "";
    } finally {
      for (var client : clients) {
        client.close();
      }
    }
  }

  private static String receive(List<UdpClient> clients, int first, int sent) throws Exception {
    for (int i = 0; i < clients.size(); i++) {
      var name = "";
      for (int more = 0; more < UNDER_WAY; more++) {
        var reply = clients.get(i).text();
        name = name.isEmpty() ? reply.substring(0, 2) : name;
        var expected = name + (first + i) + "/" + (sent + more);
        if (!reply.equals(expected)) {
          return reply + " instead of " + expected;
        }
      }
    }
    return "";
  }
}
