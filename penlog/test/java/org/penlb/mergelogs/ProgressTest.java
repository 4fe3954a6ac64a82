package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final long NOON = 1_795_176_000;
  private static final int LINES = 20_000;
  private static final int LEAST_STEPS = LINES / 4096;

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private long nanos = 5;

  private Progress progress(boolean terminal, long size) {
    var bytes = InputStream.nullInputStream();
    var input = LogInput.of("test", bytes, size, why -> assertThat(why).isNull());
    return new Progress(
        List.of(input), () -> nanos, () -> terminal, new PrintStream(err, true, UTF_8));
  }

  private void pass(Progress progress, long seconds) {
    nanos += TimeUnit.SECONDS.toNanos(seconds);
    progress.step();
  }

  @Test
  void itIsShownEachSecondAndRemovedAtTheEnd() {
    var progress = progress(true, 100);
    progress.step();
    assertThat(err.toString(UTF_8)).isEmpty();
    pass(progress, 1);
    assertThat(err.toString(UTF_8)).isEqualTo("\rmergelogs: 0 %, 0 MB read, 1 s");
    progress.step();
    assertThat(err.toString(UTF_8)).endsWith(", 1 s");
    pass(progress, 9);
    assertThat(err.toString(UTF_8)).endsWith("\rmergelogs: 0 %, 0 MB read, 10 s");
    progress.end();
    assertThat(err.toString(UTF_8)).endsWith("\r" + " ".repeat(31) + "\r");
  }

  @Test
  void withoutATerminalNothingIsShown() {
    var progress = progress(false, 100);
    pass(progress, 10);
    progress.end();
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  private static LogReader reader(String line, Tally tally, Runnable step) {
    var input = LogInput.of("test", Run.bytes((line + "\n").repeat(LINES)), 0, why -> {});
    return new LogReader(input, Rejects.none(), tally, step);
  }

  @Test
  void whatIsReadBeforeTheFirstLineIsMergedHasSteps() throws Exception {
    var steps = new AtomicInteger();
    var tally = new Tally();
    var old = Run.pen("192.0.2.1", NOON - 10_000_000, "10.0.0.1", "GET / HTTP/1.1");
    var pen =
        new PenLog(
            reader(old, tally, steps::incrementAndGet),
            Servers.lookUp(List.of("10.0.0.1")),
            PenTime.of(null),
            600,
            tally,
            new Garbage());
    pen.moveTo(NOON);
    assertThat(tally.lines).isEqualTo(LINES);
    assertThat(steps.getAndSet(0)).isGreaterThan(LEAST_STEPS);

    var line = Run.web("10.9.9.9", NOON, "GET / HTTP/1.1");
    var webTally = new Tally();
    var reader = reader(line, webTally, steps::incrementAndGet);
    assertThat(new WebLog(0, reader, 600, webTally, new Garbage()).fill()).isTrue();
    assertThat(webTally.lines).isEqualTo(LINES);
    assertThat(steps.get()).isGreaterThan(LEAST_STEPS);
  }

  @Test
  void nobodyKnowsHowMuchComesFromAPipe() {
    pass(progress(true, 0), 2);
    assertThat(err.toString(UTF_8)).isEqualTo("\rmergelogs: 0 MB read, 2 s");
  }
}
