package org.penlb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penlb.tcp.LogCapture;
import org.penlb.tcp.TestServer;
import org.penlb.tcp.Wire;

/// Changes that turn out to be impossible when everything else has been prepared: all stays as it
/// was, and nothing is left open.
@Timeout(60)
class FailedChangeTest {
  @TempDir private Path directory;
  private TestServer server;
  private ServerSocket taken;
  private AdministeredPen pen;
  private String text;

  @BeforeEach
  void start() throws Exception {
    server = TestServer.named("a");
    taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
    text =
        """
        acl 1 permit 127.0.0.0/8
        service web
        listen 127.0.0.1:%d
        server 0 address 127.0.0.1 port %d
        log %s/requests
        service mail
        listen %s/socket
        server 0 address 127.0.0.1 port %d
        """
            .formatted(Wire.freePort(), server.port(), directory, directory, server.port());
    pen = AdministeredPen.start(directory.resolve("pen.conf"), text);
    assertThat(pen.serverOf("web", "127.0.1.1")).isEqualTo("a");
  }

  @AfterEach
  void close() throws Exception {
    pen.close();
    server.close();
    taken.close();
  }

  private static long openDescriptors() throws IOException {
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.count();
    }
  }

  private static long logWriters() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("request-log") && thread.isAlive())
        .count();
  }

  /// A file that changes all there is, and then something impossible.
  private String changed(String impossible) {
    return """
    acl 1 deny 127.0.0.0/8
    service more
    listen 127.0.0.1:0
    server 0 address new port 1
    log %s/more
    service mail
    listen 127.0.0.1:0
    server 0 address new port 2
    blacklist 99
    service web
    client_acl 1
    listen 0.0.0.0:PORT %s/socket
    no server all
    server 0 address new port 3
    log %s/others
    sticky_group g
    %s
    """
        .formatted(directory, directory, directory, impossible)
        .replace("PORT", Integer.toString(pen.port("web")))
        .replace("TAKEN", Integer.toString(taken.getLocalPort()))
        .replace("DIR", directory.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listen 127.0.0.1:TAKEN|cannot listen on 127.0.0.1:TAKEN: Address already in use",
        "listen 192.0.2.1:0|cannot listen on 192.0.2.1:0: Cannot assign requested address",
        "listen DIR/pen.conf|cannot listen on DIR/pen.conf: there is something that is not a"
            + " socket",
        "listen DIR/none/socket|cannot listen on DIR/none/socket: No such file or directory",
        "listen unknown.invalid:1|cannot listen on unknown.invalid:1: unknown host",
        "server 5 address unknown5 port 1|server unknown5:1: unknown host",
        "emergency unknown6:1|server unknown6:1: unknown host",
        "log DIR/none/log|cannot open request log DIR/none/log: no such directory",
        "log unknown.invalid:1|cannot send request log to unknown.invalid:1: unknown host",
        "source 192.0.2.1|cannot connect from 192.0.2.1 (source): Cannot assign requested address",
        "geoip DIR/none.mmdb|country database cannot be read: DIR/none.mmdb (No such file or"
            + " directory)",
        "acl 2 deny country SE|acl 2 has countries, but there is no database of countries, expected"
            + " `geoip FILE`",
        "web_stats DIR/none/report|cannot write the report DIR/none/report: no such directory",
        "dummy no|dummy: 'no' is too much, expected the end of the line",
      })
  void everythingStaysAsItWas(String impossible, String message) throws Exception {
    var before = pen.configuration();
    var state = pen.state();
    long descriptors = openDescriptors();
    long writers = logWriters();
    try (var live = pen.connect("web", "127.0.1.1");
        var log = LogCapture.of(Administration.class)) {
      assertThat(Wire.line(live)).isEqualTo("a");
      pen.reload(changed(impossible));
      assertThat(log.messages())
          .containsExactly(
              ("DIR/pen.conf, line 17: " + message)
                  .replace("TAKEN", Integer.toString(taken.getLocalPort()))
                  .replace("DIR", directory.toString()),
              directory + "/pen.conf: not applied; the configuration stays as it is");
      assertThat(pen.configuration()).isSameAs(before);
      assertThat(pen.state()).isEqualTo(state);
      assertThat(Wire.ask(live, "goes on")).isEqualTo("goes on");
    }
    assertThat(pen.serverOf("web", "127.0.1.2")).isEqualTo("a");
    Wire.await("what was opened is closed", () -> openDescriptors() <= descriptors);
    Wire.await("its writers too", () -> logWriters() <= writers);
    assertThat(directory.resolve("socket")).exists();

    try (var log = LogCapture.of(Administration.class)) {
      pen.reload(changed(""));
      assertThat(pen.configuration().services()).as("%s", log.messages()).hasSize(3);
    }
    pen.reload(text);
    assertThat(pen.configuration()).isEqualTo(before);
  }

  @Test
  void unknownHostOfACommandIsNoMatterForTheNextOne() throws Exception {
    assertThat(pen.ctl("server 1 address unknown port 1"))
        .isEqualTo("error: server unknown:1: unknown host\n");
    assertThat(pen.done("server 1 address known port 1 weight 5")).isEmpty();
    assertThat(pen.configuration().services().getFirst().servers()).hasSize(2);
  }

  @Test
  void nothingIsChangedOnceItEnds() throws Exception {
    pen.balancer().stopAccepting();
    assertThat(pen.ctl("listen 127.0.0.1:0"))
        .isEqualTo("error: pen is ending: nothing is changed any more\n");
    assertThat(pen.ctl("blacklist 7")).startsWith("error: pen is ending");
    assertThat(pen.done("blacklist")).isEqualTo("30\n");
    assertThat(List.of(pen.done("servers").split("\n"))).hasSize(1);
  }
}
