package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.config.Endpoint;
import org.penlb.config.Settings;

/// Listeners that are opened, moved and closed while pen runs. (`TcpListener.open` and `retire`,
/// `ListeningSockets`.)
class MovingListenersTest {
  private static WiredPen pen(TestServer server, Settings settings) throws Exception {
    var pen = new WiredPen(2, settings, server);
    pen.start();
    return pen;
  }

  private static void assertServes(WiredPen.Listening listening) throws Exception {
    try (var client = Wire.connect(Wire.local(listening.address().getPort()), "127.0.0.1")) {
      assertThat(Wire.ask(client, "hello")).isEqualTo("hello");
    }
  }

  @Test
  void listenerOpensWhileTheLoopsRun() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(server, Settings.DEFAULT)) {
      assertServes(pen.listen("127.0.0.1:0", null));
    }
  }

  @Test
  void whoOpensAListenerHearsOfTheFailure() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(server, Settings.DEFAULT)) {
      int before = pen.listeners();
      var closed = ServerSocketChannel.open().bind(Wire.local(0));
      closed.close();
      var listener = new TcpListener(closed, List.of(pen.table(1)));
      assertThatThrownBy(listener::open)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot accept clients: ");
      assertThat(pen.listeners()).isEqualTo(before);
    }
  }

  @Test
  void retiredListenerIsGoneAndItsConnectionsGoOn() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(server, Settings.DEFAULT)) {
      int before = pen.listeners();
      var moved = pen.listen("127.0.0.1:0", null);
      var address = moved.address();
      try (var client = Wire.connect(address, "127.0.0.1")) {
        assertThat(Wire.ask(client, "hello")).isEqualTo("hello");
        TcpListener.retire(moved.listeners());
        assertThatThrownBy(() -> Wire.connect(address, "127.0.0.1"))
            .isInstanceOf(ConnectException.class);
        Wire.await(
            "the listeners are closed",
            () -> moved.sockets().stream().noneMatch(ServerSocketChannel::isOpen));
        assertThat(pen.listeners()).isEqualTo(before);
        assertThat(Wire.ask(client, "again")).isEqualTo("again");
      }
    }
  }

  @Test
  void nobodyNoticesWhenAListenerMovesBackAndForth() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(server, WiredPen.settings(s -> s.connectionsMax = 20))) {
      int others = pen.listeners();
      int port = Wire.freePort(); // any client's port would be in the way of 0.0.0.0
      var listening = pen.listen("0.0.0.0:" + port, null);
      try (var visitors = new Visitors(port, 4)) {
        for (int i = 0; i < 100; i++) {
          visitors.awaitAnswers(30);
          var next = pen.listen((i % 2 == 0 ? "127.0.0.1:" : "0.0.0.0:") + port, listening);
          TcpListener.retire(listening.listeners());
          listening = next;
        }
        visitors.awaitAnswers(100);
        assertThat(visitors.failures).isEmpty();
        assertThat(visitors.answered.get()).isGreaterThan(3000);
        // Who is dropped tries again after a second: only a connect that the kernel is in the
        // middle
        // of, at that very moment.
        assertThat(visitors.slow.get()).isLessThan(5);
      }
      Wire.await("only the last ones are open", () -> pen.listeners() == others + 2);
      pen.awaitNobody();
      assertThat(pen.table(0).admission().pending()).isZero();
    }
  }

  /// Clients who connect, ask once and leave, as fast as they can.
  private static final class Visitors implements AutoCloseable {
    final AtomicInteger answered = new AtomicInteger();

    /// Those whom the kernel, and nobody else, kept waiting.
    final AtomicInteger slow = new AtomicInteger();

    final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean over;

    Visitors(int port, int count) {
      for (int i = 0; i < count; i++) {
        threads.add(Thread.ofPlatform().start(() -> visit(port)));
      }
    }

    private void visit(int port) {
      while (!over) {
        long start = System.nanoTime();
        try {
          var client = Wire.connect(Wire.local(port), "127.0.0.1");
          if (System.nanoTime() - start > 900_000_000) {
            slow.incrementAndGet();
          }
          if (Wire.ask(client, "hello").equals("hello")) {
            answered.incrementAndGet();
          } else {
            failures.add("no answer");
          }
          Wire.reset(client); // leaves no port in TIME_WAIT
        } catch (IOException e) {
          failures.add(e.toString());
        }
      }
    }

    void awaitAnswers(int more) {
      int now = answered.get();
      Wire.await("answers", () -> answered.get() >= now + more || !failures.isEmpty());
    }

    @Override
    public void close() throws InterruptedException {
      over = true;
      for (var thread : threads) {
        thread.join();
      }
    }
  }

  @Test
  void clientsWhoWaitForRoomAreServedWhenTheirListenerGoes() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(server, WiredPen.settings(s -> s.connectionsMax = 1))) {
      var moved = pen.listen("127.0.0.1:0", null);
      var clients = new ArrayList<Socket>();
      for (int i = 0; i < 6; i++) {
        clients.add(Wire.connect(moved.address(), "127.0.0.1"));
      }
      Wire.await("one is served", () -> server.live() == 1);
      TcpListener.retire(moved.listeners());
      for (var client : clients) {
        assertThat(Wire.ask(client, "hello")).isEqualTo("hello");
      }
      for (var client : clients) {
        client.close();
      }
      Wire.await("no connection is left", () -> pen.live() == 0);
      try (var client = Wire.connect(pen.address(), "127.0.0.1")) {
        assertThat(Wire.ask(client, "there is room again")).isEqualTo("there is room again");
      }
    }
  }

  @Test
  void listenersThatOverlapAreRefusedUnlessOneReplacesTheOther() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(server, Settings.DEFAULT)) {
      var all = pen.listen("0.0.0.0:0", null);
      int port = all.address().getPort();
      assertThatThrownBy(() -> pen.listen("127.0.0.1:" + port, null))
          .hasMessage("cannot listen on 127.0.0.1:" + port + ": Address already in use");
      var one = pen.listen("127.0.0.1:" + port, all);
      assertThatThrownBy(() -> pen.listen("127.0.0.2:" + port, one))
          .as("it is not the one that is replaced which has the port")
          .hasMessage("cannot listen on 127.0.0.2:" + port + ": Address already in use");
      TcpListener.retire(all.listeners());
      assertServes(one);
    }
  }

  @Test
  void portOfAnotherProgramIsInUseForAMovingListenerToo() throws Exception {
    try (var server = TestServer.echo();
        var pen = pen(server, Settings.DEFAULT);
        var other = ServerSocketChannel.open().bind(Wire.local(0))) {
      int port = other.socket().getLocalPort();
      var moved = pen.listen("127.0.0.2:0", null);
      assertThatThrownBy(() -> pen.listen("127.0.0.1:" + port, moved))
          .hasMessage("cannot listen on 127.0.0.1:" + port + ": Address already in use");
      assertThatThrownBy(() -> pen.listen("0.0.0.0:" + port, moved)).hasMessageContaining("in use");
    }
  }

  @Test
  void unixSocketCanReplaceItself(@TempDir Path directory) throws Exception {
    var path = directory.resolve("socket");
    try (var old = ListeningSockets.open(Endpoint.parse(path.toString()), 1, 50, false).getFirst();
        var next =
            ListeningSockets.open(Endpoint.parse(path.toString()), 1, 50, false, List.of(old))
                .getFirst()) {
      assertThat(next.isOpen()).isTrue();
      assertThat(directory.toFile().list()).containsExactly("socket");
    }
  }
}
