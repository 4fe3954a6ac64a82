package org.penlb.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.acl.AccessList;
import org.penlb.acl.AccessLists;
import org.penlb.acl.AccessRule;
import org.penlb.acl.CountryLookup;
import org.penlb.config.Settings;
import org.penlb.log.RequestLog;
import org.penlb.loop.Clock;
import org.penlb.stats.Snapshot;

/// Clients that the access list denies, and how much of a client's address counts.
class AccessTest {
  private static final String DENIED = "127.0.66.1";

  /// List 3 denies one network.
  private static AccessLists lists() throws Exception {
    var lists = new ArrayList<>(AccessLists.OPEN.lists());
    var rule = AccessRule.parse(List.of("deny", "127.0.66.0/24"));
    lists.set(3, AccessList.of(List.of(rule), CountryLookup.NONE));
    return new AccessLists(lists);
  }

  private static WiredPen pen(TestServer abuse, TestServer server) throws Exception {
    return pen(WiredPen.settings(s -> s.clientAcl = 3), abuse, server);
  }

  private static WiredPen pen(Settings settings, TestServer abuse, TestServer server)
      throws Exception {
    var pen = new WiredPen(2, Clock.SYSTEM, settings, WiredPen.servers(abuse, server), lists());
    pen.start();
    return pen;
  }

  @Test
  void deniedClientIsClosedInAnOrderlyWayAndLeavesNoTrace() throws Exception {
    try (var server = TestServer.named("server");
        var pen = pen(null, server)) {
      try (var client = Wire.connect(pen.address(), "127.0.0.1")) {
        assertThat(Wire.line(client)).isEqualTo("server");
      }
      for (int i = 0; i < 20; i++) {
        try (var client = Wire.connect(pen.address(), DENIED)) {
          assertThat(Wire.all(client)).isEmpty();
        }
      }
      pen.awaitNobody();
      assertThat(pen.table(0).admission().pending()).isZero();
      assertThat(server.accepted()).isOne();
      assertThat(pen.service().clients().size()).isOne();
      assertThat(pen.service().counters().closesByCause()).containsEntry("denied", 20L);
      assertThat(pen.service().counters().accepted()).isEqualTo(21);
    }
  }

  @Test
  void deniedClientsGoToTheAbuseServerIfThereIsOne() throws Exception {
    try (var server = TestServer.named("server");
        var abuse = TestServer.named("abuse");
        var pen = pen(abuse, server)) {
      try (var denied = Wire.connect(pen.address(), DENIED);
          var client = Wire.connect(pen.address(), "127.0.0.1")) {
        assertThat(Wire.line(denied)).isEqualTo("abuse");
        assertThat(Wire.ask(denied, "hello")).isEqualTo("hello");
        assertThat(Wire.line(client)).isEqualTo("server");
      }
      assertThat(pen.service().clients().size()).isOne();
    }
  }

  @Test
  void deniedClientIsClosedWhenTheAbuseServerIsGone() throws Exception {
    try (var server = TestServer.named("server");
        var abuse = TestServer.named("abuse");
        var pen = pen(abuse, server)) {
      abuse.close();
      try (var denied = Wire.connect(pen.address(), DENIED)) {
        assertThat(Wire.all(denied)).isEmpty();
      }
      assertThat(server.accepted()).isZero();
      Wire.await(
          "it is counted",
          () -> pen.service().counters().closesByCause().getOrDefault("denied", 0L) == 1);
    }
  }

  @Test
  void deniedClientGetsNoDummyPageEither() throws Exception {
    try (var server = TestServer.named("server");
        var pen =
            pen(
                WiredPen.settings(
                    s -> {
                      s.clientAcl = 3;
                      s.dummy = true;
                    }),
                null,
                server);
        var denied = Wire.connect(pen.address(), DENIED);
        var client = Wire.connect(pen.address(), "127.0.0.1")) {
      assertThat(Wire.all(denied)).isEmpty();
      assertThat(Wire.ask(client, "GET / HTTP/1.1\n")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void wholeAddressIsShownWhereOnlyAPartOfItMakesTheClient(@TempDir Path directory)
      throws Exception {
    var atServer = new CompletableFuture<String>();
    var file = directory.resolve("requests");
    var log = RequestLog.open(file.toString(), System::currentTimeMillis, path -> path);
    try (var server =
            TestServer.start(
                client -> {
                  for (var line = Wire.line(client); line.length() > 1; line = Wire.line(client)) {
                    if (line.startsWith("X-Forwarded-For")) {
                      atServer.complete(line);
                    }
                  }
                  Wire.send(client, "done\n");
                  client.getInputStream().read();
                });
        var pen =
            pen(
                WiredPen.settings(
                    s -> {
                      s.http = true;
                      s.prefix4 = 16;
                    }),
                null,
                server)) {
      pen.replaceLog(log);
      try (var client = Wire.connect(pen.address(), "127.7.8.9")) {
        assertThat(Wire.ask(client, "GET /a HTTP/1.1\n")).isEqualTo("done");
        assertThat(atServer.get()).isEqualTo("X-Forwarded-For: 127.7.8.9\r");
        var shown = pen.onTable(0, table -> table.snapshot(10));
        assertThat(shown).extracting(Snapshot.Connection::address).containsExactly("127.7.8.9");
        assertThat(pen.service().clients().newest(10))
            .extracting(c -> c.address().toString())
            .containsExactly("127.7.0.0");
      }
    } finally {
      log.close();
    }
    assertThat(Files.readString(file)).startsWith("127.7.8.9 ");
  }
}
