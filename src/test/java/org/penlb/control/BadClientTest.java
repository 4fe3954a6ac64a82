package org.penlb.control;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.penlb.tcp.Wire;

/// Clients that send what they should not, or not in time.
@Timeout(30)
class BadClientTest {
  private static final String TOO_LONG = "error: the line is longer than 4096 bytes\n";

  @Test
  void lineWithAByteThatIsNoTextIsNotExecuted() throws Exception {
    try (var listening = Listening.start()) {
      assertThat(listening.exchange("mo\0de\n"))
          .isEqualTo("error: byte 3 of the line is 0x00, expected printable characters\n");
      assertThat(listening.exchange("mode \u00ff\n".getBytes(ISO_8859_1)))
          .isEqualTo("error: byte 6 of the line is 0xff, expected UTF-8\n");
      assertThat(listening.executed).isEmpty();
    }
  }

  /// The reply must be there although the client is still sending: a close with bytes unread would
  /// be a reset.
  @Test
  void clientWhoseLineIsTooLongReadsSoAtOnce() throws Exception {
    try (var listening = Listening.start()) {
      for (int length : new int[] {4097, 10_000, 500_000}) {
        assertThat(listening.exchange("x".repeat(length))).isEqualTo(TOO_LONG);
      }
      assertThat(listening.executed).isEmpty();
    }
  }

  /// A reset at once might overtake the reply on its way.
  @Test
  void whoGoesOnSendingAfterTheReplyIsNotResetAtOnce() throws Exception {
    try (var listening = Listening.start();
        var client = listening.connect()) {
      Wire.send(client, "mode\n");
      assertThat(Wire.all(client)).isEqualTo("mode\n");
      for (int i = 0; i < 10; i++) {
        Wire.send(client, "x".repeat(10_000));
        Wire.awaitAcknowledged(client);
      }
      listening.exchange("the bytes have been read\n");
      assertThat(isReset(client)).isFalse();
    }
  }

  @Test
  void lineWithoutAnEndCostsTheClientItsConnection() throws Exception {
    try (var listening = Listening.start();
        var client = listening.connect()) {
      long sent = sendUntilClosed(client);
      assertThat(sent).isGreaterThan(ControlSession.LEAVE_BYTES / 2).isLessThan(100_000_000);
      assertThat(listening.exchange("mode\n")).isEqualTo("mode\n");
    }
  }

  /// How many bytes a client that never reads could get rid of.
  private static long sendUntilClosed(java.net.Socket client) {
    var block = new byte[64 * 1024];
    Arrays.fill(block, (byte) 'x');
    long sent = 0;
    try {
      while (sent < 1_000_000_000) {
        client.getOutputStream().write(block);
        sent += block.length;
      }
    } catch (IOException e) { // reset
    }
    return sent;
  }

  @Test
  void lineThatIsNotWholeWithinTenSecondsIsNotWaitedFor() throws Exception {
    try (var listening = Listening.start();
        var silent = listening.connect();
        var slow = listening.connect()) {
      Wire.send(slow, "serv");
      listening.exchange("both have been accepted\n");
      listening.advance(Duration.ofMillis(9_900));
      Wire.send(slow, "er"); // that it goes on sending is no excuse
      listening.exchange("nobody is late yet\n");
      listening.advance(Duration.ofMillis(200));
      for (var late : List.of(silent, slow)) {
        assertThat(Wire.all(late)).isEqualTo("error: no whole line within 10 s\n");
      }
      assertThat(listening.executed).hasSize(2);
    }
  }

  /// Who has its reply and neither goes nor says more.
  @Test
  void clientThatStaysIsClosedSoon() throws Exception {
    try (var listening = Listening.start();
        var client = listening.connect()) {
      Wire.send(client, "mode\n");
      assertThat(Wire.all(client)).isEqualTo("mode\n");
      listening.advance(Duration.ofMillis(1_100));
      Wire.await("a reset", () -> isReset(client));
    }
  }

  private static boolean isReset(java.net.Socket client) {
    try {
      client.getOutputStream().write('x');
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
