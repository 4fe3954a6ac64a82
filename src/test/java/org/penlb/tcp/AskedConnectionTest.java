package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.penlb.stats.CloseCause;
import org.penlb.stats.Snapshot;

/// Questions about single connections, and their end at command. (`ConnectionTable.details`,
/// `ownerOf`, `from` and `close`.)
class AskedConnectionTest {
  private static final int LOOPS = 2;

  private TestServer server;
  private WiredPen pen;

  @BeforeEach
  void start() throws Exception {
    server =
        TestServer.start(
            client -> {
              Wire.send(client, client.getPort() + "\n"); // how the server knows pen's client
              TestServer.echo(client);
            });
    pen = new WiredPen(LOOPS, WiredPen.settings(s -> s.connectionsMax = 5000), server);
    pen.start();
  }

  @AfterEach
  void close() throws Exception {
    pen.close();
    server.close();
  }

  private Snapshot.Details ask(Function<ConnectionTable, Snapshot.Details> question)
      throws Exception {
    var answers = new ArrayList<Snapshot.Details>();
    for (int loop = 0; loop < LOOPS; loop++) {
      answers.add(pen.onTable(loop, question));
    }
    answers.removeIf(Objects::isNull);
    assertThat(answers).hasSizeLessThanOrEqualTo(1);
    return answers.isEmpty() ? null : answers.getFirst();
  }

  private static String name(Socket client) {
    return client.getLocalAddress().getHostAddress() + ":" + client.getLocalPort();
  }

  @Test
  void serversViewOfAConnectionTellsItsClientHoweverManyThereAre() throws Exception {
    var clients = new ArrayList<Socket>();
    try {
      for (int i = 0; i < 1200; i++) { // more than a report lists
        clients.add(Wire.connect(pen.address(), "127.0.0." + (1 + i % 3)));
      }
      for (int i : new int[] {0, 600, 1199}) {
        var client = clients.get(i);
        var local = Wire.local(Integer.parseInt(Wire.line(client)));
        var found = ask(table -> table.from(local));
        assertThat(found.client()).isEqualTo(name(client));
        assertThat(found.local()).isEqualTo("127.0.0.1:" + local.getPort());
        assertThat(found.server()).isEqualTo("127.0.0.1:" + server.port());
        assertThat(found.reason()).isEqualTo(i == 0 ? "new" : "returning");
        assertThat(ask(table -> table.details(found.summary().number()))).isNotNull();
      }
      assertThat(ask(table -> table.from(new InetSocketAddress("127.0.0.1", 1)))).isNull();
    } finally {
      for (var client : clients) {
        client.close();
      }
    }
  }

  @Test
  void connectionIsFoundByEitherOfItsDescriptors() throws Exception {
    try (var client = Wire.connect(pen.address(), "127.0.0.1")) {
      int port = Integer.parseInt(Wire.line(client));
      var found = ask(table -> table.from(Wire.local(port)));
      assertThat(found.clientDescriptor()).isGreaterThan(2);
      assertThat(found.serverDescriptor()).isGreaterThan(2).isNotEqualTo(found.clientDescriptor());
      for (int descriptor : new int[] {found.clientDescriptor(), found.serverDescriptor()}) {
        assertThat(ask(table -> table.ownerOf(descriptor)).summary().number())
            .isEqualTo(found.summary().number());
      }
      assertThat(ask(table -> table.ownerOf(1))).isNull();
      assertThat(ask(table -> table.ownerOf(-1))).isNull();
    }
  }

  @Test
  void connectionThatHasNoServerYetIsShownToo() throws Exception {
    pen.apply(s -> s.dummy = true);
    try (var client = Wire.connect(pen.address(), "127.0.0.1")) {
      Wire.await("it is accepted", () -> pen.live() == 1);
      var shown = ask(table -> table.details(1));
      assertThat(shown.client()).isEqualTo(name(client));
      assertThat(shown.server()).isEmpty();
      assertThat(shown.local()).isEmpty();
      assertThat(shown.serverDescriptor()).isEqualTo(-1);
      assertThat(shown.reason()).isEmpty();
    }
  }

  @Test
  void connectionIsClosedByItsNumberAndNoOther() throws Exception {
    try (var one = Wire.connect(pen.address(), "127.0.0.1");
        var other = Wire.connect(pen.address(), "127.0.0.1")) {
      int port = Integer.parseInt(Wire.line(one));
      Wire.line(other);
      long number = ask(table -> table.from(Wire.local(port))).summary().number();
      assertThat(close(number)).isTrue();
      assertThat(one.getInputStream().read()).isEqualTo(-1);
      assertThat(Wire.ask(other, "hello")).isEqualTo("hello");
      assertThat(pen.service().counters().closesByCause()).containsEntry("closed by control", 1L);
      assertThat(close(number)).isFalse();
      assertThat(close(0)).isFalse();
    }
  }

  private boolean close(long number) throws Exception {
    boolean closed = false;
    for (int loop = 0; loop < LOOPS; loop++) {
      closed |= pen.onTable(loop, table -> table.close(number, CloseCause.CONTROL));
    }
    return closed;
  }
}
