package org.penlb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
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

/// Servers that come, go, move and are drained while clients are there.
@Timeout(120)
class LiveServersTest {
  private static final List<String> NAMES = List.of("a", "b", "c", "d");

  @TempDir private Path directory;
  private final List<TestServer> servers = new ArrayList<>();
  private AdministeredPen pen;

  @BeforeEach
  void start() throws Exception {
    for (var name : NAMES) {
      servers.add(TestServer.named(name));
    }
    var text = "listen 127.0.0.1:0\n" + line(0, "a") + "\n" + line(1, "b") + "\n";
    pen = AdministeredPen.start(directory.resolve("pen.conf"), text);
  }

  @AfterEach
  void close() throws Exception {
    pen.close();
    for (var server : servers) {
      server.close();
    }
  }

  /// Puts a server into a slot.
  private String line(int slot, String name) {
    return "server %d address 127.0.0.1 port %d"
        .formatted(slot, servers.get(NAMES.indexOf(name)).port());
  }

  private static String client(int number) {
    return "127.0.1." + number;
  }

  private List<String> serversOf(int... clients) throws IOException {
    var names = new ArrayList<String>();
    for (int client : clients) {
      names.add(pen.serverOf("main", client(client)));
    }
    return names;
  }

  // ---- slots ----------------------------------------------------------------------------------

  @Test
  void newSlotTakesNewClientsAndOldOnesStay() throws Exception {
    assertThat(serversOf(1, 2)).containsExactly("a", "b");
    pen.done(line(2, "c"));
    assertThat(serversOf(3, 4, 5)).containsExactly("c", "a", "b");
    assertThat(serversOf(1, 2, 3)).containsExactly("a", "b", "c");
  }

  @Test
  void slotFarAwayMakesEmptyOnesThatNobodyIsSentTo() throws Exception {
    pen.done(line(7, "c"));
    assertThat(serversOf(1, 2, 3, 4)).containsExactly("a", "b", "c", "a");
    assertThat(pen.done("servers")).contains("\n6 addr 0.0.0.0 port 0 ").contains("\n7 addr 127.");
  }

  @Test
  void clientsOfARemovedServerAreSpreadOverTheOthers() throws Exception {
    pen.done(line(2, "c"));
    assertThat(serversOf(1, 2, 3, 4, 5, 6)).containsExactly("a", "b", "c", "a", "b", "c");
    pen.done("no server 2");
    assertThat(serversOf(1, 2, 4, 5)).containsExactly("a", "b", "a", "b");
    assertThat(serversOf(3, 6)).containsExactlyInAnyOrder("a", "b");
    assertThat(pen.done("why " + client(3))).contains("removed, or became another server");
  }

  @Test
  void clientsOfASlotThatBecameAnotherServerDoNotAllGoThere() throws Exception {
    assertThat(serversOf(1, 2, 3, 4, 5, 6)).containsExactly("a", "b", "a", "b", "a", "b");
    pen.done(line(1, "c"));
    assertThat(pen.done("why " + client(2))).contains("that one is gone, so it counts as a new");
    assertThat(serversOf(1, 3, 5)).containsExactly("a", "a", "a");
    assertThat(new TreeSet<>(serversOf(2, 4))).containsExactly("a", "c");
  }

  @Test
  void slotThatIsEmptiedAndFilledAgainIsAnotherServer() throws Exception {
    assertThat(serversOf(1, 2)).containsExactly("a", "b");
    pen.done("no server 0");
    pen.done(line(0, "c"));
    assertThat(serversOf(2)).containsExactly("b");
    assertThat(serversOf(1, 3)).containsExactlyInAnyOrder("b", "c");
  }

  @Test
  void limitsChangeWithoutTheClientsNoticing() throws Exception {
    assertThat(serversOf(1, 2)).containsExactly("a", "b");
    Wire.await("these have gone", () -> pen.balancer().connections() == 0);
    try (var live = pen.connect("main", client(1))) {
      assertThat(Wire.line(live)).isEqualTo("a");
      pen.done("server 0 max 1 hard 2 weight 5 prio 6");
      assertThat(Wire.ask(live, "still here")).isEqualTo("still here");
      assertThat(serversOf(1)).as("up to the hard limit").containsExactly("a");
      assertThat(serversOf(3, 4)).as("it has its most").containsExactly("b", "b");
    }
  }

  @Test
  void liveConnectionsOfAServerThatIsGoneGoOn() throws Exception {
    try (var client = pen.connect("main", client(1))) {
      assertThat(Wire.line(client)).isEqualTo("a");
      pen.done("no server 0");
      assertThat(Wire.ask(client, "one")).isEqualTo("one");
      pen.done(line(0, "c"));
      assertThat(Wire.ask(client, "two")).isEqualTo("two");
      client.shutdownOutput();
      assertThat(Wire.all(client)).isEmpty();
    }
    assertThat(servers.getFirst().accepted()).isEqualTo(1);
  }

  // ---- under traffic --------------------------------------------------------------------------

  @Test
  void nobodyIsSentToAServerThatIsNotThereAnyMore() throws Exception {
    var over = new AtomicBoolean();
    var failures = new ConcurrentLinkedQueue<String>();
    var answered = new AtomicInteger();
    var threads = new ArrayList<Thread>();
    try (var early = pen.connect("main", client(100))) {
      assertThat(Wire.line(early)).isEqualTo("a");
      for (int i = 1; i <= 4; i++) {
        int client = i;
        threads.add(Thread.ofPlatform().start(() -> visit(client, over, answered, failures)));
      }
      for (int i = 0; i < 30; i++) {
        int now = answered.get();
        // Slot 1 is b or c, slot 2 is d or nothing; a stays.
        pen.done(line(1, i % 2 == 0 ? "c" : "b"));
        pen.done(i % 3 == 0 ? line(2, "d") : i % 3 == 1 ? "server 2 weight " + i : "no server 2");
        int gone = servers.get(i % 2 == 0 ? 1 : 2).accepted();
        int other = servers.get(3).accepted();
        Wire.await("visits", () -> answered.get() >= now + 12 || !failures.isEmpty());
        // A connect may have been on its way: one for each of the visitors.
        assertThat(servers.get(i % 2 == 0 ? 1 : 2).accepted()).isLessThanOrEqualTo(gone + 4);
        if (i % 3 == 2) {
          assertThat(servers.get(3).accepted()).isLessThanOrEqualTo(other + 4);
        }
        assertThat(Wire.ask(early, "live " + i)).isEqualTo("live " + i);
      }
    } finally {
      over.set(true);
      for (var thread : threads) {
        thread.join();
      }
    }
    assertThat(failures).isEmpty();
  }

  private void visit(
      int client, AtomicBoolean over, AtomicInteger answered, Queue<String> failures) {
    while (!over.get()) {
      try (Socket socket = pen.connect("main", client(client))) {
        var name = Wire.line(socket);
        if (!NAMES.contains(name) || !Wire.ask(socket, "hello").equals("hello")) {
          failures.add("client " + client + " was served by '" + name + "'");
        }
        answered.incrementAndGet();
        Wire.reset(socket);
      } catch (IOException e) {
        failures.add(e.toString());
      }
    }
  }

  // ---- drain ----------------------------------------------------------------------------------

  @Test
  void drainedServerKeepsItsClientsAndGetsNoNewOnes() throws Exception {
    assertThat(serversOf(1, 2)).containsExactly("a", "b");
    pen.done("server 0 drain");
    assertThat(serversOf(3, 4, 1)).containsExactly("b", "b", "a");
    assertThat(pen.done("why " + client(9))).contains("is drained, and takes its own clients only");
    pen.done("server 0 no drain");
    assertThat(serversOf(5, 6)).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void clientsOfADrainedServerGoElsewhereWhenItsTimeIsOver() throws Exception {
    pen.close();
    var text = "listen 127.0.0.1:0\n" + line(0, "a") + "\n" + line(1, "b") + "\n";
    pen = AdministeredPen.startTimeless(directory.resolve("pen.conf"), text);
    assertThat(serversOf(1, 2)).containsExactly("a", "b");
    try (var live = pen.connect("main", client(1))) {
      assertThat(Wire.line(live)).isEqualTo("a");
      pen.done("server 0 drain 60");
      pen.clock.advance(Duration.ofSeconds(59));
      assertThat(pen.done("servers")).contains(" clients 1 state drained 1\n");
      assertThat(serversOf(1)).containsExactly("a");
      pen.clock.advance(Duration.ofSeconds(1));
      pen.balancer().snapshot(); // the loops look at the clock
      assertThat(serversOf(1)).containsExactly("b");
      assertThat(Wire.ask(live, "goes on")).isEqualTo("goes on");
      assertThat(pen.done("servers")).contains(" clients 0 state drained 0\n");
    }
  }

  @Test
  void timeOfADrainBeginsAnewByTheSameCommandButNotByTheSameFile() throws Exception {
    var text = "listen 127.0.0.1:0\n" + line(0, "a") + " drain 60\n" + line(1, "b") + "\n";
    var again = Files.writeString(directory.resolve("again"), "server 0 drain 60\n");
    try (var timeless = AdministeredPen.open(directory.resolve("drained.conf"), text)) {
      for (var command : List.of("server 0 drain 60", "include " + again)) {
        timeless.clock.advance(Duration.ofSeconds(50));
        timeless.reload(text);
        timeless.done("server 0 weight 3");
        assertThat(timeless.done("servers")).contains(" state drained 10\n");
        timeless.done(command);
        assertThat(timeless.done("servers")).contains(" state drained 60\n");
      }
    }
  }

  // ---- clients --------------------------------------------------------------------------------

  @Test
  void networkIsOneClientFromNowOn() throws Exception {
    assertThat(serversOf(1, 2)).containsExactly("a", "b");
    pen.done("track_prefix 24 64");
    assertThat(new TreeSet<>(serversOf(1, 2, 3, 4))).hasSize(1);
    assertThat(pen.done("clients")).contains("127.0.1.0 age ");
    assertThat(pen.done("why " + client(77)))
        .contains("one client with all of its network: 127.0.1.0");
    pen.done("track_prefix 32 128");
    assertThat(serversOf(1, 2)).as("as they are known").containsExactly("a", "b");
  }

  @Test
  void pinnedClientGoesWhereItIsPinnedUntilItIsNot() throws Exception {
    assertThat(serversOf(1)).containsExactly("a");
    pen.done("pin %s 1".formatted(client(1)));
    assertThat(serversOf(1, 1)).containsExactly("b", "b");
    pen.done("unpin " + client(1));
    assertThat(serversOf(1)).as("its own server by now").containsExactly("b");
    pen.done("forget " + client(1));
    assertThat(pen.done("why " + client(1))).contains("it is not known");
  }

  @Test
  void blacklistedServerIsLeftOutUntilItIsBroughtBack() throws Exception {
    assertThat(serversOf(1, 2)).containsExactly("a", "b");
    pen.done("server 0 blacklist 1000");
    assertThat(serversOf(1, 3)).containsExactly("b", "b");
    pen.done("server 0 blacklist 0");
    assertThat(serversOf(4, 5)).containsExactlyInAnyOrder("a", "b");
  }
}
