package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class WebLineTest {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss xx", Locale.ENGLISH);

  private final WebLine line = new WebLine();
  private final byte[] text = new byte[RequestText.MAX];

  private boolean read(String text) {
    var bytes = ("xx" + text + "yy").getBytes(ISO_8859_1);
    return line.read(bytes, 2, bytes.length - 2);
  }

  private String request(String request) {
    assertThat(read("192.0.2.7 - - [time] \"" + request + "\" 200 12\n")).as(request).isTrue();
    return new String(text, 0, line.requestText(text), ISO_8859_1);
  }

  @Test
  void theRequestStandsBetweenTheFirstQuotes() {
    assertThat(read("192.0.2.7 - - [time] \"GET / HTTP/1.1\" 200 12 \"-\" \"curl\"\n")).isTrue();
    assertThat(line.fieldEnd()).isEqualTo(2 + 9);
    assertThat(line.requestText(text)).isEqualTo(14);
    assertThat(new String(text, 0, 14, ISO_8859_1)).isEqualTo("GET / HTTP/1.1");
    assertThat(line.isEscaped()).isFalse();
  }

  @Test
  void escapesOfApacheAndNginxAreUndone() {
    assertThat(request("GET /\\\"x\\\" HTTP/1.1")).isEqualTo("GET /\"x\" HTTP/1.1");
    assertThat(request("GET /\\x22x\\x5C HTTP/1.1")).isEqualTo("GET /\"x\\ HTTP/1.1");
    assertThat(request("GET /a\\\\b")).isEqualTo("GET /a\\b");
    assertThat(request("\\x16\\x03\\x01\\n\\tx")).isEqualTo(".....x");
    assertThat(request("GET /\\xC3\\xa4")).isEqualTo("GET /..");
    assertThat(request("\u00c3\u00a4")).isEqualTo("..");
    assertThat(request("a\\qb\\xZZ\\x4")).isEqualTo("a\\qb\\xZZ\\x4");
  }

  @Test
  void backslashesMayBeTheClientsOwn() {
    assertThat(request("GET /a\\nb")).isEqualTo("GET /a.b");
    assertThat(line.isEscaped()).isTrue();
    int length = line.requestTextAsIs(text);
    assertThat(new String(text, 0, length, ISO_8859_1)).isEqualTo("GET /a\\nb");
  }

  @Test
  void aRequestIsCutWherePenCutsIt() {
    assertThat(request("G" + "x".repeat(200))).isEqualTo("G" + "x".repeat(99));
    assertThat(request("\\x41".repeat(200))).isEqualTo("A".repeat(100));
  }

  @Test
  void withoutTwoQuotesThereIsNoRequest() {
    for (var text : new String[] {"", "\n", "\"", "a b c", "a \"b", "a \"b\\\"", "a \"b\\"}) {
      assertThat(read(text)).as(text).isFalse();
    }
    assertThat(read("\"\"")).isTrue();
  }

  @Property(tries = 500)
  void timesAreThoseOfTheCalendar(
      @ForAll @LongRange(max = 8_000_000_000L) long seconds,
      @ForAll @IntRange(min = -56, max = 56) int quarters) {
    var zone = ZoneOffset.ofTotalSeconds(quarters * 900);
    var time = OffsetDateTime.ofInstant(java.time.Instant.ofEpochSecond(seconds), zone);
    read("192.0.2.7 - - [" + TIME.format(time) + "] \"GET / HTTP/1.1\" 200 12\n");
    assertThat(line.unixSeconds()).isEqualTo(seconds);
  }

  @Test
  void whatIsNoTimeIsNone() {
    for (var time :
        new String[] {
          "20/Nov/2026:17:00:00",
          "20/Abc/2026:17:00:00 +0000",
          "20/Nov/2026:17:00:00 00000",
          "2x/Nov/2026:17:00:00 +0000",
          "00/Nov/2026:17:00:00 +0000",
          "20/Nov/2026:25:00:00 +0000",
          "31/Nov/2026:17:00:00 +0000",
          "29/Feb/2026:17:00:00 +0000"
        }) {
      read("192.0.2.7 - - [" + time + "] \"GET / HTTP/1.1\" 200 12");
      assertThat(line.unixSeconds()).as(time).isEqualTo(Long.MIN_VALUE);
    }
    read("192.0.2.7 - - \"GET /[20/Nov/2026:17:00:00 +0000] HTTP/1.1\" 200 12");
    assertThat(line.unixSeconds()).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void namesDoNotPassForTheTimeOrTheRequest() {
    for (var user :
        new String[] {
          "\"\"", "\"a b\"", "[", "[01/Jan/2000:00:00:00 +0000]", "[20/Nov/2026:17:00:00 +00000"
        }) {
      var start = "192.0.2.7 - " + user + " [";
      assertThat(read(start + "29/Feb/2024:00:00:10 +0000] \"GET / HTTP/1.1\" 200 12")).isTrue();
      assertThat(new String(text, 0, line.requestText(text), ISO_8859_1))
          .as(user)
          .isEqualTo("GET / HTTP/1.1");
      assertThat(line.unixSeconds()).as(user).isEqualTo(1_709_164_810);
      assertThat(line.timeFrom()).as(user).isEqualTo(2 + start.length());
    }
  }

  @Test
  void aTimeNeedsNoRequestBehindIt() {
    assertThat(read("192.0.2.7 - [x] [29/Feb/2024:00:00:10 +0000] - 408 0")).isFalse();
    assertThat(line.unixSeconds()).isEqualTo(1_709_164_810);
  }

  @Property(tries = 1000)
  void noBytesMakeItFail(@ForAll byte[] bytes) {
    if (line.read(bytes, 0, bytes.length)) {
      var shown = new String(text, 0, line.requestText(text), ISO_8859_1);
      assertThat(shown).matches("[ -~]{0,100}");
      assertThat(line.requestTextAsIs(text)).isLessThanOrEqualTo(RequestText.MAX);
    }
    assertThat(line.fieldEnd()).isBetween(0, bytes.length);
    assertThat(line.unixSeconds()).isEqualTo(Long.MIN_VALUE);
  }
}
