package org.penlb.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.penlb.stats.Snapshot.Client;
import org.penlb.stats.Snapshot.Connection;
import org.penlb.stats.Snapshot.Server;
import org.penlb.stats.Snapshot.ServerState;
import org.penlb.stats.Snapshot.Service;

/// Snapshots as a busy or an idle pen would make them, the same at every run.
final class Samples {
  private static final Duration UDP_TIMEOUT = Duration.ofSeconds(30);

  private Samples() {}

  static Snapshot of(Service... services) {
    var time = Instant.parse("2026-03-14T15:09:26.535Z");
    return new Snapshot("1.0.0", time, Duration.ofSeconds(1_054_321), Arrays.asList(services));
  }

  static Snapshot busy() {
    return of(web());
  }

  static Service web() {
    var servers =
        List.of(
            up(0, "app-1.example.net", "10.20.0.11", 82, 48_210_442_100L),
            up(1, "app-2.example.net", "10.20.0.12", 75, 44_870_220_007L),
            out(2, "app-3.example.net", "10.20.0.13", ServerState.BLACKLISTED, 17),
            up(3, "2001:db8:20::14", "2001:db8:20::14", 61, 39_004_118_734L),
            out(4, "app-5.example.net", "10.20.0.15", ServerState.DRAINED, 0),
            out(5, "", "", ServerState.UNUSED, 0));
    var special =
        List.of(special("emergency", "sorry.example.net", 2_481_152L), special("abuse", "tar", 0));
    var closes =
        Map.of(
            "client closed", 1_083_214L, "server closed", 118_220L, "idle", 1_771L, "reset", 92L);
    return new Service(
        "web",
        false,
        List.of("0.0.0.0:443", "[::]:443"),
        "no hash roundrobin no stubborn no weight no prio",
        224,
        500,
        23_412,
        32_768,
        1_203_521,
        servers,
        special,
        clients(60),
        connections(40),
        closes,
        12,
        UDP_TIMEOUT,
        Map.of());
  }

  static Service dns() {
    return new Service(
        "dns",
        true,
        List.of("0.0.0.0:53", "[::]:53"),
        "hash no roundrobin no stubborn no weight no prio",
        471,
        500,
        2_048,
        2_048,
        88_203_521,
        List.of(
            up(0, "ns1.example.net", "10.20.0.21", 240, 4_210_442_100L),
            up(1, "ns2.example.net", "10.20.0.22", 231, 4_870_220_007L),
            out(2, "ns3.example.net", "10.20.0.23", ServerState.BLACKLISTED, 17)),
        List.of(),
        clients(20),
        connections(20),
        Map.of("expired", 83_214_020L, "displaced", 18_220L, "server reset", 12L),
        0,
        UDP_TIMEOUT,
        Map.of("flood", 1_204L, "no server", 41L, "from elsewhere", 7L));
  }

  static Service idle() {
    return withServers("idle", List.of());
  }

  static Service withServers(String name, List<Server> servers) {
    return new Service(
        name,
        false,
        List.of("127.0.0.1:25"),
        "hash",
        0,
        500,
        0,
        2048,
        0,
        servers,
        List.of(),
        List.of(),
        List.of(),
        Map.of(),
        0,
        UDP_TIMEOUT,
        Map.of());
  }

  static List<Server> many(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                i % 60 == 7
                    ? out(i, "node-" + i, "10.30.1." + i % 250, ServerState.BLACKLISTED, i)
                    : up(i, "node-" + i, "10.30.1." + i % 250, i * 37 % 101, i * 7_777_777L))
        .toList();
  }

  static Server up(int slot, String name, String address, int connections, long bytes) {
    return new Server(
        "server",
        slot,
        name,
        address,
        8443,
        ServerState.UP,
        Duration.ZERO,
        connections,
        slot == 1 ? 100 : 0,
        slot == 1 ? 120 : 0,
        10,
        0,
        bytes / 151_000,
        slot,
        bytes / 9,
        bytes,
        bytes / 1_300,
        bytes / 540);
  }

  static Server out(int slot, String name, String address, ServerState state, int seconds) {
    var port = state == ServerState.UNUSED ? 0 : 8443;
    var left = Duration.ofSeconds(seconds).minusMillis(seconds > 0 ? 300 : 0);
    var used = state == ServerState.DRAINED ? 6 : 0;
    var bytes = state == ServerState.UNUSED ? 0 : 9_120_000_321L;
    return new Server(
        "server",
        slot,
        name,
        address,
        port,
        state,
        left,
        used,
        0,
        0,
        10,
        0,
        bytes / 151_000,
        state == ServerState.BLACKLISTED ? 41 : 0,
        bytes / 9,
        bytes,
        bytes / 1_300,
        bytes / 540);
  }

  static Server special(String role, String name, long bytes) {
    return new Server(
        role,
        -1,
        name,
        "192.0.2.80",
        80,
        ServerState.UP,
        Duration.ZERO,
        0,
        0,
        0,
        0,
        0,
        bytes / 8_000,
        0,
        bytes / 9,
        bytes,
        bytes / 1_300,
        bytes / 540);
  }

  static List<Client> clients(int count) {
    var clients = new ArrayList<Client>();
    for (var i = 0; i < count; i++) {
      var address = i % 7 == 3 ? "2001:db8:85a3:8d3:1319:8a2e:370:" + i : "203.0.113." + i;
      var age = Duration.ofMillis(340 + 1_250L * i * i);
      clients.add(
          new Client(
              address,
              age,
              i % 4,
              "returning",
              1 + i * 31 % 97,
              i * 711_113L,
              i * 80_021L,
              i * 1_301L,
              i * 811L));
    }
    return clients;
  }

  static List<Connection> connections(int count) {
    var connections = new ArrayList<Connection>();
    for (var i = 0; i < count; i++) {
      var client = (i % 7 == 3 ? "2001:db8:85a3::" : "203.0.113.") + i;
      var state = i % 9 == 5 ? "half closed" : "open";
      var age = Duration.ofMillis(8_000_000L / (i + 1));
      connections.add(
          new Connection(
              1_203_000 + i * 13L,
              client,
              50_000 + i,
              i % 4 + " 10.20.0.1" + (1 + i % 4) + ":8443",
              age,
              state,
              i * 5_113L,
              i * 977_131L,
              i % 11 == 0 ? i * 4_096L : 0));
    }
    return connections;
  }
}
