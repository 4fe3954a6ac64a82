package org.penlb.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.http.RequestParser.Part;

final class RequestParserTest {
  private static final List<Integer> WHOLE = List.of(Integer.MAX_VALUE);
  private static final String GET = "GET / HTTP/1.1\r\n";

  private record Event(Part part, String text) {}

  @Test
  void pipelinedRequestsInTheirParts() {
    assertThat(
            events(
                "\r\n" + GET + "A: b\r\n c\n\nPOST / HTTP/1.0\ncontent-Length:2\r\n\r\nxyQ", WHOLE))
        .containsExactly(
            new Event(Part.GAP, "\r\n"),
            new Event(Part.REQUEST_LINE, GET),
            new Event(Part.FIELD, "A: b\r\n"),
            new Event(Part.FIELD, " c\n"),
            new Event(Part.HEAD_END, "\n"),
            new Event(Part.REQUEST_LINE, "POST / HTTP/1.0\n"),
            new Event(Part.FIELD, "content-Length:2\r\n"),
            new Event(Part.HEAD_END, "\r\n"),
            new Event(Part.BODY, "xy"),
            new Event(Part.REQUEST_LINE, "Q"));
  }

  @Test
  void chunkedOverridesLength() {
    String body = "5;a=b\r\nhello\r\n1 \nx\n0\r\nTrailer: 1\r\n\r\n";
    assertThat(
            events(
                GET + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n" + body + GET,
                WHOLE))
        .contains(new Event(Part.BODY, body))
        .endsWith(new Event(Part.REQUEST_LINE, GET));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u0016\u0003\u0001",
        "HELO mail\r\n",
        "GET /\r\n",
        "GET  \r\n",
        "GET HTTP/1.1\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        " GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1x\r\n",
        "GET / HTTP/1.\r\n",
        "GET / http/1.1\r\n",
        "GET\t/ HTTP/1.1\r\n",
        "G(T / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\r\n",
        "GET /\0 HTTP/1.1\r\n",
        "\r\r"
      })
  void otherFirstLinesAreOpaque(String text) {
    assertThat(events(text + GET + "\r\n", WHOLE))
        .extracting(Event::part)
        .endsWith(Part.OPAQUE)
        .doesNotContain(Part.FIELD, Part.HEAD_END);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " folded: first\r\n",
        "Content-Length : 5\r\n",
        "Content-Length\r\n",
        "Transfer-Encoding\t: chunked\r\n",
        "\r\r\n",
        "Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length: 1, 2\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +1\r\n",
        "Content-Length: 0x1\r\n",
        "Content-Length:\r\n",
        "Content-Length: 1 1\r\n",
        "Content-Length: 1,\r\n",
        "Content-Length: 1\r1\r\n",
        "Content-Length: \r1\r\n",
        "Content-Length: 9999999999999999999\r\n",
        "Content-Length: 1\r\n 2\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
        "Transfer-Encoding:\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked\r\n ,\r\n",
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: \u000bchunked\r\n",
        "Transfer-Encoding: \rchunked\r\n",
        "Transfer-Encoding: chunked\r \r\n",
        "Transfer-Encoding: chunkedx\r\n",
        "Transfer-Encoding: chunked\r\n\r\nx\r\n",
        "Transfer-Encoding: chunked\r\n\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        "Transfer-Encoding: chunked\r\n\r\n1\rx\r\n",
        "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n"
      })
  void ambiguousRequestsAreOpaqueFromThere(String fields) {
    assertThat(events("POST / HTTP/1.1\r\n" + fields + "\r\n" + GET + "\r\n", WHOLE))
        .filteredOn(event -> event.part() == Part.REQUEST_LINE || event.part() == Part.OPAQUE)
        .extracting(Event::part)
        .containsExactly(Part.REQUEST_LINE, Part.OPAQUE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Content-Length: 0\r\n",
        "Content-Length: 00 , 0\r\nContent-Length: 0\r\n",
        "A:\r\n",
        "no colon\r\n",
        "nocolon\r\n",
        ": x\r\n",
        "A : b\r\n",
        "A\0: b\r\n",
        "A\u00e4(): b\r\n",
        "Upgrade: websocket\r\nConnection: upgrade\r\n",
        "A: \0\r\n"
      })
  void anotherRequestFollows(String fields) {
    assertThat(events(GET + fields + "\r\n" + GET, WHOLE))
        .endsWith(new Event(Part.REQUEST_LINE, GET));
  }

  @Test
  void codingsOfAnOldVersionAreOpaque() {
    assertThat(events("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", List.of(1)))
        .endsWith(new Event(Part.HEAD_END, "\r\n"), new Event(Part.OPAQUE, "0\r\n\r\n"));
  }

  @Test
  void afterConnectARequestMayFollowOrATunnel() {
    var connect = "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n";
    assertThat(events(connect + GET, WHOLE)).endsWith(new Event(Part.REQUEST_LINE, GET));
    assertThat(events(connect + "\u0016\u0003" + GET, WHOLE))
        .endsWith(new Event(Part.OPAQUE, "\u0016\u0003" + GET));
  }

  @Test
  void framesAfterUpgradeAreOpaque() {
    assertThat(events(GET + "Upgrade: websocket\r\n\r\n\u0081\u0085" + GET, WHOLE))
        .endsWith(new Event(Part.OPAQUE, "\u0081\u0085" + GET));
  }

  @Property(tries = 500)
  void requestsHaveTheSamePartsHoweverTheyAreCut(
      @ForAll("requests") List<Samples.Request> requests, @ForAll("sizes") List<Integer> sizes) {
    List<Event> expected = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (Samples.Request request : requests) {
      text.append(request.text());
      add(expected, Part.GAP, request.gap());
      add(expected, Part.REQUEST_LINE, request.line());
      request.fields().forEach(field -> add(expected, Part.FIELD, field));
      add(expected, Part.HEAD_END, request.end());
      add(expected, Part.BODY, request.body());
    }
    assertThat(events(text.toString(), sizes)).isEqualTo(expected);
    assertThat(events(text.toString(), WHOLE)).isEqualTo(expected);
  }

  @Property(tries = 1000)
  void anyBytesHaveTheSamePartsHoweverTheyAreCut(
      @ForAll("scraps") String text, @ForAll("sizes") List<Integer> sizes) {
    List<Event> events = events(text, sizes);
    assertThat(events).isEqualTo(events(text, WHOLE));
    assertThat(events.stream().map(Event::text).reduce("", String::concat)).isEqualTo(text);
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

  private static void add(List<Event> events, Part part, String text) {
    if (!text.isEmpty()) {
      events.add(new Event(part, text));
    }
  }

  /// The parts, each in one piece.
  private static List<Event> events(String text, List<Integer> sizes) {
    RequestParser parser = new RequestParser();
    List<Event> events = new ArrayList<>();
    boolean[] open = {false};
    Chunks.feed(
        text,
        sizes,
        in -> {
          while (in.hasRemaining()) {
            int from = in.position();
            Part part = parser.next(in);
            byte[] run = new byte[in.position() - from];
            in.get(from, run);
            String more = new String(run, ISO_8859_1);
            if (open[0] && events.getLast().part() == part) {
              more = events.removeLast().text() + more;
            }
            events.add(new Event(part, more));
            open[0] = !parser.complete();
          }
        });
    return events;
  }
}
