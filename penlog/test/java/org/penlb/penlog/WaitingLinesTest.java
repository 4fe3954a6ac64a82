package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WaitingLinesTest {
  private final WaitingLines waiting = new WaitingLines();

  private static RequestKey key(String request) {
    var key = new RequestKey();
    var bytes = request.getBytes(ISO_8859_1);
    System.arraycopy(bytes, 0, key.text, 0, bytes.length);
    key.length = bytes.length;
    key.of(0, 1);
    return key;
  }

  private void add(String request, String line, long deadline) {
    var bytes = line.getBytes(ISO_8859_1);
    waiting.add(key(request), bytes, 0, bytes.length, 0, deadline);
  }

  private List<String> due(long nanos) {
    var lines = new ArrayList<String>();
    for (var line = waiting.due(nanos); line != null; line = waiting.due(nanos)) {
      lines.add(new String(line.line, ISO_8859_1));
    }
    return lines;
  }

  @Test
  void oneThatNeverFindsItsMatchDoesNotKeepThoseBehindIt() {
    add("never", "never", 1_000_000);
    for (int i = 0; i < 10_000; i++) {
      add("r" + i, "x".repeat(100), 1_000_000);
      assertThat(waiting.take(key("r" + i))).isNotNull();
    }
    assertThat(waiting.size()).isEqualTo(2);
    assertThat(due(1_000_000)).containsExactly("never");
    assertThat(waiting.size()).isZero();
    assertThat(waiting.isEmpty()).isTrue();
  }

  @Test
  void whateverIsTakenTheRestStaysInItsOrder() {
    for (int i = 0; i < 6; i++) {
      add("r" + i % 5, "line " + i, i);
    }
    assertThat(new String(waiting.take(key("r2")).line, ISO_8859_1)).isEqualTo("line 2");
    assertThat(new String(waiting.take(key("r0")).line, ISO_8859_1)).isEqualTo("line 0");
    assertThat(new String(waiting.take(key("r0")).line, ISO_8859_1)).isEqualTo("line 5");
    assertThat(waiting.take(key("r0"))).isNull();
    assertThat(waiting.nextNanos()).isEqualTo(1);
    add("r6", "line 6", 6);
    assertThat(due(4)).containsExactly("line 1", "line 3", "line 4");
    assertThat(due(6)).containsExactly("line 6");
  }
}
