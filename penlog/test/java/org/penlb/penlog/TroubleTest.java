package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What penlog says of lines that are lost, and when.
final class TroubleTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private long now = Long.MAX_VALUE - 30 * SECOND; // the clock may overflow
  private final Trouble trouble =
      new Trouble(new Words("penlog", new PrintStream(said, true), null), "there", () -> now);

  private List<String> said() {
    var lines = said.toString(ISO_8859_1).lines().toList();
    said.reset();
    return lines;
  }

  @Test
  void itIsToldAtOnceAndThenOnceAMinute() {
    trouble.onFull();
    assertThat(said())
        .containsExactly("penlog: there: lines 1 lost, as they could not be sent fast enough");
    for (int second = 1; second < 60; second++) {
      now += SECOND;
      trouble.onRefusal();
    }
    assertThat(said()).isEmpty();
    now += SECOND;
    trouble.onFailure("No route to host");
    assertThat(said())
        .containsExactly(
            "penlog: there: lines 59 lost, as nobody listens there;"
                + " 1 lost, as they could not be sent fast enough; 1 lost: No route to host");
    trouble.onCut(2);
    assertThat(said()).isEmpty();
    now += 60 * SECOND;
    trouble.onCut(2);
    assertThat(said()).isEmpty();
    trouble.onCut(3);
    assertThat(said()).hasSize(1).first().asString().endsWith("; 3 cut at 8192 bytes");
  }

  @Test
  void aFullBufferIsWaitedForOnceAndNotForEveryLine() throws Exception {
    try (var outbox = new Full(DatagramChannel.open(), trouble)) {
      long before = System.nanoTime();
      assertThat(outbox.patience() - before).isGreaterThanOrEqualTo(SECOND);
      assertThat(outbox.await(System.nanoTime() + SECOND)).isTrue();
      assertThat(trouble.notTaken).isZero();
      assertThat(outbox.await(System.nanoTime() - 1)).isFalse();
      assertThat(trouble.notTaken).isEqualTo(1);
      assertThat(outbox.patience()).isLessThanOrEqualTo(System.nanoTime());
      assertThat(outbox.await(outbox.patience())).isFalse();
      assertThat(trouble.notTaken).isEqualTo(2);
      before = System.nanoTime();
      outbox.onSent();
      assertThat(outbox.patience() - before).isGreaterThanOrEqualTo(SECOND);
    }
  }

  /// One whose lines the test sends, or not.
  private static final class Full extends Outbox {
    Full(DatagramChannel channel, Trouble trouble) throws Exception {
      super(notBlocking(channel), trouble);
    }

    private static DatagramChannel notBlocking(DatagramChannel channel) throws Exception {
      channel.configureBlocking(false);
      return channel;
    }

    @Override
    void add(byte[] bytes, int from, int length) {}

    @Override
    void flush() {}

    @Override
    void countRefusals() {}
  }
}
