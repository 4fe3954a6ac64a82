package org.penlb.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.penlb.tcp.LogCapture;
import org.penlb.tcp.Wire;

/// Replies that are large, and clients that read them slowly or not at all.
@Timeout(60)
class ReplyTest {
  /// Far more than the kernel keeps for a client that does not read.
  private static final String LARGE = "0123456789abcdef\n".repeat(150_000);

  private static final Interpreter STATUS =
      (line, _) -> line.equals("status") ? LARGE : line + "\n";

  @Test
  void largeReplyArrivesWhole() throws Exception {
    try (var listening = Listening.start(STATUS)) {
      assertThat(listening.exchange("status\n").equals(LARGE)).isTrue();
    }
  }

  @Test
  void othersAreServedWhileSomebodyReadsSlowly() throws Exception {
    try (var listening = Listening.start(STATUS);
        var slow = Wire.connectSlow(Wire.local(listening.port()))) {
      Wire.send(slow, "status\n");
      Wire.line(slow);
      for (int i = 0; i < 5; i++) {
        assertThat(listening.exchange("mode\n")).isEqualTo("mode\n");
      }
      assertThat(Wire.all(slow)).hasSize(LARGE.length() - 17);
    }
  }

  @Test
  void whoReadsSlowlyButSteadilyGetsItAll() throws Exception {
    try (var listening = Listening.start(STATUS);
        var slow = Wire.connectSlow(Wire.local(listening.port()))) {
      Wire.send(slow, "status\n");
      int piece = LARGE.length() / 10;
      for (int i = 0; i < 10; i++) {
        assertThat(Wire.text(slow, piece)).hasSize(piece);
        listening.advance(Duration.ofSeconds(9));
        listening.exchange("somebody else\n");
      }
      assertThat(Wire.all(slow)).isEqualTo(LARGE.substring(10 * piece));
    }
  }

  @Test
  void whoTakesNothingForTenSecondsIsReset() throws Exception {
    try (var listening = Listening.start(STATUS);
        var stuck = Wire.connectSlow(Wire.local(listening.port()))) {
      Wire.send(stuck, "status\n");
      Wire.line(stuck); // the reply has begun
      awaitFull(listening);
      listening.advance(Duration.ofMillis(10_100));
      assertThatThrownBy(() -> Wire.all(stuck))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reset");
    }
  }

  /// Until all buffers on the way are full: others are served only after the loop has tried.
  private static void awaitFull(Listening listening) throws Exception {
    for (int i = 0; i < 20; i++) {
      listening.exchange("somebody else\n");
    }
  }

  /// They read some of it every few seconds, so that their patience and not pen's would last.
  @Test
  void thoseWhoReadForLongCannotKeepOthersOut() throws Exception {
    try (var listening = Listening.start(STATUS)) {
      var slow = new ArrayList<Socket>();
      try {
        for (int i = 0; i < ControlSessions.CLIENTS_MAX; i++) {
          slow.add(Wire.connectSlow(Wire.local(listening.port())));
          Wire.send(slow.getLast(), "status\n");
          Wire.line(slow.getLast());
        }
        listening.clock.advance(Duration.ofSeconds(6));
        for (var client : slow) {
          Wire.text(client, LARGE.length() / 4);
        }
        listening.clock.advance(Duration.ofSeconds(6));
        assertThat(listening.exchange("mode\n")).isEqualTo("mode\n");
        assertThatThrownBy(() -> Wire.all(slow.getFirst())).hasMessageContaining("reset");
        assertThat(Wire.all(slow.getLast())).endsWith("abcdef\n");
      } finally {
        for (var client : slow) {
          client.close();
        }
      }
    }
  }

  @Test
  void commandOfAClientThatHasGoneIsExecutedAndNothingIsLogged() throws Exception {
    var goOn = new CountDownLatch(1);
    try (var log = LogCapture.of(ControlSession.class);
        var listening = Listening.start(Listening.after(goOn, STATUS))) {
      for (var line : new String[] {"status\n", "mode\n"}) {
        var client = listening.connect();
        client.getOutputStream().write(line.getBytes(UTF_8));
        Wire.awaitAcknowledged(client);
        Wire.reset(client);
      }
      goOn.countDown();
      assertThat(listening.exchange("last\n")).isEqualTo("last\n");
      assertThat(listening.executed).contains("last");
      assertThat(log.messages()).isEmpty();
    }
  }
}
