package org.penlb.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.penlb.config.BadSettingException;

class ControlLineTest {
  private static ControlLine line(String... pieces) {
    var line = new ControlLine();
    for (var piece : pieces) {
      line.add(ByteBuffer.wrap(piece.getBytes(UTF_8)));
    }
    return line;
  }

  @Test
  void endsAtTheFirstLineFeed() throws Exception {
    var line = new ControlLine();
    assertThat(line.add(UTF_8.encode("ser"))).isFalse();
    assertThat(line.add(UTF_8.encode("vers\nexit\n"))).isTrue();
    assertThat(line.add(UTF_8.encode("status"))).isTrue();
    assertThat(line.text()).isEqualTo("servers");
  }

  @Test
  void carriageReturnBeforeTheEndIsNoPartOfIt() throws Exception {
    assertThat(line("mode\r\n").text()).isEqualTo("mode");
    assertThat(line("mode\r").text()).isEqualTo("mode");
    assertThatThrownBy(() -> line("mo\rde\n").text())
        .hasMessage("byte 3 of the line is 0x0d, expected printable characters");
  }

  @Test
  void tabsAndTextOfAnyLanguagePass() throws Exception {
    assertThat(line("log\t/var/log/pên/журнал\n").text()).isEqualTo("log\t/var/log/pên/журнал");
  }

  @Test
  void longestLineHas4096Bytes() throws Exception {
    var longest = "x".repeat(4096);
    assertThat(line(longest + "\n").text()).isEqualTo(longest);
    assertThat(line(longest).text()).isEqualTo(longest);
    assertThat(line(longest.substring(1) + "\r\n").text()).hasSize(4095);
    for (var more : new String[] {"x", "\r", "x\n"}) {
      assertThatThrownBy(() -> line(longest, more).text())
          .hasMessage("the line is longer than 4096 bytes");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "6d6f00, 3, 00, printable characters",
    "1b5b41, 1, 1b, printable characters",
    "6d7f, 2, 7f, printable characters",
    "6dff, 2, ff, UTF-8",
    "6d6fc3, 3, c3, UTF-8",
    "c080, 1, c0, UTF-8",
    "eda080, 1, ed, UTF-8"
  })
  void saysWhichByteIsNoText(String bytes, int position, String value, String expected) {
    var line = new ControlLine();
    line.add(ByteBuffer.wrap(java.util.HexFormat.of().parseHex(bytes)));
    assertThatThrownBy(line::text)
        .hasMessage("byte %d of the line is 0x%s, expected %s", position, value, expected);
  }

  /// Against the plainest model: all of it at once.
  @Property(tries = 2000)
  void sameLineHoweverItIsCut(
      @ForAll @Size(max = 200) byte[] bytes, @ForAll @IntRange(min = 1, max = 20) int piece)
      throws Exception {
    var line = new ControlLine();
    for (int at = 0; at < bytes.length; at += piece) {
      line.add(ByteBuffer.wrap(bytes, at, Math.min(piece, bytes.length - at)));
    }
    var expected = expected(bytes);
    if (expected == null) {
      assertThatThrownBy(line::text).isInstanceOf(BadSettingException.class);
    } else {
      assertThat(line.text()).isEqualTo(expected);
    }
  }

  /// Null for what is no text.
  private static String expected(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != '\n') {
      end++;
    }
    try {
      var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(Arrays.copyOf(bytes, end))).toString();
      text = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      return text.chars().anyMatch(c -> (c < 32 && c != '\t') || c == 127) ? null : text;
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
