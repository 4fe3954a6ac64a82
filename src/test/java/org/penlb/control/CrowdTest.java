package org.penlb.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.penlb.acl.ClientAddress;
import org.penlb.tcp.LogCapture;
import org.penlb.tcp.Wire;

/// More clients than there is room for.
@Timeout(60)
class CrowdTest {
  private static final int MAX = ControlSessions.CLIENTS_MAX;
  private static final String DISPLACED = "error: too many clients, and others wait\n";

  private final List<Socket> crowd = new ArrayList<>();

  @AfterEach
  void disperse() throws Exception {
    for (var client : crowd) {
      client.close();
    }
  }

  private void gather(Listening listening, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      crowd.add(listening.connect());
    }
  }

  /// As many as there are places. All but the last are known to have been accepted: by the clock,
  /// it matters when that was.
  private void fill(Listening listening) throws Exception {
    gather(listening, MAX - 1);
    listening.exchange("those before are accepted\n");
    listening.executed.clear();
    gather(listening, 1);
  }

  @Test
  void administratorGetsInThoughSilentClientsHoldAllPlaces() throws Exception {
    try (var listening = Listening.start()) {
      fill(listening);
      for (int i = 0; i < 5; i++) {
        listening.clock.advance(Duration.ofMillis(101));
        assertThat(listening.exchange("mode\n")).isEqualTo("mode\n");
      }
      assertThat(Wire.all(crowd.getFirst())).isEqualTo(DISPLACED);
      // The place that the administrator leaves is free for the next one, nobody else has to go.
      assertThat(Wire.ask(crowd.get(1), "still here")).isEqualTo("still here");
      assertThat(Wire.ask(crowd.getLast(), "me too")).isEqualTo("me too");
    }
  }

  @Test
  void whoDribblesGoesAsWhoIsSilent() throws Exception {
    try (var listening = Listening.start()) {
      fill(listening);
      for (int i = 0; i < 10; i++) {
        for (var client : crowd) {
          Wire.send(client, "x");
        }
        listening.clock.advance(Duration.ofMillis(50));
      }
      assertThat(listening.exchange("mode\n")).isEqualTo("mode\n");
      assertThat(Wire.all(crowd.getFirst())).isEqualTo(DISPLACED);
    }
  }

  @Test
  void newcomersDisplaceTheOldestOneAfterTheOther() throws Exception {
    try (var listening = Listening.start()) {
      fill(listening);
      listening.clock.advance(Duration.ofSeconds(1));
      gather(listening, 3);
      for (int i = 0; i < 3; i++) {
        assertThat(Wire.all(crowd.get(i))).isEqualTo(DISPLACED);
      }
      for (int i = 3; i < MAX + 3; i++) {
        assertThat(Wire.ask(crowd.get(i), "number " + i)).isEqualTo("number " + i);
      }
    }
  }

  /// The clock stands still, so that nobody is there for long enough to be displaced.
  @Test
  void whoHasOnlyJustComeIsLetFinishItsLine() throws Exception {
    try (var listening = Listening.start()) {
      fill(listening);
      var waiting = Wire.start(() -> listening.exchange("mode\n"));
      for (var client : crowd) {
        assertThat(Wire.ask(client, "hello")).isEqualTo("hello");
      }
      assertThat(waiting.get()).isEqualTo("mode\n");
    }
  }

  @Test
  void hundredsAtOnceAreAllServed() throws Exception {
    try (var listening = Listening.start()) {
      var replies = new ArrayList<CompletableFuture<String>>();
      for (int i = 0; i < 300; i++) {
        var line = "number " + i;
        replies.add(Wire.start(() -> listening.exchange(line + "\n")));
      }
      for (int i = 0; i < replies.size(); i++) {
        assertThat(replies.get(i).get()).isEqualTo("number " + i + "\n");
      }
    }
  }

  @Test
  void whoWaitsForAReplyIsNotDisplacedAndNewcomersWait() throws Exception {
    var goOn = new CountDownLatch(1);
    try (var listening = Listening.start(Listening.after(goOn, Listening.ECHO))) {
      gather(listening, MAX);
      for (int i = 0; i < MAX; i++) {
        Wire.send(crowd.get(i), "number " + i + "\n");
      }
      Wire.await("the first command", () -> !listening.executed.isEmpty());
      listening.clock.advance(Duration.ofHours(1));
      var waiting = Wire.start(() -> listening.exchange("newcomer\n"));
      goOn.countDown();
      for (int i = 0; i < MAX; i++) {
        assertThat(Wire.all(crowd.get(i))).isEqualTo("number " + i + "\n");
      }
      assertThat(waiting.get()).isEqualTo("newcomer\n");
      assertThat(listening.executed).hasSize(MAX + 1);
    }
  }

  @Test
  void clientsThatLeftStillHoldTheirPlaceWhileTheirCommandsWait() throws Exception {
    var goOn = new CountDownLatch(1);
    try (var log = LogCapture.of(ControlSession.class);
        var listening = Listening.start(Listening.after(goOn, (_, _) -> "done\n"))) {
      for (int i = 0; i < 3 * MAX; i++) {
        try (var client = listening.connect()) {
          Wire.send(client, "number " + i + "\n");
        }
      }
      goOn.countDown();
      assertThat(listening.exchange("last\n")).isEqualTo("done\n");
      assertThat(listening.executed).hasSizeGreaterThanOrEqualTo(MAX + 1).contains("number 0");
      assertThat(log.messages()).isEmpty();
    }
  }

  // ---- control_acl ----------------------------------------------------------------------------

  @Test
  void whoIsNotPermittedIsToldSoAndNothingIsRead() throws Exception {
    try (var log = LogCapture.of(ControlSessions.class);
        var listening =
            Listening.start("127.0.0.1:0", Listening.ECHO, CrowdTest::isNotTheStranger)) {
      for (int i = 0; i < 3; i++) {
        try (var stranger = listening.connect("127.0.0.66")) {
          assertThat(Wire.line(stranger))
              .isEqualTo("error: you are not permitted to control this pen (control_acl)");
        }
      }
      assertThat(listening.exchange("mode\n")).isEqualTo("mode\n");
      assertThat(listening.executed).containsExactly("mode");
      assertThat(log.messages())
          .containsExactly("control listener: 127.0.0.66 is not permitted (control_acl)");
    }
  }

  private static boolean isNotTheStranger(ClientAddress client) {
    return !client.toString().equals("127.0.0.66");
  }

  @Test
  void whoIsNotPermittedDisplacesNobody() throws Exception {
    try (var listening =
        Listening.start("127.0.0.1:0", Listening.ECHO, CrowdTest::isNotTheStranger)) {
      fill(listening);
      listening.clock.advance(Duration.ofSeconds(1));
      for (int i = 0; i < 10; i++) {
        try (var stranger = listening.connect("127.0.0.66")) {
          assertThat(Wire.line(stranger)).startsWith("error: ");
        }
      }
      for (var client : crowd) {
        assertThat(Wire.ask(client, "still here")).isEqualTo("still here");
      }
    }
  }

  @Test
  void defectOfTheAccessListLetsNobodyIn() throws Exception {
    var broken = new IllegalStateException("a defect");
    try (var listening =
        Listening.start(
            "127.0.0.1:0",
            Listening.ECHO,
            client -> {
              if (isNotTheStranger(client)) {
                return true;
              }
              throw broken;
            })) {
      try (var stranger = listening.connect("127.0.0.66")) {
        assertThat(Wire.all(stranger)).isEmpty();
      }
      assertThat(listening.exchange("mode\n")).isEqualTo("mode\n");
    }
  }
}
