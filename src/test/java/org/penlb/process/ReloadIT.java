package org.penlb.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A configuration that changes under load, again and again.
class ReloadIT extends Scene {
  private static final int RELOADS = 100;
  private static final int VISITS = 20_000;
  private static final int CLIENTS = 8;

  private Control control;

  @BeforeEach
  void start() throws IOException {
    for (var name : List.of("a", "b", "c")) {
      web(name);
    }
    put(version(1));
    pen = PenProcess.start("-C", socket.toString(), "-F", file.toString(), "127.0.0.1:0");
    control = Control.unix(socket);
  }

  private String server(int slot, int web) {
    return "server %d address 127.0.0.1 port %d\n".formatted(slot, webs.get(web).port());
  }

  /// Two versions of everything that a file says; both let all clients in.
  private String version(int number) {
    var lists =
        """
        no acl 1
        acl 1 permit 127.0.0.0 255.255.0.0
        no acl 2
        acl 2 deny 192.0.2.1
        acl 2 deny 2001:db8::/32
        """;
    return number % 2 == 1
        ? lists + "client_acl 1\nblacklist 7\nroundrobin\n" + server(0, 0) + server(1, 1)
        : lists
            + "acl 2 deny 192.0.2.2\nclient_acl 2\nblacklist 8\nno roundrobin\nclients_max 4\n"
            + server(0, 2)
            + server(1, 1)
            + server(2, 0);
  }

  private void put(String text) throws IOException {
    var fresh = dir.resolve("fresh");
    Files.writeString(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private List<Socket> longLived(int count) throws IOException {
    var all = new ArrayList<Socket>();
    for (int i = 0; i < count; i++) {
      var socket = new Socket();
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.6." + (i + 1)), 0));
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), pen.port()));
      all.add(socket);
    }
    return all;
  }

  private static List<String> ask(List<Socket> connections) throws IOException {
    var answers = new ArrayList<String>();
    for (var connection : connections) {
      answers.add(WebServer.get(connection, "/"));
    }
    return answers;
  }

  @FunctionalInterface
  private interface Reload {
    void now(int version) throws Exception;
  }

  private void changesUnderLoad(Reload reload) throws Exception {
    var sockets = Kernel.listeners(pen.port());
    assertThat(sockets).isNotEmpty();
    var live = longLived(4);
    var visits = new Visits(pen.port(), CLIENTS);
    try (visits) {
      var servers = ask(live);
      for (int i = 0; i < RELOADS || visits.answered() < VISITS; i++) {
        reload.now(i);
        assertThat(visits.failures()).isEmpty();
        if (i % 10 == 0) {
          assertThat(ask(live)).isEqualTo(servers);
        }
      }
      assertThat(ask(live)).isEqualTo(servers);
    } finally {
      for (var connection : live) {
        connection.close();
      }
    }
    assertThat(visits.failures()).isEmpty();
    assertThat(visits.servers()).containsExactlyInAnyOrder("a", "b", "c");
    PenProcess.eventually(
        "the sockets of before", () -> Kernel.listeners(pen.port()).equals(sockets));
    assertThat(pen.stderr()).doesNotContain("WARN", "ERROR");
  }

  private void assertThatItIsInForce(int version) throws IOException {
    boolean odd = version % 2 == 1;
    assertThat(control.ask("blacklist")).isEqualTo(odd ? "7\n" : "8\n");
    assertThat(control.ask("acl 1")).isEqualTo("acl 1 permit 127.0.0.0 255.255.0.0\n");
    assertThat(control.lines("acl 2")).hasSize(odd ? 2 : 3);
    assertThat(control.lines("servers")).hasSize(odd ? 2 : 3);
  }

  @Test
  void nothingIsLostWhenHupReadsTheFileAgainAHundredTimes() throws Exception {
    changesUnderLoad(
        i -> {
          put(version(i));
          pen.signal("HUP");
          var expected = i % 2 == 1 ? "7\n" : "8\n";
          PenProcess.eventually("version " + i, () -> control.ask("blacklist").equals(expected));
          assertThatItIsInForce(i);
        });
  }

  @Test
  void nothingIsLostWhenAFileIsIncludedAHundredTimes() throws Exception {
    changesUnderLoad(
        i -> {
          put("no server all\n" + version(i)); // what was there before counts
          control.order("include " + file);
          assertThatItIsInForce(i);
        });
  }
}
