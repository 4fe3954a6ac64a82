package org.penlb.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.Balancer;
import org.penlb.process.UdpClient;
import org.penlb.process.UdpServer;
import org.penlb.stats.CloseCause;
import org.penlb.stats.Snapshot;
import org.penlb.stats.Snapshot.ServerState;

/// UDP between machines: pen's and another one, at the ends of a cable.
class UdpNetworkTest {
  private static final String LOCAL = "127.0.0.1";
  private static final String PEN = "10.8.0.1";
  private static final String PEN_TOO = "10.8.0.2";
  private static final String OTHER = "10.8.0.9";
  private static final String NOBODY = "10.8.0.77";
  private static final String PEN6 = "fd00:8::1";
  private static final String PEN6_TOO = "fd00:8::2";
  private static final String OTHER6 = "fd00:8::9";

  /// On this cable alone, whatever others have the same address on theirs.
  private static final String PEN_LINK = "fe80::8:1%77";

  private static final String OTHER_LINK = "fe80::8:9%77";

  /// Behind the other machine.
  private static final String FAR = "10.7.0.1";

  private static final byte[] DATAGRAM = {'?'};

  /// What happens in the network.
  @FunctionalInterface
  private interface Trial {
    void run(Namespace here, Namespace there) throws Exception;
  }

  private static void inNetwork(Trial trial) throws Exception {
    LineServer.needIpv6();
    try (var here = Namespace.create();
        var there = Namespace.create()) {
      here.connect(there, "cable", 77);
      for (var address : List.of(PEN, PEN_TOO)) {
        here.run("ip", "addr", "add", address + "/24", "dev", "cable");
      }
      for (var address : List.of(PEN6, PEN6_TOO, "fe80::8:1")) {
        here.run("ip", "addr", "add", address + "/64", "dev", "cable", "nodad");
      }
      there.run("ip", "addr", "add", OTHER + "/24", "dev", "cable");
      for (var address : List.of(OTHER6, "fe80::8:9")) {
        there.run("ip", "addr", "add", address + "/64", "dev", "cable", "nodad");
      }
      here.run("ip", "route", "add", "10.7.0.0/24", "via", OTHER);
      here.call(
          () -> {
            trial.run(here, there);
            return null;
          });
    }
  }

  private static Balancer.Builder pen(String address) throws Exception {
    return Balancer.builder().udp(true).loops(2).listen(address);
  }

  private static Snapshot.Service state(Balancer pen) {
    return pen.snapshot().services().getFirst();
  }

  private static ServerState first(Balancer pen) {
    return state(pen).servers().getFirst().state();
  }

  /// A server that fails gets the first datagram; the next one goes to the other server.
  private static void assertThatItFails(String server) throws Exception {
    try (var good = new UdpServer("good", LOCAL);
        var pen = pen(LOCAL + ":0").server(server).server(good.address()).start();
        var client = new UdpClient(LOCAL, LOCAL, pen.port())) {
      client.send(DATAGRAM);
      await("it fails").until(() -> first(pen) == ServerState.BLACKLISTED);
      assertThat(client.ask()).isEqualTo("good");
      assertThat(good.received()).hasSize(1);
    }
  }

  // ---- addresses and sizes --------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:0", "[::]:0"})
  void repliesLeaveFromTheAddressThatTheClientHasSentTo(String wildcard) throws Exception {
    inNetwork(
        (_, there) -> {
          try (var server = new UdpServer("a", LOCAL);
              var pen = pen(wildcard).server(server.address()).start()) {
            // The client looks where its answer comes from.
            for (var to : List.of(PEN, PEN_TOO, PEN)) {
              assertThat(there.call(() -> ask(OTHER, to, pen.port()))).isEqualTo("a");
            }
            if (wildcard.startsWith("[")) {
              for (var to : List.of(PEN6, PEN6_TOO, PEN6)) {
                assertThat(there.call(() -> ask(OTHER6, to, pen.port()))).isEqualTo("a");
              }
              assertThat(there.call(() -> ask(OTHER_LINK, PEN_LINK, pen.port()))).isEqualTo("a");
            }
          }
        });
  }

  private static String ask(String from, String to, int port) throws Exception {
    try (var client = new UdpClient(from, to, port)) {
      return client.ask();
    }
  }

  @Test
  void whatIsLargerThanAPacketPassesInFragments() throws Exception {
    inNetwork(
        (_, there) -> {
          try (var server = there.call(() -> new UdpServer("", OTHER));
              var pen = pen(PEN + ":0").server(server.address()).start()) {
            var datagram = "x".repeat(65_507).getBytes(US_ASCII);
            var answer = there.call(() -> echo(PEN, pen.port(), datagram));
            assertThat(answer).isEqualTo(datagram);
          }
        });
  }

  private static byte[] echo(String to, int port, byte[] datagram) throws Exception {
    try (var client = new UdpClient(OTHER, to, port)) {
      client.send(datagram);
      return client.receive(20_000);
    }
  }

  /// The way to the server gets narrow behind the other machine, which says so once.
  @Test
  void aServerBehindANarrowLinkHasNotFailed() throws Exception {
    inNetwork(
        (here, there) -> {
          try (var far = Namespace.create()) {
            there.connect(far, "narrow", 78);
            far.run("ip", "addr", "add", FAR + "/24", "dev", "narrow");
            far.run("ip", "route", "add", "default", "via", "10.7.0.254");
            there.run("ip", "addr", "add", "10.7.0.254/24", "dev", "narrow");
            for (var end : List.of(there, far)) {
              end.run("ip", "link", "set", "narrow", "mtu", "600");
            }
            there.set("net.ipv4.ip_forward", "1");
            try (var server = far.call(() -> new UdpServer("", FAR));
                var pen = pen(LOCAL + ":0").server(server.address()).start();
                var client = new UdpClient(LOCAL, LOCAL, pen.port())) {
              // Those that are lost on the way take none with them that pen has still to send.
              for (int i = 0; i < 3; i++) {
                client.send(new byte[1400]);
              }
              await("it is told").until(() -> here.call(() -> icmp("InType3")) > 0);
              await("all are sent").until(() -> sent(pen) + dropped(pen) == 3);
              assertThat(state(pen).drops()).isEmpty();
              client.send(new byte[1401]);
              while (client.receive(20_000).length != 1401) {
                // one of the others, sent when the kernel knew
              }
              assertThat(first(pen)).isEqualTo(ServerState.UP);
              assertThat(state(pen).servers().getFirst().failed()).isZero();
            }
          }
        });
  }

  private static long sent(Balancer pen) {
    return state(pen).servers().getFirst().sentDatagrams();
  }

  private static long dropped(Balancer pen) {
    return state(pen).drops().values().stream().mapToLong(count -> count).sum();
  }

  /// How many ICMP messages of a kind there have been in the calling thread's namespace.
  private static long icmp(String kind) throws Exception {
    var lines =
        Files.readAllLines(Path.of("/proc/thread-self/net/snmp")).stream()
            .filter(line -> line.startsWith("IcmpMsg:"))
            .map(line -> List.of(line.split(" ", -1)))
            .toList();
    int column = lines.getFirst().indexOf(kind);
    return column < 0 ? 0 : Long.parseLong(lines.get(1).get(column));
  }

  // ---- servers that fail ----------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {OTHER + ":9", "[" + OTHER6 + "]:9"})
  void aMachineOnWhichNothingListensHasFailed(String server) throws Exception {
    inNetwork((_, _) -> assertThatItFails(server));
  }

  @Test
  void aMachineThatIsOffHasFailed() throws Exception {
    inNetwork(
        (here, _) -> {
          here.set("net.ipv4.neigh.cable.retrans_time_ms", "50");
          assertThatItFails(NOBODY + ":9");
        });
  }

  @Test
  void aMachineThatARouterCannotReachHasFailed() throws Exception {
    inNetwork(
        (_, there) -> {
          there.set("net.ipv4.ip_forward", "1");
          there.run("ip", "route", "add", "unreachable", "10.7.0.0/24");
          assertThatItFails(FAR + ":9");
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"host-unreachable", "admin-prohibited", "port-unreachable"})
  void aMachineWhoseFirewallRejectsHasFailed(String message) throws Exception {
    Namespace.needs("nft");
    inNetwork(
        (_, there) -> {
          filter(there, "input", "udp dport 53 reject with icmp type " + message);
          try (var _ =
              there.call(
                  () ->
                      new DatagramSocket(
                          new InetSocketAddress(InetAddress.ofLiteral(OTHER), 53)))) {
            assertThatItFails(OTHER + ":53");
          }
        });
  }

  private static void filter(Namespace namespace, String hook, String rule) throws Exception {
    namespace.run("nft", "add table ip t");
    namespace.run("nft", "add chain ip t c { type filter hook " + hook + " priority 0; }");
    namespace.run("nft", "add rule ip t c " + rule);
  }

  /// It is known at once, and the first datagram is not lost.
  @ParameterizedTest
  @ValueSource(strings = {"10.7.0.1", "fd00:7::1"})
  void aServerToWhichThereIsNoWayCostsNothing(String server) throws Exception {
    inNetwork(
        (here, _) -> {
          var family = server.contains(":") ? "-6" : "-4";
          var net = server.contains(":") ? "fd00:7::/64" : "10.7.0.0/24";
          here.run("ip", family, "route", "replace", "unreachable", net);
          var first = server.contains(":") ? "[" + server + "]:9" : server + ":9";
          try (var good = new UdpServer("good", LOCAL);
              var pen = pen(LOCAL + ":0").server(first).server(good.address()).start()) {
            assertThat(ask(LOCAL, LOCAL, pen.port())).isEqualTo("good");
            assertThat(first(pen)).isEqualTo(ServerState.BLACKLISTED);
          }
        });
  }

  // ---- silence --------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {2, 0})
  void whatAFirewallDropsIsAFailureOnlyIfSilenceIsOne(int unanswered) throws Exception {
    Namespace.needs("nft");
    inNetwork(
        (_, there) -> {
          filter(there, "input", "udp dport 53 drop");
          try (var good = new UdpServer("good", LOCAL);
              var pen =
                  pen(LOCAL + ":0")
                      .server(OTHER + ":53")
                      .server(good.address())
                      .settings(s -> s.udpUnanswered = unanswered)
                      .start();
              var client = new UdpClient(LOCAL, LOCAL, pen.port())) {
            for (int i = 0; i < 4; i++) {
              client.send(DATAGRAM);
            }
            int toTheFirst = unanswered == 0 ? 4 : unanswered;
            await("all are sent")
                .until(
                    () -> {
                      var servers = state(pen).servers();
                      return servers.get(0).sentDatagrams() == toTheFirst
                          && servers.get(1).sentDatagrams() == 4 - toTheFirst;
                    });
            assertThat(first(pen))
                .isEqualTo(unanswered == 0 ? ServerState.UP : ServerState.BLACKLISTED);
          }
        });
  }

  /// The server cannot help it.
  @Test
  void aFirewallOfPensOwnMachineIsNoFailureOfTheServer() throws Exception {
    Namespace.needs("nft");
    inNetwork(
        (here, there) -> {
          filter(here, "output", "udp dport 9 drop");
          try (var server = there.call(() -> new UdpServer("a", OTHER));
              var pen = pen(LOCAL + ":0").server(OTHER + ":9").server(server.address()).start();
              var client = new UdpClient(LOCAL, LOCAL, pen.port())) {
            client.send(DATAGRAM);
            await("it is counted").until(() -> state(pen).drops().getOrDefault("unsent", 0L) == 1);
            assertThat(first(pen)).isEqualTo(ServerState.UP);
          }
        });
  }

  // ---- clients --------------------------------------------------------------------------------

  /// Its machine says that nobody listens on its port any more.
  @Test
  void aClientThatIsGoneHarmsNobody() throws Exception {
    inNetwork(
        (_, there) -> {
          try (var server =
                  new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral(LOCAL), 0));
              var pen = pen(PEN + ":0").server(LOCAL + ":" + server.getLocalPort()).start()) {
            server.setSoTimeout(20_000);
            for (int i = 1; i <= 3; i++) {
              var packet = new DatagramPacket(new byte[100], 100);
              there.call(() -> sendAndGo(pen.port()));
              server.receive(packet);
              server.send(packet);
              int messages = i;
              await("it is said").until(() -> there.call(() -> icmp("OutType3")) == messages);
            }
            try (var client = there.call(() -> new UdpClient(OTHER, PEN, pen.port()))) {
              client.send(DATAGRAM);
              var packet = new DatagramPacket(new byte[100], 100);
              server.receive(packet);
              server.send(packet);
              assertThat(client.receive(20_000)).isEqualTo(DATAGRAM);
            }
            assertThat(first(pen)).isEqualTo(ServerState.UP);
            assertThat(state(pen).servers().getFirst().failed()).isZero();
            assertThat(state(pen).closes()).doesNotContainKey(CloseCause.INTERNAL.label());
          }
        });
  }

  private static Void sendAndGo(int port) throws Exception {
    try (var client = new UdpClient(OTHER, PEN, port)) {
      client.send(DATAGRAM);
    }
    return null;
  }
}
