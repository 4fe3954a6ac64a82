package org.penlb.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penlb.stats.Snapshot.Client;
import org.penlb.stats.Snapshot.Connection;
import org.penlb.stats.Snapshot.Server;
import org.penlb.stats.Snapshot.ServerState;
import org.penlb.stats.Snapshot.Service;

/// Whatever comes from outside is shown, and does nothing else.
class HostileStringsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "' onmouseover='alert(1)",
        "</title></style></svg><img src=x onerror=alert(1)>",
        "]]>",
        "<![CDATA[",
        "<!--",
        "&lt;&amp;&#60;&nbsp;",
        "two  spaces",
      })
  void isShownAsItIs(String text) throws Exception {
    var page = HtmlReportTest.page(everywhere(text, 7));
    var elements = HtmlReportTest.list(page.getElementsByTagName("*"));
    assertThat(elements).noneMatch(e -> e.getTagName().matches("script|img"));
    assertThat(elements).noneMatch(e -> e.hasAttribute("onmouseover"));
    assertThat(page.getElementsByTagName("h2").item(0).getTextContent()).isEqualTo(text);
    assertThat(page.getElementsByTagName("code").item(0).getTextContent()).isEqualTo(text);
    assertThat(elements).anyMatch(e -> e.getAttribute("title").equals(text + " " + text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\0",
        "\u001b[2J",
        "\u007f",
        "\u0085",
        "\ufffe",
        "\uffff",
        "\ud800",
        "\udc00x",
        "\u202egnp",
        "\u2028",
        "\ufeff",
      })
  void whatMustNotBeShownIsReplaced(String text) throws Exception {
    var page = HtmlReportTest.page(everywhere(text, 7));
    var name = page.getElementsByTagName("h2").item(0).getTextContent();
    assertThat(name).startsWith("\ufffd").hasSize(text.length());
  }

  @Property(tries = 200)
  void pageIsWellFormedAsciiWhateverTheStrings(@ForAll("anything") String text, @ForAll long n)
      throws Exception {
    var html = HtmlReport.render(everywhere(text, n));
    HtmlReportTest.parse(html);
    assertThat(html.chars()).allMatch(c -> c == '\n' || (c >= ' ' && c <= '~'));
  }

  @Property(tries = 200)
  void textIsPrintableAndNarrowWhateverTheStrings(@ForAll("anything") String text, @ForAll long n) {
    var report = TextReport.render(everywhere(text, n));
    assertThat(report).endsWith("\n");
    assertThat(report.chars()).allMatch(c -> c == '\n' || (c >= ' ' && c <= '~'));
    assertThat(report.lines()).allMatch(line -> line.length() <= TextReport.WIDTH);
  }

  @Provide
  Arbitrary<String> anything() {
    var unit = Arbitraries.chars().all().map(String::valueOf);
    var nasty = Arbitraries.of("<", ">", "&", "\"", "'", "]]>", "\r\n", "\t", "\ud83d\udd8a", " ");
    return Arbitraries.oneOf(unit, nasty)
        .list()
        .ofMaxSize(120)
        .map(parts -> String.join("", parts));
  }

  /// The text wherever a string is, the number wherever it fits.
  private static Snapshot everywhere(String text, long n) {
    var count = (int) Math.clamp(n, 0L, Integer.MAX_VALUE);
    var many = Math.max(0, n);
    var age = Duration.ofMillis(many);
    var servers =
        List.of(server(text, 0, count, many), server(text, 1, count, 1), server(text, 2, 1, 0));
    var special = List.of(server(text, -1, count, many));
    var client = new Client(text, age, count, text, many, many, many, many, many);
    var connection = new Connection(many, text, count, text, age, text, many, many, many);
    return new Snapshot(
        text,
        Instant.EPOCH,
        age,
        Stream.of(false, true)
            .map(
                udp ->
                    new Service(
                        text,
                        udp,
                        List.of(text, text),
                        text,
                        count,
                        count,
                        count,
                        count,
                        many,
                        servers,
                        special,
                        List.of(client),
                        List.of(connection),
                        Map.of(text, many),
                        many,
                        age,
                        Map.of(text, many)))
            .toList());
  }

  private static Server server(String text, int slot, int count, long many) {
    var state = slot == 1 ? ServerState.BLACKLISTED : ServerState.UP;
    return new Server(
        text,
        slot,
        text,
        text,
        65_535,
        state,
        Duration.ofMillis(many),
        count,
        count,
        count,
        count,
        count,
        many,
        many,
        many,
        many,
        many,
        many);
  }
}
