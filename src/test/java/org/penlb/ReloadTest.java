package org.penlb;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.acl.DatabaseFile;
import org.penlb.config.ServerSpec.Drain;
import org.penlb.tcp.LogCapture;
import org.penlb.tcp.TestServer;
import org.penlb.tcp.Wire;

/// The file is read again (HUP): differences take effect, and nothing else happens.
@Timeout(60)
class ReloadTest {
  private static final String A = "127.0.1.1";
  private static final String B = "127.0.1.2";

  @TempDir private Path directory;
  private TestServer a;
  private TestServer b;
  private AdministeredPen pen;
  private String text;

  @BeforeEach
  void start() throws Exception {
    a = TestServer.named("a");
    b = TestServer.named("b");
    text = "listen 127.0.0.1:0\n" + server(0, a, "") + server(1, b, "");
    pen = AdministeredPen.start(directory.resolve("pen.conf"), text);
  }

  @AfterEach
  void close() throws Exception {
    pen.close();
    a.close();
    b.close();
  }

  private static String server(int slot, TestServer server, String more) {
    return "server %d address 127.0.0.1 port %d %s\n".formatted(slot, server.port(), more);
  }

  private Drain drain(int slot) {
    return pen.configuration().services().getFirst().servers().get(slot).drain();
  }

  @Test
  void sameFileAgainTouchesNothing() throws Exception {
    try (var live = pen.connect("main", A);
        var log = LogCapture.of(ListeningAddresses.class)) {
      assertThat(Wire.line(live)).isEqualTo("a");
      pen.done("pin %s 1".formatted(B));
      var before = pen.configuration();
      var state = pen.state();
      for (int i = 0; i < 20; i++) {
        pen.reload(text);
      }
      assertThat(pen.configuration()).isEqualTo(before);
      assertThat(pen.state()).isEqualTo(state);
      assertThat(log.messages()).isEmpty();
      assertThat(Wire.ask(live, "goes on")).isEqualTo("goes on");
    }
    assertThat(pen.serverOf("main", A)).isEqualTo("a");
    assertThat(pen.serverOf("main", B)).as("the pin").isEqualTo("b");
  }

  @Test
  void accessListsAreTheFilesAndDoNotDouble() throws Exception {
    var lists = "acl 1 permit 127.0.0.1\nacl 1 permit 192.0.2.0/24\nacl 2 deny ::1\n";
    pen.reload(text + lists);
    pen.done("acl 1 permit 198.51.100.1");
    pen.reload(text + lists);
    pen.reload(text + lists);
    assertThat(pen.done("acl 1"))
        .isEqualTo(
            "acl 1 permit 127.0.0.1 255.255.255.255\nacl 1 permit 192.0.2.0 255.255.255.0\n");
    pen.reload(text + "acl 2 deny ::1\n");
    assertThat(pen.done("acl 1")).isEmpty();
  }

  @Test
  void whatTheFileDoesNotSayIsAsTheCommandLineSays() throws Exception {
    pen.close();
    var file = directory.resolve("other.conf");
    pen = AdministeredPen.start(file, text + "blacklist 5\n", "-b", "7", "-o", "timeout 9");
    assertThat(pen.done("blacklist")).isEqualTo("5\n");
    pen.done("conn_max 77");
    pen.reload(text);
    assertThat(pen.done("blacklist")).isEqualTo("7\n");
    assertThat(pen.done("timeout")).isEqualTo("9\n");
    assertThat(pen.done("conn_max")).as("what a command had set").isEqualTo("500\n");
  }

  @Test
  void fileWithErrorsChangesNothingAndAllOfThemAreLogged() throws Exception {
    var before = pen.configuration();
    try (var log = LogCapture.of(Administration.class)) {
      pen.reload("blacklist 5\n" + text + "frob\nblacklist x\n");
      var file = directory.resolve("pen.conf");
      assertThat(log.messages())
          .containsExactly(
              file + ", line 5: unknown command 'frob'; `help` lists all commands",
              file + ", line 6: blacklist (seconds) is 'x', expected a number from 0 to 1000000000",
              file + ": not applied; the configuration stays as it is");
      Files.delete(file);
      pen.administration().reload();
      assertThat(log.messages())
          .endsWith(
              "cannot read " + file + ": no such file",
              file + ": not applied; the configuration stays as it is");
    }
    assertThat(pen.configuration()).isSameAs(before);
    assertThat(pen.serverOf("main", A)).isEqualTo("a");
  }

  @Test
  void questionsInTheFileAreAnsweredInTheLogAndPinsArePinned() throws Exception {
    try (var log = LogCapture.of(Administration.class)) {
      pen.reload(text + "pin %s 1\nmode\nforget 192.0.2.9\n".formatted(A));
      assertThat(log.messages())
          .contains("mode: no hash no roundrobin no stubborn no weight no prio")
          .contains(
              "not done: forget 192.0.2.9: forget: 192.0.2.9 is not known, expected one that"
                  + " `clients` lists");
    }
    assertThat(pen.serverOf("main", A)).isEqualTo("b");
  }

  // ---- drains ---------------------------------------------------------------------------------

  @Test
  void drainThatACommandBeganGoesOn() throws Exception {
    pen.done("server 0 drain 600");
    pen.done("server 1 drain");
    pen.reload(text);
    assertThat(drain(0)).isEqualTo(new Drain(java.time.Duration.ofMinutes(10)));
    assertThat(drain(1)).isEqualTo(new Drain(null));
    pen.done("server 1 no drain");
    pen.reload(text + "blacklist 5\n");
    assertThat(drain(1)).isNull();
  }

  @Test
  void drainOfTheFileEndsWithItsLine() throws Exception {
    var drained = "listen 127.0.0.1:0\n" + server(0, a, "drain") + server(1, b, "");
    pen.reload(drained);
    assertThat(drain(0)).isEqualTo(new Drain(null));
    pen.reload(drained);
    assertThat(pen.done("servers")).contains(" state drained\n");
    pen.reload(text);
    assertThat(drain(0)).isNull();
    assertThat(pen.done("servers")).doesNotContain("drained");
  }

  @Test
  void drainDoesNotPassToTheServerThatTakesTheSlot() throws Exception {
    pen.done("server 0 drain");
    pen.reload("listen 127.0.0.1:0\n" + server(0, b, "") + server(1, a, ""));
    assertThat(drain(0)).isNull();
    assertThat(drain(1)).isNull();
  }

  // ---- countries ------------------------------------------------------------------------------

  private void countries(String code) throws Exception {
    var file = directory.resolve("countries.mmdb");
    new DatabaseFile(4, 24).put("127.0.1.0/24", DatabaseFile.country(code)).write(file);
    // The same second, on a coarse clock, would be the same file.
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(code.hashCode())));
  }

  @Test
  void databaseOfCountriesIsReadAgainWithTheFileAndNotForEveryCommand() throws Exception {
    countries("SE");
    var lists =
        "geoip %s/countries.mmdb\nacl 1 permit country SE\nclient_acl 1\n".formatted(directory);
    pen.reload(text + lists);
    assertThat(pen.serverOf("main", A)).isEqualTo("a");
    countries("NO");
    pen.done("blacklist 9");
    assertThat(pen.serverOf("main", A)).isEqualTo("a");
    pen.reload(text + lists);
    assertThat(pen.serverOf("main", A)).isEmpty();

    Files.writeString(directory.resolve("countries.mmdb"), "damaged");
    pen.done("blacklist 10");
    var before = pen.configuration();
    pen.reload(text + lists);
    assertThat(pen.configuration()).isSameAs(before);
  }

  // ---- access ---------------------------------------------------------------------------------

  @Test
  void listOfClientsDeniesFromNowOnAndTheAbuseServerTakesThem() throws Exception {
    try (var live = pen.connect("main", A);
        var abuse = TestServer.named("tarpit")) {
      assertThat(Wire.line(live)).isEqualTo("a");
      pen.done("acl 3 deny " + A);
      pen.done("client_acl 3");
      assertThat(pen.serverOf("main", A)).isEmpty();
      assertThat(pen.serverOf("main", B)).isEqualTo("b");
      pen.done("abuse 127.0.0.1:" + abuse.port());
      assertThat(pen.serverOf("main", A)).isEqualTo("tarpit");
      assertThat(pen.done("why " + A))
          .startsWith(A + " would go to the abuse server (127.0.0.1:" + abuse.port() + "): it is")
          .contains("it is denied by acl 3, entry 1: deny " + A);
      assertThat(Wire.ask(live, "goes on")).isEqualTo("goes on");
      pen.done("no acl 3");
      assertThat(pen.serverOf("main", A)).isEqualTo("a");
    }
  }

  @Test
  void serverTakesWhomItsListPermits() throws Exception {
    pen.done("acl 4 permit 127.0.1.2");
    pen.done("server 0 acl 4");
    for (var client : List.of("127.0.1.3", "127.0.1.4", A)) {
      assertThat(pen.serverOf("main", client)).isEqualTo("b");
    }
    assertThat(pen.done("why " + A)).contains("denies it by acl 4: no entry matches");
    pen.done("server 1 acl 4");
    try (Socket nobody = pen.connect("main", A)) {
      assertThat(Wire.all(nobody)).isEmpty();
    }
    assertThat(pen.serverOf("main", B)).isNotEmpty();
  }
}
