package org.penlb.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class LogLineTest {
  private static final long TIME = 1_767_225_600;

  private record Sample(String client, String server, String request) {}

  private static final List<Sample> SAMPLES =
      List.of(
          new Sample("192.0.2.7", "10.0.0.1", "GET / HTTP/1.1"),
          new Sample("2001:db8::7", "10.0.0.2", "POST /a?b=\"c d\" HTTP/1.0"),
          new Sample("192.0.2.7", "10.0.0.1", ""),
          new Sample("192.0.2.7", "10.0.0.1", "\u0016\u0003\0\t\u0080\u00ff~\u007f"),
          new Sample(
              "192.0.2.7", "10.0.0.1", "GET / HTTP/1.1\r\n192.0.2.8 1767225600 10.0.0.1 forged"),
          new Sample("unix", "10.0.0.1", "GET /" + "0123456789".repeat(11)));

  /// The programs that read the log test with the same file.
  @Test
  void linesAreThoseOfTheGoldenFile() throws IOException {
    List<String> lines = new ArrayList<>();
    for (Sample s : SAMPLES) {
      byte[] request = s.request().getBytes(ISO_8859_1);
      lines.add(text(LogLine.forFile(s.client(), TIME, s.server(), request, 0, request.length)));
    }
    for (Sample s : SAMPLES) {
      byte[] request = s.request().getBytes(ISO_8859_1);
      lines.add(text(LogLine.forDatagram(s.client(), s.server(), request, 0, request.length)));
    }
    assertThat(String.join("", lines)).isEqualTo(golden());
  }

  @Test
  void requestMayStandAnywhereInItsBytes() {
    byte[] bytes = "xxGETxx".getBytes(ISO_8859_1);
    assertThat(text(LogLine.forFile("a", 0, "b", bytes, 2, 3))).isEqualTo("a 0 b GET\n");
  }

  @Property(tries = 300)
  void nothingForgesALine(
      @ForAll String client, @ForAll long time, @ForAll String server, @ForAll byte[] request) {
    byte[] line = LogLine.forFile(client, time >>> 1, server, request, 0, request.length);
    assertThat(line.length).isLessThanOrEqualTo(LogLine.MAX_LINE);
    assertThat(text(line)).matches("[!-~]{0,64} [0-9]+ [!-~]{0,64} [ -~]{0,100}\n");
  }

  private static String text(byte[] line) {
    return new String(line, ISO_8859_1);
  }

  private static String golden() throws IOException {
    try (InputStream in = LogLineTest.class.getResourceAsStream("/request-log.golden")) {
      return text(in.readAllBytes());
    }
  }
}
