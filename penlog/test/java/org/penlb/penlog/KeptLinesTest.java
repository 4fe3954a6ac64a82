package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class KeptLinesTest {
  private static RequestKey key(String request) {
    var key = new RequestKey();
    key.length = RequestText.copy(request.getBytes(ISO_8859_1), 0, request.length(), key.text);
    key.of(0, 1);
    return key;
  }

  private static void keep(KeptLines lines, String client, String request) {
    lines.keep(key(request), client.getBytes(ISO_8859_1), 0, client.length(), false);
  }

  private static String client(KeptLines lines, String request) {
    int slot = lines.newest(key(request));
    return slot == KeptLines.NONE
        ? null
        : new String(
            lines.bytes(), KeptLines.clientFrom(slot), lines.clientLength(slot), ISO_8859_1);
  }

  @Test
  void theOldestMakesRoom() {
    var lines = new KeptLines(3);
    for (int i = 0; i < 10; i++) {
      keep(lines, "c" + i, "r" + i);
    }
    assertThat(client(lines, "r6")).isNull();
    assertThat(client(lines, "r7")).isEqualTo("c7");
    assertThat(client(lines, "r9")).isEqualTo("c9");
  }

  @Test
  void oneLineIsEnough() {
    var lines = new KeptLines(1);
    keep(lines, "a", "x");
    keep(lines, "b", "x");
    assertThat(client(lines, "x")).isEqualTo("b");
    keep(lines, "c", "y");
    assertThat(client(lines, "x")).isNull();
  }

  @Test
  void aTakenLineUncoversTheOneBefore() {
    var lines = new KeptLines(10);
    keep(lines, "a", "x");
    keep(lines, "b", "x");
    lines.take(lines.newest(key("x")));
    assertThat(client(lines, "x")).isEqualTo("a");
    lines.take(lines.newest(key("x")));
    assertThat(client(lines, "x")).isEqualTo("a");
    assertThat(lines.isTaken(lines.newest(key("x")))).isTrue();
  }
}
