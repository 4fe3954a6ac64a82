package org.penlb.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penlb.AdministeredPen;

/// What `why` says to an administrator.
class WhyTextTest {
  private static final String A = "192.0.2.1";

  @TempDir private Path directory;
  private AdministeredPen pen;

  @BeforeEach
  void open() throws Exception {
    pen =
        AdministeredPen.open(
            directory.resolve("pen.conf"),
            """
            listen 127.0.0.1:0
            server 0 address web1 port 81
            server 1 address web2 port 82 max 1
            """);
  }

  @AfterEach
  void close() {
    pen.close();
  }

  private String why(String... commands) {
    for (var command : commands) {
      assertThat(pen.ctl(command)).as(command).doesNotStartWith("error");
    }
    return pen.ctl("why " + A);
  }

  @Test
  void knownClientGoesWhereItWas() throws Exception {
    pen.visit("main", A);
    pen.clock.advance(Duration.ofMinutes(125));
    assertThat(why())
        .isEqualTo(
            """
            192.0.2.1 would go to server 0 (web1:81): the server it used last
              connections so far: 1; the last one, 2 h 5 min ago, went where a new client goes
              its own server has been server 0 (web1:81) for 2 h 5 min
              its own server is the first to try
              servers in the order in which they would be tried:
                1. server 0 (web1:81) can take it
                2. server 1 (web2:82) can take it
            """);
  }

  @Test
  void clientWhoseServerFailedHasMovedAndWhatWasBeforeIsTold() throws Exception {
    pen.visit("main", A);
    pen.clock.advance(Duration.ofSeconds(60));
    why("server 0 blacklist 90");
    pen.visit("main", A);
    pen.clock.advance(Duration.ofSeconds(30));
    assertThat(why())
        .isEqualTo(
            """
            192.0.2.1 would be closed: no server can take it
              connections so far: 2; the last one, 30 s ago, went to the next server that could take it
              its own server has been server 1 (web2:82) for 30 s
              its own server is the first to try
              servers in the order in which they would be tried:
                1. server 1 (web2:82) is full: it has 1 of 1 connections
                2. server 0 (web1:81) is blacklisted for 1 min 0 s
              before, it was at server 0 (web1:81), from 1 min 30 s ago to 30 s ago, and left because it was blacklisted
            """);
  }

  @Test
  void everybodyIsToldWhyNobodyTakesHim() {
    assertThat(
            why(
                "server 0 drain",
                "acl 5 permit 198.51.100.0/24",
                "server 1 acl 5",
                "server 2 max 7",
                "emergency sorry:83"))
        .isEqualTo(
            """
            192.0.2.1 would go to the emergency server (sorry:83): no regular server can take it
              it is not known: it has not been here, or is forgotten
              first is the next server in turn
              servers in the order in which they would be tried:
                1. server 1 (web2:82) denies it by acl 5: no entry matches, so the opposite of the last one counts
                2. server 2 (0.0.0.0:0) is not used: it has no port
                3. server 0 (web1:81) is drained, and takes its own clients only
                4. the emergency server (sorry:83) can take it
            """);
  }

  @Test
  void deniedClientIsToldByWhichEntry() {
    assertThat(why("acl 1 permit 198.51.100.1", "acl 1 deny 192.0.2.0/24", "client_acl 1"))
        .isEqualTo(
            """
            192.0.2.1 would be closed: it is denied, and there is no abuse server
              it is denied by acl 1, entry 2: deny 192.0.2.0 255.255.255.0
              it is not known: it has not been here, or is forgotten
            """);
    assertThat(why("abuse tarpit:84"))
        .startsWith("192.0.2.1 would go to the abuse server (tarpit:84): it is denied\n")
        .endsWith("    1. the abuse server (tarpit:84) can take it\n");
  }

  @Test
  void chanceIsCalledChance() {
    assertThat(why("random"))
        .startsWith(
            "192.0.2.1 would go to server 0 (web1:81) or server 1 (web2:82): as a new client\n")
        .contains("  first is any server, one of 0, 1\n");
  }

  @Test
  void otherAlgorithmsAreNamed() {
    assertThat(why("hash")).contains("first is the server that the hash of its address names");
    assertThat(why("no hash", "weight", "server 1 weight 1"))
        .contains("first is the server with the least load by weight");
    assertThat(why("prio")).contains("first is the server with the lowest prio number");
    assertThat(why("no prio", "no weight", "leastconn"))
        .contains("first is the server with the fewest connections");
    assertThat(why("roundrobin")).contains("  clients are not tracked (roundrobin)\n");
  }

  @Test
  void pinAndNetworkAreTold() {
    assertThat(why("track_prefix 24 64", "pin 192.0.2.77 1 60"))
        .startsWith(
            """
            192.0.2.1 would go to server 1 (web2:82): it is pinned there
              it counts as one client with all of its network: 192.0.2.0 (track_prefix)
              it is pinned to server 1 for 1 min 0 s
            """);
    assertThat(why("no server 1", "server 2 address web3 port 1"))
        .contains(
            "  it is pinned to server 1 for 1 min 0 s, where there is none: the pin does not");
  }

  @Test
  void clientOfAServerThatIsGoneIsANewOne() throws Exception {
    pen.visit("main", A);
    assertThat(why("server 0 port 99"))
        .contains(
            "  its own server has been server 0 (web1:81) for 0 ms; that one is gone, so it counts"
                + " as a new client\n");
  }

  @Test
  void endOfTheTimeOfADrainIsTold() throws Exception {
    pen.visit("main", A);
    why("server 0 drain 30");
    pen.clock.advance(Duration.ofSeconds(30));
    assertThat(why()).contains("is drained, and the time of its own clients is over\n");
  }

  @Test
  void oneOfManyServersIsNotLost() {
    for (int slot = 2; slot < 60; slot++) {
      why("server %d address web%d port 80".formatted(slot, slot));
    }
    assertThat(why()).endsWith("    50. server 49 (web49:80) can take it\n    and 10 more\n");
  }
}
