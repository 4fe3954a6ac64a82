package org.penlb.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.penlb.balance.ClientTable;
import org.penlb.balance.Server;
import org.penlb.balance.ServerTable;
import org.penlb.balance.Service;
import org.penlb.config.ServerSpec;
import org.penlb.config.Settings;
import org.penlb.language.RunningPen.LiveService;
import org.penlb.stats.Snapshot;

/// What replies say of a service of UDP beside what they say of one of TCP.
class DatagramRepliesTest {
  private static final String MODE = Settings.DEFAULT.mode();

  private static Snapshot.Service snapshot(boolean udp) {
    var client =
        new Snapshot.Client("192.0.2.1", Duration.ofSeconds(2), 0, "new", 3, 400, 500, 6, 7);
    return new Snapshot.Service(
        "dns",
        udp,
        List.of("0.0.0.0:53"),
        MODE,
        1,
        500,
        1,
        2048,
        3,
        List.of(server("server", 0)),
        List.of(server("emergency", -1)),
        List.of(client),
        List.of(),
        Map.of("expired", 2L),
        0,
        Duration.ofSeconds(30),
        Map.of("flood", 9L));
  }

  private static Snapshot.Server server(String role, int slot) {
    return new Snapshot.Server(
        role,
        slot,
        "ns1",
        "192.0.2.53",
        53,
        Snapshot.ServerState.UP,
        Duration.ZERO,
        1,
        0,
        0,
        0,
        0,
        3,
        0,
        500,
        400,
        7,
        6);
  }

  /// As a service in operation, of which nothing is asked but the servers.
  private record Live(Service service, Snapshot.Service snapshot) implements LiveService {
    @Override
    public List<String> listening() {
      return snapshot.listeners();
    }

    @Override
    public Snapshot.Details connection(long number) {
      return null;
    }

    @Override
    public Snapshot.Details connectionOfDescriptor(int descriptor) {
      return null;
    }

    @Override
    public boolean close(long number) {
      return false;
    }

    @Override
    public Snapshot.Details connectionFrom(InetSocketAddress local) {
      return null;
    }

    @Override
    public int idlers() {
      return 0;
    }
  }

  private static LiveService live(boolean udp) throws Exception {
    var server = new Server(0, ServerSpec.parse("ns1:53", -1), InetAddress.ofLiteral("192.0.2.53"));
    var servers = new ServerTable(List.of(server), null, null);
    var clients = new ClientTable(9, Duration.ZERO);
    return new Live(new Service("dns", Settings.DEFAULT, servers, clients), snapshot(udp));
  }

  private static Snapshot whole(boolean udp) {
    return new Snapshot("1", Instant.EPOCH, Duration.ZERO, List.of(snapshot(udp)));
  }

  @Test
  void serversHaveDatagramsAfterTheirBytes() throws Exception {
    assertThat(Replies.servers(live(true), 0))
        .isEqualTo(
            """
            0 addr 192.0.2.53 port 53 conn 1 max 0 hard 0 weight 0 prio 0 sx 500 rx 400 sd 7 rd 6\
             acl 0 clients 0 state up
            emergency addr 192.0.2.53 port 53 conn 1 max 0 hard 0 weight 0 prio 0 sx 500 rx 400\
             sd 7 rd 6 state up
            """);
    assertThat(Replies.servers(live(false), 0)).doesNotContain(" sd ", " rd ").contains(" rx 400 ");
    assertThat(Json.servers(live(true), 0))
        .contains("\"received\":400,\"sent_datagrams\":7,\"received_datagrams\":6,\"acl\":0");
    assertThat(Json.servers(live(false), 0)).doesNotContain("datagrams");
  }

  @Test
  void clientsHaveDatagramsAfterTheirBytes() throws Exception {
    assertThat(Replies.clients(snapshot(true)))
        .isEqualTo("192.0.2.1 age 2 server 0 reason new connects 3 sx 400 rx 500 sd 6 rd 7\n");
    assertThat(Replies.clients(snapshot(false)))
        .isEqualTo("192.0.2.1 age 2 server 0 reason new connects 3 sx 400 rx 500\n");
    assertThat(Json.clients(snapshot(true)))
        .endsWith("\"received\":500,\"sent_datagrams\":6,\"received_datagrams\":7}]\n");
    assertThat(Json.clients(snapshot(false))).endsWith("\"received\":500}]\n");
  }

  @Test
  void servicesSayTheirTransport() throws Exception {
    assertThat(Replies.services(whole(true))).endsWith(" accepted 3 transport udp\n");
    assertThat(Replies.services(whole(false))).endsWith(" accepted 3\n");
    assertThat(Json.services(whole(true)))
        .startsWith("[{\"name\":\"dns\",\"transport\":\"udp\",")
        .endsWith("\"closes\":{\"expired\":2},\"datagrams_dropped\":{\"flood\":9}}]\n");
    assertThat(Json.services(whole(false)))
        .startsWith("[{\"name\":\"dns\",\"transport\":\"tcp\",")
        .endsWith("\"closes\":{\"expired\":2}}]\n");
  }
}
