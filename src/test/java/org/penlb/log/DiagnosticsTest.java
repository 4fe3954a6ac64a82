package org.penlb.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class DiagnosticsTest {
  private static final Logger LOG = LoggerFactory.getLogger("org.penlb.test");
  private static final String TIME = "[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{3} ";

  private final PrintStream stderr = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void readStderr() {
    System.setErr(new PrintStream(written, true, UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(stderr);
    Diagnostics.toStderr(0);
  }

  @Test
  void eventIsOneLineOnStderr() {
    Diagnostics.toStderr(0);
    LOG.warn("server {} refused", 3);
    LOG.debug("not asked for");
    assertThat(written.toString(UTF_8)).matches(TIME + "WARN server 3 refused\n");
  }

  @Test
  void decoupledEventsAreWrittenBeforeTheEnd() {
    Diagnostics.toStderr(0);
    Diagnostics.decouple();
    for (int i = 0; i < 1000; i++) {
      LOG.info("event {}", i);
    }
    Diagnostics.close();
    assertThat(written.toString(UTF_8).lines()).hasSize(1000).last().asString().endsWith("999");
  }

  @Test
  void whoLogsDoesNotWaitForAStuckReader() throws InterruptedException {
    var stuck = new CountDownLatch(1);
    Diagnostics.toSyslog((_, _) -> awaitUninterruptibly(stuck), 0);
    Diagnostics.decouple();
    var logging =
        Thread.ofPlatform().start(() -> IntStream.range(0, 20_000).forEach(_ -> LOG.info("x")));
    assertThat(logging.join(Duration.ofSeconds(20))).isTrue();
    stuck.countDown();
    Diagnostics.close();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void debugLevelsAreThoseOfTheOption() {
    for (int level = 0; level <= 4; level++) {
      Diagnostics.level(level);
      assertThat(LOG.isInfoEnabled()).isTrue();
      assertThat(LOG.isDebugEnabled()).isEqualTo(level >= 1);
      assertThat(LOG.isTraceEnabled()).isEqualTo(level >= 3);
    }
  }

  @Test
  void nothingFromOutsideForgesALine() {
    Diagnostics.toStderr(0);
    LOG.info(
        "unknown command {}",
        "a\r\n12:00:00.000 ERROR\t\0\u001b[2J\u007f\u0085\u2028\u202eb\u00e9");
    assertThat(written.toString(UTF_8))
        .matches(
            TIME + "INFO unknown command a\\.\\.12:00:00\\.000 ERROR\\.\\.\\.\\[2J\\.{4}b\u00e9\n");
  }

  @Test
  void stackTracesAreForDebugging() {
    IOException thrown = new IOException("a\nb");
    Diagnostics.toStderr(0);
    LOG.error("failed", thrown);
    assertThat(written.toString(UTF_8))
        .matches(TIME + "ERROR failed: java.io.IOException: a\\.b\n");
    written.reset();
    Diagnostics.toStderr(1);
    LOG.error("failed", thrown);
    assertThat(written.toString(UTF_8).lines().skip(1))
        .contains("    b")
        .anyMatch(line -> line.contains("at org.penlb.log.DiagnosticsTest"))
        .allMatch(line -> line.startsWith("    "));
  }

  @Test
  void syslogGetsPrioritiesAndNothingGoesToStderr() {
    List<String> messages = new ArrayList<>();
    Diagnostics.toSyslog((priority, message) -> messages.add(priority + " " + message), 3);
    LOG.error("e\n");
    LOG.warn("w", new IllegalStateException());
    LOG.info("i");
    LOG.debug("d");
    LOG.trace("t");
    assertThat(messages)
        .containsExactly("3 e.", "4 w: java.lang.IllegalStateException", "6 i", "7 d", "7 t");
    assertThat(written.toString(UTF_8)).isEmpty();
  }
}
