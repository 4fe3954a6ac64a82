package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.ZipException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GzipContentTest {
  private static final int FLAGS = 3;
  private static final int HEADER = 10;

  /// As a pipe: never says that there is more, and gives few bytes at a time.
  private static InputStream pipe(byte[] bytes, Random random) {
    return new FilterInputStream(new ByteArrayInputStream(bytes)) {
      @Override
      public int available() {
        return 0;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        return super.read(to, offset, Math.min(length, 1 + random.nextInt(40)));
      }
    };
  }

  private static String text(byte[] zipped) throws IOException {
    return new String(new GzipContent(new ByteArrayInputStream(zipped)).readAllBytes(), ISO_8859_1);
  }

  private static byte[] joined(byte[]... parts) throws IOException {
    var all = new ByteArrayOutputStream();
    for (var part : parts) {
      all.write(part);
    }
    return all.toByteArray();
  }

  @Property(tries = 200)
  void allMembersAreReadHoweverTheyCome(
      @ForAll Random random, @ForAll @IntRange(min = 1, max = 6) int members) throws IOException {
    var expected = new StringBuilder();
    var zipped = new ByteArrayOutputStream();
    for (int i = 0; i < members; i++) {
      var bytes = new byte[random.nextInt(3) * random.nextInt(30_000)];
      random.nextBytes(bytes);
      var text = new String(bytes, ISO_8859_1);
      expected.append(text);
      zipped.write(Run.gzip(text));
    }
    var content = new GzipContent(pipe(zipped.toByteArray(), random));
    assertThat(new String(content.readAllBytes(), ISO_8859_1)).isEqualTo(expected.toString());
    assertThat(content.read()).isEqualTo(-1);
  }

  @Test
  void headersMayHaveAllParts() throws IOException {
    var plain = Run.gzip("text");
    var header = Arrays.copyOf(plain, HEADER);
    header[FLAGS] = 2 | 4 | 8 | 16;
    var more = "\3\0abcname\0comment\0\1\2".getBytes(ISO_8859_1);
    var rest = Arrays.copyOfRange(plain, HEADER, plain.length);
    assertThat(text(joined(header, more, rest, plain))).isEqualTo("texttext");
  }

  @Test
  void zerosThatFillABlockAreNoLoss() throws IOException {
    assertThat(text(joined(Run.gzip("a"), new byte[512]))).isEqualTo("a");
  }

  @Test
  void whatFollowsAndIsNotGzipIsAnError() throws IOException {
    for (var behind : new String[] {"x", "\u001fx", "\0x", "10.0.0.1 - - and so on"}) {
      var bytes = joined(Run.gzip("a"), behind.getBytes(ISO_8859_1));
      assertThatThrownBy(() -> text(bytes))
          .isInstanceOf(ZipException.class)
          .hasMessage("what follows the gzip data is not gzip");
    }
  }

  @Test
  void dataThatEndTooEarlyAreAnError() throws IOException {
    var whole = joined(Run.gzip("a"), Run.gzip("b"));
    int member = whole.length / 2;
    for (int length = 1; length < whole.length; length++) {
      var cut = Arrays.copyOf(whole, length);
      if (length == member) {
        assertThat(text(cut)).isEqualTo("a");
      } else {
        assertThatThrownBy(() -> text(cut)).isInstanceOf(EOFException.class);
      }
    }
  }

  @Test
  void damageIsAnError() throws IOException {
    var whole = Run.gzip("some text, some text");
    for (int i = 1; i < whole.length; i++) {
      if (i > FLAGS && i < HEADER) {
        continue; // the time, the strength and the system may be anything
      }
      var damaged = whole.clone();
      damaged[i] = (byte) ~damaged[i];
      assertThatThrownBy(() -> text(damaged)).as("byte %d", i).isInstanceOf(IOException.class);
    }
  }
}
