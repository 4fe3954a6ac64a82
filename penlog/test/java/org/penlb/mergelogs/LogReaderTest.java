package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LogReaderTest {
  /// Gives as few bytes at a time as a pipe may.
  private static InputStream slowly(byte[] bytes, Random random) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        return super.read(to, offset, Math.min(length, 1 + random.nextInt(9)));
      }
    };
  }

  private static List<String> lines(InputStream in, Tally tally) {
    var input = LogInput.of("test", in, 0, why -> assertThat(why).isNull());
    var reader = new LogReader(input, Rejects.none(), tally, () -> {});
    var lines = new ArrayList<String>();
    while (reader.next()) {
      lines.add(new String(reader.bytes(), reader.from(), reader.to() - reader.from(), ISO_8859_1));
    }
    assertThat(reader.next()).isFalse();
    return lines;
  }

  @Property(tries = 500)
  void linesAreThoseOfTheText(@ForAll Random random, @ForAll @IntRange(max = 400) int length) {
    var letters = "ab\0\r\n\n\r";
    var text = new StringBuilder("a");
    for (int i = 0; i < length; i++) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    var expected =
        Arrays.stream(text.toString().split("\n", -1))
            .map(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line)
            .filter(line -> !line.isEmpty())
            .toList();
    var tally = new Tally();
    assertThat(lines(slowly(text.toString().getBytes(ISO_8859_1), random), tally))
        .isEqualTo(expected);
    assertThat(tally.rejected).isZero();
  }

  @Test
  void linesUpToTheLongestAreRead() {
    var longest = "x".repeat(LogReader.LONGEST - 1);
    var tally = new Tally();
    assertThat(lines(Run.bytes("a\n" + longest + "\nb\n" + longest + "\n" + longest), tally))
        .containsExactly("a", longest, "b", longest, longest);
    assertThat(tally.rejected).isZero();
  }

  @Test
  void longerOnesArePassedOverWhereverTheyAre() {
    for (int more : new int[] {1, LogReader.CHUNK, 3 * LogReader.LONGEST}) {
      var tooLong = "x".repeat(LogReader.LONGEST + more);
      for (var end : new String[] {"", "\n", "\nc"}) {
        var tally = new Tally();
        assertThat(lines(Run.bytes("a\n" + tooLong + "\nb\n" + tooLong + end), tally))
            .isEqualTo(end.endsWith("c") ? List.of("a", "b", "c") : List.of("a", "b"));
        assertThat(tally.rejected).isEqualTo(2);
      }
    }
  }
}
