package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class PenLineTest {
  private final PenLine line = new PenLine();
  private final byte[] text = new byte[RequestText.MAX];

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private boolean readFile(String text) {
    var bytes = bytes("xx" + text + "yy");
    return line.readFile(bytes, 2, bytes.length - 2);
  }

  private boolean readDatagram(String text) {
    var bytes = bytes("xx" + text + "yy");
    return line.readDatagram(bytes, 2, bytes.length - 2);
  }

  private String request() {
    return new String(text, 0, line.requestText(text), ISO_8859_1);
  }

  /// The file that pen's own test has written.
  @Test
  void allThatPenWritesIsUnderstood() throws IOException {
    var golden = Path.of("../src/test/resources/request-log.golden");
    var again = new ArrayList<String>();
    var lines = Files.readAllLines(golden, ISO_8859_1);
    for (var each : lines) {
      if (each.startsWith("+ ")) {
        assertThat(readDatagram(each + "\n")).isTrue();
        again.add("+ " + line.client() + " " + line.server() + " " + request());
      } else {
        assertThat(readFile(each + "\n")).isTrue();
        again.add(line.client() + " " + line.unixSeconds() + " " + line.server() + " " + request());
      }
    }
    assertThat(again).isEqualTo(lines).hasSizeGreaterThan(10);
  }

  @Test
  void aLineOfAFileHasItsFourParts() {
    assertThat(readFile("192.0.2.7 1767225600 2001:db8::1 GET / HTTP/1.1")).isTrue();
    assertThat(line.client()).isEqualTo("192.0.2.7");
    assertThat(line.unixSeconds()).isEqualTo(1_767_225_600);
    assertThat(line.server()).isEqualTo("2001:db8::1");
    assertThat(line.serverAddress()).isEqualTo(Address.parse("2001:db8:0::1"));
    assertThat(request()).isEqualTo("GET / HTTP/1.1");
  }

  @Test
  void whatLacksAPartIsNoLine() {
    for (var text :
        new String[] {
          "",
          "\n",
          "a",
          "a 1",
          "a 1 b",
          " 1 b c",
          "a  b c",
          "a 1  c",
          "a x b c",
          "a -1 b c",
          "a 1234567890123456789 b c",
          "a\t 1 b c",
          "a\" 1 b c",
          "\u00e4 1 b c",
          "x".repeat(65) + " 1 b c"
        }) {
      assertThat(readFile(text)).as(text).isFalse();
    }
  }

  @Test
  void whatLacksAPartIsNoDatagram() {
    for (var text : new String[] {"", "+", "+ ", "+ a", "+ a b", "+  b c", "+ a  c", "a 1 b c"}) {
      assertThat(readDatagram(text)).as(text).isFalse();
    }
    assertThat(readDatagram("+ a b ")).isTrue();
    assertThat(request()).isEmpty();
  }

  @Test
  void lineFeedsInARequestAreDots() {
    assertThat(readDatagram("+ 192.0.2.7 10.0.0.1 GET /\n+ 192.0.2.8 10.0.0.1 POST /\n")).isTrue();
    assertThat(line.client()).isEqualTo("192.0.2.7");
    assertThat(request()).isEqualTo("GET /.+ 192.0.2.8 10.0.0.1 POST /");
  }

  @Property(tries = 1000)
  void noBytesMakeItFail(@ForAll byte[] bytes) {
    var datagram = new byte[bytes.length + 2];
    datagram[0] = '+';
    datagram[1] = ' ';
    System.arraycopy(bytes, 0, datagram, 2, bytes.length);
    if (line.readDatagram(datagram, 0, datagram.length)) {
      assertThat(line.client()).matches("[!#-~]{1,64}");
      assertThat(line.server()).matches("[!#-~]{1,64}");
      assertThat(request()).matches("[ -~]{0,100}");
    }
    if (line.readFile(bytes, 0, bytes.length)) {
      assertThat(line.client()).matches("[!#-~]{1,64}");
      assertThat(line.unixSeconds()).isNotNegative();
    }
  }
}
