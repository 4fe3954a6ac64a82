package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressTest {
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

  @Test
  void nobodyKnowsHowMuchComesFromAPipe() {
    pass(progress(true, 0), 2);
    assertThat(err.toString(UTF_8)).isEqualTo("\rmergelogs: 0 MB read, 2 s");
  }
}
