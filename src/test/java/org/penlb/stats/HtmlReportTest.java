package org.penlb.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
  @Test
  void tellsTimeUptimeAndVersion() throws Exception {
    var header = element(page(Samples.busy()), "header").getTextContent();
    assertThat(header).contains("2026-03-14 15:09:26 UTC", "12 d 4 h", "1.0.0");
  }

  @Test
  void healthNamesServersThatAreOut() throws Exception {
    assertThat(texts(page(Samples.busy()), "li"))
        .containsExactly(
            "3 of 5 servers up",
            "1 blacklisted: 2 app-3.example.net",
            "1 drained: 4 app-5.example.net",
            "12 request log lines dropped");
  }

  @Test
  void serversHaveOneRowEach() throws Exception {
    var rows = rows(page(Samples.busy()), "Servers by slot");
    assertThat(rows).hasSize(8);
    assertThat(rows.get(1))
        .containsExactly(
            "1",
            "app-2.example.net 10.20.0.12",
            "8443",
            "up",
            "75",
            "100",
            "120",
            "10",
            "0",
            "297,153",
            "1",
            "4.6 GiB",
            "41.8 GiB");
    assertThat(rows.get(2)).contains("blacklisted for 17 s", "unlimited");
    assertThat(rows.get(4)).contains("drained");
    assertThat(rows.get(5)).contains("unused", "none");
    assertThat(rows.get(6)).contains("emergency sorry.example.net 192.0.2.80");
    assertThat(rows.get(7)).contains("abuse tar 192.0.2.80");
  }

  @Test
  void numbersForPeopleHaveTheExactOneInTheTitle() {
    assertThat(HtmlReport.render(Samples.busy()))
        .contains("title=\"44,870,220,007 bytes\">41.8 GiB</td>");
  }

  @Test
  void clientsAndConnectionsAreListedAndCutListsSaySo() throws Exception {
    var page = page(Samples.busy());
    assertThat(rows(page, "Tracked clients, newest first")).hasSize(60);
    assertThat(rows(page, "Tracked clients, newest first").get(1))
        .containsExactly(
            "203.0.113.1", "1 s", "1 app-2.example.net", "returning", "32", "694 KiB", "78.1 KiB");
    assertThat(rows(page, "Live connections, oldest first").get(11))
        .containsExactly(
            "1203143",
            "203.0.113.11 port 50011",
            "3 10.20.0.14:8443",
            "11 min 6 s",
            "open",
            "54.9 KiB",
            "10.3 MiB",
            "44.0 KiB");
    assertThat(texts(page, "p"))
        .contains(
            "The newest 60 of 23,412 tracked clients.", "The oldest 40 of 224 live connections.");
  }

  @Test
  void closesAreSortedByCount() throws Exception {
    assertThat(rows(page(Samples.busy()), "Closed connections by cause, most frequent first"))
        .containsExactly(
            List.of("client closed", "1,083,214", "90 %"),
            List.of("server closed", "118,220", "10 %"),
            List.of("idle", "1,771", "<1 %"),
            List.of("reset", "92", "<1 %"));
  }

  @Test
  void emptyStatesHaveASentence() throws Exception {
    assertThat(texts(page(Samples.of(Samples.idle())), "p"))
        .contains(
            "No servers are configured.",
            "No server has a connection at the moment.",
            "No bytes have been carried yet.",
            "No tracked clients at the moment.",
            "No live connections at the moment.",
            "No connection has been closed yet.");
    assertThat(texts(page(Samples.of()), "p")).containsExactly("No services are configured.");
  }

  @Test
  void barsAreBoundedHoweverManyServersThereAre() throws Exception {
    var page = page(Samples.of(Samples.withServers("big", Samples.many(500))));
    assertThat(rows(page, "Servers by slot")).hasSize(500);
    assertThat(list(page.getElementsByTagName("g"))).hasSize(2 * HtmlBars.BARS_MAX);
    assertThat(texts(page, "span")).contains("The first 40 of 500 servers by connections.");
    assertThat(texts(page, "li"))
        .contains(
            "9 blacklisted: 7 node-7, 67 node-67, 127 node-127, 187 node-187, 247 node-247,"
                + " 307 node-307 and 3 more");
  }

  @Test
  void fullTableOfConnectionsIsPointedOut() throws Exception {
    var web = Samples.web();
    var full =
        new Snapshot.Service(
            "web",
            false,
            web.listeners(),
            "",
            500,
            500,
            9,
            0,
            1,
            web.servers(),
            web.special(),
            web.recentClients(),
            web.liveConnections(),
            web.closes(),
            0,
            Duration.ofSeconds(30),
            Map.of());
    var page = page(Samples.of(full));
    assertThat(texts(page, "li")).contains("no connection left: clients wait");
    assertThat(texts(page, "dd")).contains("9 of unlimited");
  }

  @Test
  void serviceOfUdpHasSessionsAndDatagrams() throws Exception {
    var page = page(Samples.of(Samples.dns()));
    assertThat(texts(page, "p"))
        .contains(
            "0.0.0.0:53 [::]:53 UDP, udp_timeout 30 s, hash no roundrobin no stubborn no weight"
                + " no prio",
            "The oldest 20 of 471 live sessions.",
            "83,232,252 sessions closed since start.",
            "1,252 datagrams dropped since start.");
    assertThat(texts(page, "li")).contains("sessions nearly used up");
    assertThat(texts(page, "dt")).contains("Sessions", "Datagrams to servers");
    assertThat(texts(page, "dd")).contains("14.0 M", "33.7 M");
    assertThat(rows(page, "Servers by slot").getFirst())
        .endsWith("446 MiB", "3.9 GiB", "3,238,801", "7,797,115");
    assertThat(rows(page, "Tracked clients, newest first").get(1))
        .endsWith("694 KiB", "78.1 KiB", "1,301", "811");
    assertThat(rows(page, "Live sessions, oldest first").get(1)).endsWith("5.0 KiB", "954 KiB");
    assertThat(rows(page, "Dropped datagrams by cause, most frequent first"))
        .containsExactly(
            List.of("flood", "1,204", "96 %"),
            List.of("no server", "41", "3 %"),
            List.of("from elsewhere", "7", "1 %"));
    assertThat(page.getDocumentElement().getElementsByTagName("body").item(0).getTextContent())
        .doesNotContain("onnection");
  }

  @Test
  void whatIsOfUdpAloneIsNotSaidOfTcp() {
    assertThat(HtmlReport.render(Samples.of(Samples.web(), Samples.idle())))
        .doesNotContain("UDP", "udp", "atagram", "ession");
  }

  @Test
  void loadsNothingFromElsewhere() throws Exception {
    var html = HtmlReport.render(Samples.of(Samples.web(), Samples.idle(), Samples.dns()));
    assertThat(html).doesNotContain("http:", "https:", "url(", "@import", "javascript:");
    var page = parse(html);
    var names = new TreeSet<String>();
    for (var element : list(page.getElementsByTagName("*"))) {
      names.add(element.getTagName());
      assertThat(element.hasAttribute("src")).isFalse();
      assertThat(element.hasAttribute("style")).isFalse();
      assertThat(element.getAttribute("href")).matches("|#s[0-9]+");
    }
    assertThat(names).doesNotContainAnyElementsOf(Set.of("script", "link", "img", "iframe", "use"));
  }

  @Test
  void canBeReadByAScreenReader() throws Exception {
    var page = page(Samples.of(Samples.web(), Samples.web(), Samples.dns()));
    assertThat(page.getDocumentElement().getAttribute("lang")).isEqualTo("en");
    assertThat(list(page.getElementsByTagName("h1"))).hasSize(1);
    assertThat(list(page.getElementsByTagName("h2"))).hasSize(3);
    for (var table : list(page.getElementsByTagName("table"))) {
      assertThat(element(table, "caption").getTextContent()).isNotBlank();
    }
    for (var heading : list(page.getElementsByTagName("th"))) {
      assertThat(heading.getAttribute("scope")).isIn("col", "row");
    }
    var ids = list(page.getElementsByTagName("*")).stream().map(e -> e.getAttribute("id"));
    assertThat(ids.filter(id -> !id.isEmpty())).doesNotHaveDuplicates();
    for (var element : list(page.getElementsByTagName("*"))) {
      for (var id : element.getAttribute("aria-labelledby").split(" ", -1)) {
        assertThat(id.isEmpty() || named(page, id)).as(id).isTrue();
      }
    }
    for (var picture : list(page.getElementsByTagName("svg"))) {
      var inner = picture.getParentNode().getNodeName().equals("g");
      assertThat(inner || picture.getAttribute("role").equals("img")).isTrue();
    }
  }

  private static boolean named(Document page, String id) {
    return list(page.getElementsByTagName("*")).stream()
        .anyMatch(e -> e.getAttribute("id").equals(id));
  }

  static Document page(Snapshot snapshot) throws Exception {
    return parse(HtmlReport.render(snapshot));
  }

  static Document parse(String html) throws Exception {
    var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    builder.setErrorHandler(null);
    return builder.parse(new InputSource(new StringReader(html)));
  }

  static List<Element> list(NodeList nodes) {
    var elements = new ArrayList<Element>();
    for (var i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  private static Element element(Document page, String name) {
    return element(page.getDocumentElement(), name);
  }

  private static Element element(Element parent, String name) {
    return (Element) parent.getElementsByTagName(name).item(0);
  }

  private static List<String> texts(Document page, String name) {
    return list(page.getElementsByTagName(name)).stream().map(HtmlReportTest::text).toList();
  }

  private static String text(Element element) {
    return element.getTextContent().replaceAll("\\s+", " ").strip();
  }

  private static List<List<String>> rows(Document page, String caption) {
    return list(page.getElementsByTagName("table")).stream()
        .filter(table -> element(table, "caption").getTextContent().equals(caption))
        .flatMap(table -> list(table.getElementsByTagName("tr")).stream().skip(1))
        .map(row -> list(row.getElementsByTagName("*")))
        .map(cells -> cells.stream().filter(c -> c.getTagName().matches("t[dh]")))
        .map(cells -> cells.map(HtmlReportTest::text).toList())
        .toList();
  }
}
