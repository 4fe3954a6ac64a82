package org.penlb.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class RequestLinesTest {
  private static final List<Integer> WHOLE = List.of(Integer.MAX_VALUE);

  @Test
  void eachRequestIsALineAndNoBodyIs() {
    String body = "GET /no HTTP/1.1\r\n";
    assertThat(
            lines(
                "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 18\r\n\r\n"
                    + body
                    + "GET /3 HTTP/1.0\n\n",
                "junk\r\nGET /no HTTP/1.1\r\n\r\n"))
        .containsExactly("GET /1 HTTP/1.1", "POST /2 HTTP/1.1", "GET /3 HTTP/1.0");
  }

  @Test
  void otherProtocolsGiveTheFirstLineOfEachChunk() {
    assertThat(
            lines("HELO a\r\nMAIL b\r\n", "RCPT c\nDATA\n", "no end", "\n", "GET / HTTP/1.1\r\n"))
        .containsExactly("HELO a", "RCPT c", "no end", "", "GET / HTTP/1.1");
  }

  @Test
  void bytesOfOtherProtocolsAreCut() {
    String long100 = "\u0016" + "x".repeat(99);
    assertThat(lines(long100 + "y\r\n", long100 + "\r\n", "a\rb\r"))
        .containsExactly(long100, long100, "a\rb\r");
  }

  @Test
  void chunksBeforeTheDecisionAreOneLine() {
    assertThat(lines("HE", "LO a\r\nMAIL\r\n")).containsExactly("HE", "LO a");
    assertThat(lines("G", "ET ", "/ HTT", "P/1.1\r", "\n")).containsExactly("GET / HTTP/1.1");
  }

  @Test
  void unfinishedFirstLineIsALineAtTheEnd() {
    assertThat(lines("hello")).containsExactly("hello");
    assertThat(lines("GET / HTTP/1.1\r")).containsExactly("GET / HTTP/1.1");
    assertThat(lines("GET / HTTP/1.1\r\n\r\n", "GET / HT")).containsExactly("GET / HTTP/1.1");
    assertThat(lines()).isEmpty();
  }

  @Test
  void tunnelsGiveNoMoreLines() {
    assertThat(lines("CONNECT a:1 HTTP/1.1\r\n\r\n", "\u0016\u0003x\n", "GET / HTTP/1.1\r\n\r\n"))
        .containsExactly("CONNECT a:1 HTTP/1.1");
    assertThat(
            lines(
                "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", "\u0081\n", "GET / HTTP/1.1\r\n"))
        .containsExactly("GET /ws HTTP/1.1");
  }

  @Property(tries = 300)
  void requestsAreLinesHoweverTheyAreCut(
      @ForAll("requests") List<Samples.Request> requests, @ForAll("sizes") List<Integer> sizes) {
    StringBuilder text = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (Samples.Request request : requests) {
      text.append(request.text());
      expected.add(request.line().replaceAll("\r?\n$", ""));
    }
    assertThat(lines(text.toString(), sizes)).isEqualTo(expected);
  }

  @Property(tries = 500)
  void anythingIsDigested(@ForAll("scraps") String text, @ForAll("sizes") List<Integer> sizes) {
    assertThat(lines(text, sizes)).allMatch(line -> line.length() <= RequestLines.MAX_LENGTH);
  }

  @Provide
  Arbitrary<List<Samples.Request>> requests() {
    return Samples.requests();
  }

  @Provide
  Arbitrary<String> scraps() {
    return Arbitraries.oneOf(Samples.scraps(), Samples.anything());
  }

  @Provide
  Arbitrary<List<Integer>> sizes() {
    return Samples.sizes();
  }

  private static List<String> lines(String... chunks) {
    List<String> lines = new ArrayList<>();
    RequestLines requestLines = recorder(lines);
    for (String chunk : chunks) {
      Chunks.feed(chunk, WHOLE, in -> feed(requestLines, in));
    }
    requestLines.finish();
    return lines;
  }

  private static List<String> lines(String text, List<Integer> sizes) {
    List<String> lines = new ArrayList<>();
    RequestLines requestLines = recorder(lines);
    Chunks.feed(text, sizes, in -> feed(requestLines, in));
    requestLines.finish();
    return lines;
  }

  private static RequestLines recorder(List<String> lines) {
    return new RequestLines((text, length) -> lines.add(new String(text, 0, length, ISO_8859_1)));
  }

  private static void feed(RequestLines lines, ByteBuffer in) {
    int position = in.position();
    int limit = in.limit();
    lines.chunk(in);
    assertThat(in.position()).isEqualTo(position);
    assertThat(in.limit()).isEqualTo(limit);
  }
}
