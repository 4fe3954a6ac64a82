package org.penlb.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.penlb.Balancer;
import org.penlb.Seams;
import org.penlb.stats.Snapshot.ServerState;

/// A server that refuses connections.
class RefusedServerTest {
  private static final String ANNA = "127.0.1.1";
  private static final String BERT = "127.0.1.2";
  private static final String CARL = "127.0.1.3";

  private final FakeClock clock = new FakeClock();
  private List<LineServer> servers;
  private LineServer spare;

  @BeforeEach
  void startServers() throws Exception {
    servers = List.of(LineServer.start("s0"), LineServer.start("s1"), LineServer.start("s2"));
    spare = LineServer.start("spare");
  }

  @AfterEach
  void stopServers() {
    servers.forEach(LineServer::close);
    spare.close();
  }

  /// Blacklists for 30 seconds of the fake clock.
  private Balancer.Builder pen() throws Exception {
    var builder = Seams.clock(Balancer.builder(), clock).listen("127.0.0.1:0").loops(2);
    servers.forEach(server -> builder.server(server.spec()));
    return builder;
  }

  private void stopAll() throws Exception {
    for (var server : servers) {
      server.stop();
    }
  }

  private void startAll() throws Exception {
    for (var server : servers) {
      server.startAgain();
    }
  }

  private static List<ServerState> states(Balancer pen) {
    return pen.snapshot().services().getFirst().servers().stream().map(s -> s.state()).toList();
  }

  @Test
  void nextServerTakesTheClient() throws Exception {
    try (var pen = pen().start()) {
      servers.get(0).stop();
      assertThat(LineClient.serverOf(ANNA, pen.port())).isEqualTo("s1");
      assertThat(states(pen))
          .containsExactly(ServerState.BLACKLISTED, ServerState.UP, ServerState.UP);
    }
  }

  @Test
  void serverIsLeftOutUntilItsTimeIsOver() throws Exception {
    try (var pen = pen().start()) {
      servers.get(0).stop();
      assertThat(LineClient.serverOf(ANNA, pen.port())).isEqualTo("s1");
      servers.get(0).startAgain();
      clock.advance(Duration.ofMillis(29_999));
      for (int i = 10; i < 20; i++) {
        assertThat(LineClient.serverOf("127.0.2." + i, pen.port())).isNotEqualTo("s0");
      }
      clock.advance(Duration.ofMillis(1));
      assertThat(states(pen)).containsOnly(ServerState.UP);
      var all =
          List.of(
              LineClient.serverOf("127.0.2.31", pen.port()),
              LineClient.serverOf("127.0.2.32", pen.port()),
              LineClient.serverOf("127.0.2.33", pen.port()));
      assertThat(all).containsExactlyInAnyOrder("s0", "s1", "s2");
    }
  }

  @Test
  void clientOfTheFailedServerMovesToTheNextSlotAndStays() throws Exception {
    try (var pen = pen().start()) {
      assertThat(LineClient.serverOf(ANNA, pen.port())).isEqualTo("s0");
      assertThat(LineClient.serverOf(BERT, pen.port())).isEqualTo("s1");
      assertThat(LineClient.serverOf(CARL, pen.port())).isEqualTo("s2");
      servers.get(1).stop();
      assertThat(LineClient.serverOf(BERT, pen.port())).isEqualTo("s2");
      assertThat(LineClient.serverOf(ANNA, pen.port())).isEqualTo("s0");
      servers.get(1).startAgain();
      clock.advance(Duration.ofSeconds(31));
      assertThat(LineClient.serverOf(BERT, pen.port())).isEqualTo("s2");
      servers.get(2).stop(); // the slot after the last is the first
      assertThat(LineClient.serverOf(CARL, pen.port())).isEqualTo("s0");
    }
  }

  @Test
  void withoutEmergencyServerTheClientIsClosedWhenAllAreDown() throws Exception {
    try (var pen = pen().start()) {
      stopAll();
      try (var client = LineClient.from(ANNA, pen.port())) {
        assertThat(client.isClosedByPen()).isTrue();
      }
      await().until(() -> pen.connections() == 0);
      startAll();
      try (var client = LineClient.from(ANNA, pen.port())) {
        assertThat(client.isClosedByPen()).as("all are still blacklisted").isTrue();
      }
      pen.snapshot(); // the loop does not accept the next client by the time of this one
      clock.advance(Duration.ofSeconds(30));
      assertThat(LineClient.serverOf(ANNA, pen.port())).isIn("s0", "s1", "s2");
      assertThat(pen.snapshot().services().getFirst().closes()).containsEntry("no server", 2L);
    }
  }

  @Test
  void emergencyServerStepsInWhenAllAreDownAndOutWhenTheyAreBack() throws Exception {
    try (var pen = pen().emergency(spare.spec()).start()) {
      assertThat(LineClient.serverOf(ANNA, pen.port())).isEqualTo("s0");
      stopAll();
      assertThat(LineClient.serverOf(ANNA, pen.port())).isEqualTo("spare");
      assertThat(LineClient.serverOf(BERT, pen.port())).isEqualTo("spare");
      startAll();
      clock.advance(Duration.ofSeconds(30));
      assertThat(LineClient.serverOf(ANNA, pen.port())).as("its own server").isEqualTo("s0");
      assertThat(LineClient.serverOf(BERT, pen.port())).startsWith("s").isNotEqualTo("spare");
    }
  }

  @Test
  void clientIsClosedWhenTheEmergencyServerIsDownToo() throws Exception {
    try (var pen = pen().emergency(spare.spec()).start()) {
      stopAll();
      spare.stop();
      try (var client = LineClient.from(ANNA, pen.port())) {
        assertThat(client.isClosedByPen()).isTrue();
      }
    }
  }

  @Test
  void stubbornClientIsClosedRatherThanMoved() throws Exception {
    try (var pen = pen().settings(s -> s.stubborn = true).emergency(spare.spec()).start()) {
      assertThat(LineClient.serverOf(ANNA, pen.port())).isEqualTo("s0");
      servers.get(0).stop();
      try (var client = LineClient.from(ANNA, pen.port())) {
        assertThat(client.isClosedByPen()).isTrue();
      }
      assertThat(spare.accepted()).isZero();
    }
  }

  @Test
  void serverOnIpv6IsLeftOutLikeAnyOther() throws Exception {
    LineServer.needIpv6();
    try (var six = LineServer.on("six", "::1");
        var pen =
            Seams.clock(Balancer.builder(), clock)
                .listen("[::1]:0")
                .server("[::1]:" + six.port())
                .server(servers.get(1).spec())
                .start()) {
      var address = new java.net.InetSocketAddress("::1", pen.port());
      try (var client = LineClient.to(address)) {
        assertThat(client.server()).isEqualTo("six");
      }
      six.stop();
      try (var client = LineClient.to(address)) {
        assertThat(client.server()).isEqualTo("s1");
      }
    }
  }
}
