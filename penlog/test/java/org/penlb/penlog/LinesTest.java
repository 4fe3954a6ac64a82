package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class LinesTest {

  /// Lengths around the limit are as frequent as short ones.
  @Property(tries = 500)
  void howeverItComesInPiecesTheLinesAreTheSame(
      @ForAll @Size(max = 8) List<@IntRange(max = 40) Integer> lengths,
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 9000) Integer> pieces,
      @ForAll boolean ended) {
    var expected = new ArrayList<String>();
    var text = new StringBuilder();
    long cut = 0;
    for (int length : lengths) {
      int real = length < 20 ? length : Lines.MAX - 30 + length;
      var line = "x".repeat(real);
      text.append(line).append('\n');
      expected.add(line.substring(0, Math.min(real, Lines.MAX)) + "\n");
      cut += real > Lines.MAX ? 1 : 0;
    }
    if (!ended) {
      text.append("rest");
      expected.add("rest\n");
    }
    var sent = new ArrayList<String>();
    var lines =
        new Lines((bytes, from, length) -> sent.add(new String(bytes, from, length, ISO_8859_1)));
    var all = text.toString().getBytes(ISO_8859_1);
    for (int at = 0, i = 0; at < all.length; i++) {
      int count = Math.min(pieces.get(i % pieces.size()), all.length - at);
      var piece = new byte[count + 5];
      System.arraycopy(all, at, piece, 0, count);
      lines.add(piece, count);
      at += count;
    }
    lines.end();
    assertThat(sent).isEqualTo(expected);
    assertThat(lines.cut()).isEqualTo(cut);
  }
}
