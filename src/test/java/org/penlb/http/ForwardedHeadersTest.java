package org.penlb.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class ForwardedHeadersTest {
  private static final String CLIENT = "2001:db8:1111:2222:3333:4444:5555:6666";
  private static final String ADDED =
      "X-Forwarded-For: " + CLIENT + "\r\nX-Forwarded-Proto: https\r\n";
  private static final List<Integer> WHOLE = List.of(ForwardedHeaders.MAX_INPUT);

  @Test
  void fieldsComeLastInEachHead() {
    assertThat(rewrite("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\n\n", WHOLE))
        .isEqualTo("GET / HTTP/1.1\r\nHost: a\r\n" + ADDED + "\r\nGET / HTTP/1.1\n" + ADDED + "\n");
  }

  @Test
  void clientCannotForgeTheProtocol() {
    String start = "GET / HTTP/1.1\r\n";
    String proto = "x-forwarded-proto: https\r\n folded\r\n";
    String forwarded = "X-Forwarded-For: 6.6.6.6\r\n";
    var headers = new ForwardedHeaders("192.0.2.1", false);
    ByteBuffer out = ByteBuffer.allocate(1000);
    Chunks.feed(start + proto + forwarded + "\r\n", WHOLE, in -> headers.rewrite(in, out));
    assertThat(Chunks.text(out))
        .isEqualTo(
            start + forwarded + "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n\r\n");
  }

  @Test
  void clientCannotHideItsHeadBehindLinesThatServersIgnore() {
    String start = "GET / HTTP/1.1\r\nno colon\r\n: none\r\n";
    String forged = "X-Forwarded-Proto : https\r\n";
    assertThat(rewrite(start + forged + "\r\n" + start + "\r\n", WHOLE))
        .isEqualTo(start + ADDED + "\r\n" + start + ADDED + "\r\n");
    String ambiguous = "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n";
    assertThat(rewrite(ambiguous + forged + "\r\n", WHOLE)).isEqualTo(ambiguous + ADDED + "\r\n");
  }

  @Test
  void anotherProtocolIsNeverKeptWaiting() {
    for (String text :
        List.of("GE", "x-forwarded-proto", "\r", "GET / HTTP/1.1\r", "220 hello\r")) {
      var headers = new ForwardedHeaders(CLIENT, true);
      ByteBuffer out = ByteBuffer.allocate(1000);
      Chunks.feed(text, WHOLE, in -> headers.rewrite(in, out));
      assertThat(Chunks.text(out)).isEqualTo(text);
    }
  }

  @Test
  void bytesHeldBackComeOutAtTheEnd() {
    for (String end : List.of("X-Forwarded-Proto", "x-for", "\r")) {
      var headers = new ForwardedHeaders(CLIENT, true);
      ByteBuffer out = ByteBuffer.allocate(1000);
      String line = "GET / HTTP/1.1\r\n";
      Chunks.feed(line + end, WHOLE, in -> headers.rewrite(in, out));
      assertThat(out.position()).isEqualTo(line.length());
      headers.finish(out);
      assertThat(Chunks.text(out)).isEqualTo(line + end);
    }
  }

  /// The first byte ends a head, and so does each 13th behind it.
  @Test
  void smallestRequestsHaveJustTheRoomThatIsPromised() {
    var headers = new ForwardedHeaders("1".repeat(ForwardedHeaders.MAX_CLIENT), true);
    headers.rewrite(ByteBuffer.wrap("A  HTTP/1.0\n".getBytes(US_ASCII)), ByteBuffer.allocate(999));
    byte[] requests = ("\n" + "A  HTTP/1.0\n\n".repeat(1260)).getBytes(US_ASCII);
    ByteBuffer out = ByteBuffer.allocate(ForwardedHeaders.maxOutput(requests.length));
    headers.rewrite(ByteBuffer.wrap(requests), out);
    assertThat(out.remaining()).isEqualTo(ForwardedHeaders.MAX_HELD);
  }

  @Test
  void addressesThatWouldForgeAreRefused() {
    assertThatThrownBy(() -> new ForwardedHeaders("1.2.3.4\r\nA: b", true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void opaqueConnectionsNeedNoRewriting() {
    var headers = new ForwardedHeaders(CLIENT, true);
    assertThat(headers.opaque()).isFalse();
    Chunks.feed("\u0016\u0003", WHOLE, in -> headers.rewrite(in, ByteBuffer.allocate(1000)));
    assertThat(headers.opaque()).isTrue();
  }

  @Property(tries = 500)
  void requestsAreRewrittenAsByANaiveProgram(
      @ForAll("requests") List<Samples.Request> requests,
      @ForAll("sizes") List<Integer> sizes,
      @ForAll("tail") String tail) {
    StringBuilder text = new StringBuilder();
    StringBuilder expected = new StringBuilder();
    for (Samples.Request request : requests) {
      text.append(request.text());
      expected.append(request.forwarded(ADDED));
    }
    assertThat(rewrite(text + tail, sizes)).isEqualTo(expected + tail);
  }

  @Property(tries = 1000)
  void anythingElsePassesAsItIs(
      @ForAll("scraps") String text, @ForAll("sizes") List<Integer> sizes) {
    String rewritten = rewrite(text, sizes);
    assertThat(rewritten).isEqualTo(rewrite(text, WHOLE));
    assertThat(rewritten.replace(ADDED, "")).isEqualTo(text);
  }

  @Property(tries = 200)
  void otherProtocolsPassAsTheyAre(
      @ForAll("anything") String text, @ForAll("sizes") List<Integer> sizes) {
    assertThat(rewrite(text, sizes)).isEqualTo(text);
  }

  @Provide
  Arbitrary<List<Samples.Request>> requests() {
    return Samples.requests();
  }

  @Provide
  Arbitrary<String> tail() {
    return Arbitraries.of(
        "", "\u0081\u0000X-Forwarded-Proto: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\n\0");
  }

  @Provide
  Arbitrary<String> scraps() {
    return Samples.scraps();
  }

  @Provide
  Arbitrary<String> anything() {
    return Samples.anything();
  }

  @Provide
  Arbitrary<List<Integer>> sizes() {
    return Samples.sizes();
  }

  /// Every chunk gets just the room that is promised to suffice.
  private static String rewrite(String text, List<Integer> sizes) {
    var headers = new ForwardedHeaders(CLIENT, true);
    StringBuilder rewritten = new StringBuilder();
    Chunks.feed(
        text,
        sizes,
        in -> {
          ByteBuffer out = ByteBuffer.allocate(ForwardedHeaders.maxOutput(in.remaining()));
          headers.rewrite(in, out);
          assertThat(in.hasRemaining()).isFalse();
          rewritten.append(Chunks.text(out));
        });
    ByteBuffer out = ByteBuffer.allocate(ForwardedHeaders.MAX_HELD);
    headers.finish(out);
    return rewritten.append(Chunks.text(out)).toString();
  }
}
