package org.penlb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.tcp.TestServer;
import org.penlb.tcp.Wire;

/// Services and addresses that come, go and change places while clients are there.
@Timeout(120)
class LiveServicesTest {
  private static final String A = "127.0.1.1";
  private static final String B = "127.0.1.2";

  @TempDir private Path directory;
  private TestServer web;
  private TestServer mail;
  private TestServer other;
  private AdministeredPen pen;

  @BeforeEach
  void startServers() throws Exception {
    web = TestServer.named("web");
    mail = TestServer.named("mail");
    other = TestServer.named("other");
  }

  @AfterEach
  void close() throws Exception {
    if (pen != null) {
      pen.close();
    }
    for (var server : List.of(web, mail, other)) {
      server.close();
    }
  }

  private void start(String text) throws Exception {
    pen = AdministeredPen.start(directory.resolve("pen.conf"), text);
  }

  private static String section(String name, String listen, TestServer... servers) {
    var text = new StringBuilder("service " + name + "\nlisten " + listen + "\n");
    for (int slot = 0; slot < servers.length; slot++) {
      text.append("server %d address 127.0.0.1 port %d\n".formatted(slot, servers[slot].port()));
    }
    return text.toString();
  }

  private static String anyPort(String name, TestServer... servers) {
    return section(name, "127.0.0.1:0", servers);
  }

  // ---- services -------------------------------------------------------------------------------

  @Test
  void eachServiceHasServersAndClientsOfItsOwn() throws Exception {
    start(anyPort("web", web, other) + anyPort("mail", mail));
    assertThat(pen.serverOf("web", A)).isEqualTo("web");
    assertThat(pen.serverOf("web", B)).isEqualTo("other");
    assertThat(pen.serverOf("mail", A)).isEqualTo("mail");
    assertThat(pen.done("service mail clients")).startsWith(A + " ").doesNotContain(B);
    pen.done("service web server 0 drain");
    assertThat(pen.configuration().service("mail").servers().getFirst().drain()).isNull();
  }

  @Test
  void serviceComesAndGoesAndItsLiveConnectionsGoOn() throws Exception {
    start(anyPort("web", web));
    Files.writeString(directory.resolve("more"), anyPort("mail", mail));
    pen.done("include " + directory.resolve("more"));
    int port = pen.port("mail");
    try (var client = pen.connect("mail", A)) {
      assertThat(Wire.line(client)).isEqualTo("mail");
      pen.done("no service mail");
      assertThat(pen.ctl("service mail mode"))
          .isEqualTo("error: service 'mail' is unknown, expected one of: web\n");
      assertThatThrownBy(() -> Wire.connect(Wire.local(port), A))
          .isInstanceOf(ConnectException.class);
      assertThat(Wire.ask(client, "goes on")).isEqualTo("goes on");
      assertThat(pen.balancer().connections()).isEqualTo(1);

      pen.done("include " + directory.resolve("more"));
      assertThat(pen.serverOf("mail", A)).isEqualTo("mail");
      assertThat(Wire.ask(client, "and on")).isEqualTo("and on");
      client.shutdownOutput();
      assertThat(Wire.all(client)).isEmpty();
    }
    assertThat(pen.serverOf("web", A)).isEqualTo("web");
  }

  @Test
  void connectionsOfAServiceThatIsGoneEndWithPen() throws Exception {
    start(anyPort("web", web) + anyPort("mail", mail));
    try (var client = pen.connect("mail", A)) {
      assertThat(Wire.line(client)).isEqualTo("mail");
      pen.done("no service mail");
      pen.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void secondServiceIsThePlainOneWhenTheFirstIsGone() throws Exception {
    start(anyPort("web", web) + anyPort("mail", mail));
    pen.done("no service web");
    assertThat(pen.done("servers")).contains(" port " + mail.port() + " ");
    assertThat(pen.ctl("no service mail"))
        .isEqualTo(
            "error: there would be no service, expected at least one with `listen` and `server`\n");
  }

  @Test
  void portThatMovesToAnotherServiceLosesNobody() throws Exception {
    start(anyPort("web", web) + anyPort("mail", mail));
    int port = pen.port("web");
    var address = "127.0.0.1:" + port;
    var one = section("web", address, web) + section("mail", "127.0.0.2:0", mail);
    var two = section("mail", address, mail) + section("web", "127.0.0.2:0", web);
    try (var visitors = new Visitors(port);
        var early = Wire.connect(Wire.local(port), A)) {
      assertThat(Wire.line(early)).isEqualTo("web");
      for (int i = 0; i < 20; i++) {
        pen.reload(i % 2 == 0 ? two : one);
        var expected = i % 2 == 0 ? "mail" : "web";
        assertThat(nameAt(port)).isEqualTo(expected);
        visitors.awaitMore(5);
        assertThat(Wire.ask(early, "live")).isEqualTo("live");
      }
      assertThat(visitors.failures).isEmpty();
      // Who is dropped tries again after a second; on a busy machine it may happen to one or two.
      assertThat(visitors.slow.get()).isLessThan(3);
    }
  }

  @Test
  void renamedServiceHasThePortAndLeavesItsConnectionsBehind() throws Exception {
    start(anyPort("web", web));
    int port = pen.port("web");
    try (var client = pen.connect("web", A)) {
      assertThat(Wire.line(client)).isEqualTo("web");
      pen.reload(section("shop", "127.0.0.1:" + port, other));
      assertThat(pen.configuration().services()).hasSize(1);
      assertThat(nameAt(port)).isEqualTo("other");
      assertThat(Wire.ask(client, "goes on")).isEqualTo("goes on");
    }
  }

  private static String nameAt(int port) throws Exception {
    try (var client = Wire.connect(Wire.local(port), B)) {
      return Wire.line(client);
    }
  }

  // ---- groups ---------------------------------------------------------------------------------

  @Test
  void groupSendsAClientToTheSameSlotOfEachMember() throws Exception {
    start(
        anyPort("web", web, other)
            + "sticky_group shop\n"
            + anyPort("secure", other, web)
            + "sticky_group shop\n");
    assertThat(pen.serverOf("web", A)).isEqualTo("web");
    assertThat(pen.serverOf("web", B)).isEqualTo("other");
    assertThat(pen.serverOf("secure", B)).as("slot 1").isEqualTo("web");
    assertThat(pen.serverOf("secure", A)).as("slot 0").isEqualTo("other");
    assertThat(pen.done("service secure why " + B)).contains("the server it used last");
  }

  @Test
  void whoLeavesAGroupForgetsItsClientsAndTheOthersDoNot() throws Exception {
    start(
        anyPort("web", web, other)
            + "sticky_group shop\n"
            + anyPort("secure", web, other)
            + "sticky_group shop\n"
            + anyPort("mail", web, other)
            + "sticky_group shop\n");
    assertThat(pen.serverOf("web", A)).isEqualTo("web");
    assertThat(pen.serverOf("web", B)).isEqualTo("other");
    pen.done("service web no sticky_group");
    assertThat(pen.done("service web clients")).isEmpty();
    assertThat(pen.serverOf("secure", B)).isEqualTo("other");
    assertThat(pen.serverOf("mail", B)).isEqualTo("other");
    pen.done("service secure sticky_group elsewhere");
    assertThat(pen.serverOf("mail", A)).isEqualTo("web");
    assertThat(pen.done("service secure clients")).isEmpty();
  }

  @Test
  void groupIsAsLargeAsItsMembersWant() throws Exception {
    start(
        anyPort("web", web)
            + "sticky_group shop\nclients_max 5\ntracking 60\n"
            + anyPort("mail", mail)
            + "sticky_group shop\nclients_max 9\n");
    assertThat(pen.done("services")).contains(" clients_max 9 ").doesNotContain("clients_max 5");
    pen.done("service mail no sticky_group");
    assertThat(pen.service("web").clients().limit()).isEqualTo(5);
    assertThat(pen.service("mail").clients().limit()).isEqualTo(9);
  }

  // ---- addresses ------------------------------------------------------------------------------

  @Test
  void listenMovesAndLiveConnectionsGoOn() throws Exception {
    start(anyPort("web", web));
    int old = pen.port("web");
    try (var client = pen.connect("web", A)) {
      assertThat(Wire.line(client)).isEqualTo("web");
      assertThat(pen.done("listen 127.0.0.2:0")).startsWith("127.0.0.2:");
      assertThatThrownBy(() -> Wire.connect(Wire.local(old), A))
          .isInstanceOf(ConnectException.class);
      assertThat(Wire.ask(client, "goes on")).isEqualTo("goes on");
      assertThat(pen.done("listen 127.0.0.1:" + old)).isEqualTo("127.0.0.1:" + old + "\n");
      assertThat(pen.serverOf("web", A)).isEqualTo("web");
    }
  }

  @Test
  void addressesComeAndGoOneByOneAndTheOthersAreNotTouched() throws Exception {
    start(anyPort("web", web));
    int first = pen.port("web");
    var both = pen.done("listen 127.0.0.1:0 127.0.0.1:0");
    assertThat(both).startsWith("127.0.0.1:" + first + " 127.0.0.1:");
    int second = Integer.parseInt(both.strip().substring(both.strip().lastIndexOf(':') + 1));
    assertThat(nameAt(first)).isEqualTo("web");
    assertThat(nameAt(second)).isEqualTo("web");
    assertThat(pen.done("listen 127.0.0.1:0")).isEqualTo("127.0.0.1:" + first + "\n");
    assertThatThrownBy(() -> nameAt(second)).isInstanceOf(ConnectException.class);
  }

  @Test
  void listenMovesBackAndForthOnOnePortAndLosesNobody() throws Exception {
    int port = Wire.freePort();
    start(section("web", "127.0.0.1:" + port, web));
    try (var visitors = new Visitors(port)) {
      for (int i = 0; i < 4; i++) {
        pen.done("listen %s:%d".formatted(i % 2 == 0 ? "0.0.0.0" : "127.0.0.1", port));
        visitors.awaitMore(5);
      }
      visitors.awaitMore(20);
      assertThat(visitors.failures).isEmpty();
      assertThat(visitors.slow.get()).isLessThan(3);
    }
  }

  @Test
  void unixSocketMovesToAnotherServiceAndIsNeverMissing() throws Exception {
    var path = directory.resolve("socket");
    start(section("web", path.toString(), web) + anyPort("mail", mail));
    assertThat(nameAt(path)).isEqualTo("web");
    for (int i = 0; i < 5; i++) {
      pen.reload(section("mail", path.toString(), mail) + anyPort("web", web));
      assertThat(nameAt(path)).isEqualTo("mail");
      pen.reload(section("web", path.toString(), web) + anyPort("mail", mail));
      assertThat(nameAt(path)).isEqualTo("web");
    }
    pen.done("listen 127.0.0.1:0");
    assertThat(directory.toFile().list()).containsExactly("pen.conf");
  }

  private static String nameAt(Path path) throws Exception {
    try (var client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      client.connect(UnixDomainSocketAddress.of(path));
      var name = new StringBuilder();
      var letter = ByteBuffer.allocate(1);
      while (client.read(letter.clear()) > 0 && letter.get(0) != '\n') {
        name.append((char) letter.get(0));
      }
      return name.toString();
    }
  }

  @Test
  void whoWaitsForAPlaceGetsItWhenThereAreMore() throws Exception {
    start(anyPort("web", web) + "conn_max 1\n");
    try (var first = pen.connect("web", A)) {
      assertThat(Wire.line(first)).isEqualTo("web");
      try (var second = pen.connect("web", B)) {
        pen.done("conn_max 2");
        assertThat(Wire.line(second)).isEqualTo("web");
      }
    }
  }

  @Test
  void sourceOfConnectionsChangesForTheNextOne() throws Exception {
    try (var server =
        TestServer.start(
            client -> {
              Wire.send(client, client.getInetAddress().getHostAddress() + "\n");
              TestServer.echo(client);
            })) {
      start(anyPort("web", server));
      try (var early = pen.connect("web", A)) {
        assertThat(Wire.line(early)).isEqualTo("127.0.0.1");
        pen.done("source 127.0.0.77");
        assertThat(pen.serverOf("web", A)).isEqualTo("127.0.0.77");
        assertThat(Wire.ask(early, "goes on")).isEqualTo("goes on");
      }
    }
  }

  /// Clients who connect, read the server's name and leave, as fast as they can.
  private static final class Visitors implements AutoCloseable {
    final Queue<String> failures = new ConcurrentLinkedQueue<>();

    /// Those whom the kernel, and nobody else, kept waiting.
    final AtomicInteger slow = new AtomicInteger();

    private final AtomicInteger served = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    Visitors(int port) {
      for (int i = 0; i < 3; i++) {
        threads.add(Thread.ofPlatform().start(() -> visit(port)));
      }
    }

    private void visit(int port) {
      while (!over.get()) {
        long start = System.nanoTime();
        try (var client = Wire.connect(Wire.local(port), "127.0.0.1")) {
          slow.addAndGet(System.nanoTime() - start > 900_000_000L ? 1 : 0);
          if (Wire.line(client).isEmpty()) {
            failures.add("no server");
          }
          served.incrementAndGet();
          Wire.reset(client); // leaves no port in TIME_WAIT
        } catch (java.io.IOException e) {
          failures.add(e.toString());
        }
      }
    }

    void awaitMore(int more) {
      int now = served.get();
      Wire.await("visits", () -> served.get() >= now + more || !failures.isEmpty());
    }

    @Override
    public void close() throws InterruptedException {
      over.set(true);
      for (var thread : threads) {
        thread.join();
      }
    }
  }
}
