package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Pens;
import org.penlb.stats.Snapshot;

/// Both families on either side.
class Ipv6Test {
  @BeforeAll
  static void needsIpv6() {
    Wire.needIpv6();
  }

  private static String askFrom(Balancer pen, String host) throws Exception {
    var to = host.contains(":") ? "::1" : "127.0.0.1";
    try (var client =
        Wire.connect(new InetSocketAddress(InetAddress.ofLiteral(to), pen.port()), host)) {
      return Wire.ask(client, "hello from " + host);
    }
  }

  private static List<String> clients(Balancer pen) {
    return Pens.service(pen).recentClients().stream().map(Snapshot.Client::address).toList();
  }

  @Test
  void ipv6ClientReachesIpv4Server() throws Exception {
    try (var server = TestServer.echo();
        var pen = Pens.listeningOn("[::1]:0", server.address()).loops(2).start()) {
      assertThat(askFrom(pen, "::1")).isEqualTo("hello from ::1");
      assertThat(clients(pen)).containsExactly("::1");
    }
  }

  @Test
  void ipv4ClientReachesIpv6Server() throws Exception {
    try (var server = TestServer.start("::1", TestServer::echo);
        var pen = Pens.before(server.address()).start()) {
      assertThat(askFrom(pen, "127.0.0.51")).isEqualTo("hello from 127.0.0.51");
      assertThat(Pens.server(pen, 0).address()).isEqualTo("::1");
    }
  }

  @Test
  void listenerOnAllAddressesTakesBothFamiliesAndKnowsThemApart() throws Exception {
    for (var address : new String[] {"[::]:0", ":::0"}) {
      try (var server = TestServer.echo();
          var pen = Pens.listeningOn(address, server.address()).loops(2).start()) {
        assertThat(askFrom(pen, "127.0.0.52")).isEqualTo("hello from 127.0.0.52");
        assertThat(askFrom(pen, "::1")).isEqualTo("hello from ::1");
        assertThat(askFrom(pen, "127.0.0.52")).isEqualTo("hello from 127.0.0.52");
        assertThat(clients(pen)).containsExactly("127.0.0.52", "::1");
      }
    }
  }

  @Test
  void serversOfBothFamiliesTakeTurns() throws Exception {
    try (var first = TestServer.start("::1", client -> Wire.send(client, "six\n"));
        var second = TestServer.start(client -> Wire.send(client, "four\n"));
        var pen =
            Pens.before(first.address(), second.address())
                .settings(s -> s.roundrobin = true)
                .start()) {
      for (int i = 0; i < 3; i++) {
        assertThat(askFrom(pen, "127.0.0.53")).isEqualTo("six");
        assertThat(askFrom(pen, "127.0.0.53")).isEqualTo("four");
      }
    }
  }
}
