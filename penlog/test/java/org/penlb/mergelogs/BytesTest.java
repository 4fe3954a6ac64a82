package org.penlb.mergelogs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Whatever stands in the logs, nothing fails and no line of a web server is lost.
class BytesTest {
  @Provide
  static Arbitrary<List<String>> pieces() {
    return Arbitraries.of(
            "10.9.9.9",
            " - - ",
            " ",
            "[20/Nov/2026:12:00:00 +0000]",
            "[20/Nov/0000:00:00:00 +9999]",
            "[31/Dec/9999:23:59:60 -9959]",
            "[",
            "]",
            "\"",
            "\\",
            "\"GET / HTTP/1.1\"",
            "\n",
            "\r\n",
            "\0",
            "\u00ff",
            "\u001f\u008b",
            "192.0.2.1 1795176000 10.0.0.1 GET / HTTP/1.1\n",
            "99999999999999999999")
        .list()
        .ofMaxSize(40);
  }

  @Property(tries = 400)
  void everyLineIsWrittenOrRejected(
      @ForAll("pieces") List<String> pen, @ForAll("pieces") List<String> web) throws IOException {
    var directory = Files.createTempDirectory("bytes");
    var files = new Path[] {directory.resolve("p"), directory.resolve("w"), directory.resolve("r")};
    try {
      Files.write(files[0], ("x" + String.join("", pen)).getBytes(ISO_8859_1));
      Files.write(files[1], ("x" + String.join("", web)).getBytes(ISO_8859_1));
      var run =
          Run.of("-d", "--rejects", files[2] + "", "-p", files[0] + "", "10.0.0.1:" + files[1]);
      assertThat(run.status()).as(run.err()).isZero();
      long rejected = count(Files.readString(files[2], ISO_8859_1));
      // pen's log is read as far as the web server's needs it.
      long ofPen = Long.parseLong(run.err().replaceAll("(?s).*?servers, (\\d+) rej.*", "$1"));
      assertThat(count(run.out()) + rejected - ofPen).isEqualTo(count("x" + String.join("", web)));
    } finally {
      for (var file : files) {
        Files.deleteIfExists(file);
      }
      Files.delete(directory);
    }
  }

  private static long count(String text) {
    return Arrays.stream(text.split("\n", -1))
        .map(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line)
        .filter(line -> !line.isEmpty())
        .count();
  }
}
