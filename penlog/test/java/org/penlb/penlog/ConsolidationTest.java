package org.penlb.penlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class ConsolidationTest {
  private static final String PEN = "192.0.2.1";

  private final Counts counts = new Counts();
  private final List<String> written = new ArrayList<>();
  private final List<String> debug = new ArrayList<>();

  private Consolidation consolidation(long hold) {
    return new Consolidation(
        100,
        hold,
        (client, at, length, rest, from, to) ->
            written.add(
                new String(client, at, length, ISO_8859_1)
                    + new String(rest, from, to - from, ISO_8859_1)),
        counts,
        debug::add);
  }

  private static void send(Consolidation to, String sender, String text, long now) {
    var bytes = Arrays.copyOf(text.getBytes(ISO_8859_1), text.length() + 3);
    var address = Address.parse(sender);
    to.onDatagram(bytes, text.length(), address.high(), address.low(), now);
  }

  private static void fromPen(Consolidation to, String line) {
    send(to, PEN, "+ " + line + "\n", 0);
  }

  private static void fromWeb(Consolidation to, String request) {
    send(to, "10.0.0.1", "192.0.2.1 - - [t] \"" + request + "\" 200 1\n", 0);
  }

  private static String line(String client, String request) {
    return client + " - - [t] \"" + request + "\" 200 1";
  }

  @Test
  void theServerIsWhoeverSendsTheLine() {
    var all = consolidation(0);
    fromPen(all, "192.0.2.7 10.0.0.1 GET / HTTP/1.1");
    fromPen(all, "192.0.2.8 2001:db8::1 GET / HTTP/1.1");
    fromWeb(all, "GET / HTTP/1.1");
    send(all, "2001:db8:0::1", line(PEN, "GET / HTTP/1.1"), 0);
    send(all, "10.0.0.2", line(PEN, "GET / HTTP/1.1"), 0);
    assertThat(written)
        .containsExactly(
            line("192.0.2.7", "GET / HTTP/1.1"),
            line("192.0.2.8", "GET / HTTP/1.1"),
            line(PEN, "GET / HTTP/1.1"));
    assertThat(counts.matched).isEqualTo(2);
    assertThat(counts.unmatched).isEqualTo(1);
    assertThat(debug).containsExactly("without a match: " + line(PEN, "GET / HTTP/1.1"));
  }

  @Test
  void longAndUnprintableRequestsAreMatched() {
    var all = consolidation(0);
    var path = "/" + "x".repeat(200);
    fromPen(all, "192.0.2.7 10.0.0.1 " + ("GET " + path).substring(0, 100));
    fromWeb(all, "GET " + path + " HTTP/1.1");
    fromPen(all, "192.0.2.8 10.0.0.1 GET /.. HTTP/1.1");
    fromWeb(all, "GET /\u00c3\u00a4 HTTP/1.1");
    fromWeb(all, "GET /\\xc3\\xa4 HTTP/1.1");
    fromPen(all, "192.0.2.9 10.0.0.1 GET /\"\\ HTTP/1.1");
    fromWeb(all, "GET /\\\"\\\\ HTTP/1.1");
    assertThat(written)
        .extracting(text -> text.split(" ", 2)[0])
        .containsExactly("192.0.2.7", "192.0.2.8", "192.0.2.8", "192.0.2.9");
  }

  @Test
  void aServerThatDoesNotEscapeIsMatchedToo() {
    var all = consolidation(0);
    fromPen(all, "192.0.2.7 10.0.0.1 GET /a\\nb HTTP/1.1");
    fromWeb(all, "GET /a\\nb HTTP/1.1");
    assertThat(written).containsExactly(line("192.0.2.7", "GET /a\\nb HTTP/1.1"));
  }

  @Test
  void aRequestThatOnlyBeginsLikeAnotherIsAnother() {
    var all = consolidation(0);
    fromPen(all, "192.0.2.7 10.0.0.1 GET /a HTTP/1.1");
    fromWeb(all, "GET /a HTTP/1");
    fromWeb(all, "GET /a HTTP/1.10");
    assertThat(counts.matched).isZero();
    assertThat(written).hasSize(2);
  }

  @Test
  void oneDatagramIsOneLine() {
    var all = consolidation(0);
    fromPen(all, "192.0.2.7 10.0.0.1 GET /a HTTP/1.1\n+ 192.0.2.66 10.0.0.1 GET /b HTTP/1.1");
    fromWeb(all, "GET /a HTTP/1.1");
    fromWeb(all, "GET /b HTTP/1.1");
    fromWeb(all, "GET /c HTTP/1.1\n192.0.2.66 - - [t] \"GET /forged HTTP/1.1\" 200 1");
    assertThat(written)
        .containsExactly(
            line("192.0.2.7", "GET /a HTTP/1.1"),
            line(PEN, "GET /b HTTP/1.1"),
            PEN
                + " - - [t] \"GET /c HTTP/1.1.192.0.2.66 - - [t] \"GET /forged HTTP/1.1\" 200 1\""
                + " 200 1");
  }

  @Test
  void whatIsNotUnderstoodIsCountedOrPassedThrough() {
    var all = consolidation(0);
    for (var text : List.of("+ ", "+ \n", "+ a", "+ a b\n", "+ a notanaddress GET /")) {
      send(all, PEN, text, 0);
    }
    send(all, "10.0.0.1", "", 0);
    send(all, "10.0.0.1", "\n", 0);
    send(all, "10.0.0.1", "no quotes\r\n", 0);
    send(all, "10.0.0.1", "\0\u00ff \"", 0);
    assertThat(counts.notUnderstood).isEqualTo(5);
    assertThat(counts.empty).isEqualTo(2);
    assertThat(counts.withoutRequest).isEqualTo(2);
    assertThat(written).containsExactly("no quotes\r", "\0\u00ff \"");
  }

  @Test
  void aWebServersLineMayBeginWithAPlusSign() {
    var all = consolidation(0);
    fromPen(all, "192.0.2.7 10.0.0.1 GET / HTTP/1.1");
    send(all, "10.0.0.1", "+a - - [t] \"GET / HTTP/1.1\" 200 1\n", 0);
    send(all, "10.0.0.1", "+\n", 0);
    send(all, "10.0.0.1", "+1 10.0.0.1 GET", 0);
    assertThat(written)
        .containsExactly(line("192.0.2.7", "GET / HTTP/1.1"), "+", "+1 10.0.0.1 GET");
    assertThat(counts.notUnderstood).isZero();
  }

  @Test
  void aLineThatComesBeforePensWaitsForIt() {
    var all = consolidation(100);
    fromWeb(all, "GET /a HTTP/1.1");
    assertThat(written).isEmpty();
    assertThat(all.nextNanos()).isEqualTo(100);
    all.onTime(99);
    assertThat(written).isEmpty();
    fromPen(all, "192.0.2.7 10.0.0.1 GET /a HTTP/1.1");
    assertThat(written).containsExactly(line("192.0.2.7", "GET /a HTTP/1.1"));
    assertThat(all.isWaiting()).isFalse();
    assertThat(counts.waited).isEqualTo(1);
  }

  @Test
  void whoeverHasWaitedLongEnoughIsWrittenAsItCame() {
    var all = consolidation(100);
    fromWeb(all, "GET /a HTTP/1.1");
    all.onTime(100);
    assertThat(written).containsExactly(line(PEN, "GET /a HTTP/1.1"));
    assertThat(all.isWaiting()).isFalse();
  }

  @Test
  void aServerThatDoesNotEscapeMayBeBeforePenToo() {
    var all = consolidation(100);
    fromWeb(all, "GET /a\\nb HTTP/1.1");
    fromWeb(all, "GET /a\\nb HTTP/1.1");
    fromPen(all, "192.0.2.7 10.0.0.1 GET /a\\nb HTTP/1.1");
    fromPen(all, "192.0.2.8 10.0.0.1 GET /a\\nb HTTP/1.1");
    all.onTime(100);
    assertThat(written)
        .containsExactlyInAnyOrder(
            line("192.0.2.7", "GET /a\\nb HTTP/1.1"), line("192.0.2.8", "GET /a\\nb HTTP/1.1"));
  }

  @Test
  void twoClientsOfOneRequestGetALineEach() {
    var all = consolidation(100);
    fromPen(all, "192.0.2.7 10.0.0.1 GET / HTTP/1.1");
    fromPen(all, "192.0.2.8 10.0.0.1 GET / HTTP/1.1");
    fromWeb(all, "GET / HTTP/1.1");
    fromWeb(all, "GET / HTTP/1.1");
    assertThat(written)
        .containsExactlyInAnyOrder(
            line("192.0.2.7", "GET / HTTP/1.1"), line("192.0.2.8", "GET / HTTP/1.1"));
  }

  @Property(tries = 2000)
  void noDatagramStopsIt(@ForAll @Size(max = 30) List<byte[]> datagrams, @ForAll boolean hold) {
    written.clear();
    long before = counts.fromWeb + counts.fromPen + counts.empty;
    long web = counts.fromWeb;
    var all = consolidation(hold ? 10 : 0);
    for (var datagram : datagrams) {
      all.onDatagram(datagram, datagram.length, 0, 1, 0);
    }
    all.end();
    assertThat(counts.fromWeb + counts.fromPen + counts.empty - before).isEqualTo(datagrams.size());
    assertThat(written).hasSize((int) (counts.fromWeb - web));
    assertThat(written).noneMatch(text -> text.contains("\n"));
  }
}
