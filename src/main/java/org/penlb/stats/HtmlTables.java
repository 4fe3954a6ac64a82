package org.penlb.stats;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.penlb.stats.Snapshot.Client;
import org.penlb.stats.Snapshot.Connection;
import org.penlb.stats.Snapshot.Server;
import org.penlb.stats.Snapshot.ServerState;
import org.penlb.stats.Snapshot.Service;

/// The tables of one service in the HTML report.
///
/// Each stands in a box of its own that scrolls when the table is too wide or too long, so that the
/// page keeps its width on a phone and 1,000 clients do not bury what follows.
///
/// Owned by: whoever renders; not shared.
final class HtmlTables {
  private final Markup page;
  private final Service service;
  private final String id;

  /// @param id begins the ids of the elements, unique in the page
  HtmlTables(Markup page, Service service, String id) {
    this.page = page;
    this.service = service;
    this.id = id;
  }

  void servers() {
    var total = service.servers().size() + service.special().size();
    var note =
        total == 0
            ? "No servers are configured."
            : service.udp()
                ? "Sent to the server and received from it since start, in bytes and datagrams"
                    + " (dgs)."
                : "Sent to the server and received from it, in bytes since start.";
    heading("servers", "Servers", note);
    if (total > 0) {
      begin("servers", "Servers by slot", true);
      columns("#Slot", "Server", "#Port", "State", "#" + Wording.title(service));
      columns("#Max", "#Hard", "#Weight");
      columns("#Prio", "#Accepted", "#Failed");
      trafficColumns();
      body();
      service.servers().forEach(this::server);
      if (!service.special().isEmpty()) {
        page.close().open("tbody", "class", "special");
        service.special().forEach(this::server);
      }
      end();
    }
    page.close();
  }

  private void server(Server server) {
    var unused = server.state() == ServerState.UNUSED;
    page.open("tr", "class", unused ? "unused" : "used");
    page.element("td", server.slot() < 0 ? "" : Integer.toString(server.slot()), "class", "n");
    page.open("th", "scope", "row", "title", server.name() + " " + server.address());
    if (server.slot() < 0) {
      page.element("span", server.role(), "class", "role").text(" ");
    }
    page.text(server.name());
    if (Wording.differs(server)) {
      page.text(" ").element("small", server.address());
    }
    page.close();
    page.element("td", server.port() == 0 ? "none" : Integer.toString(server.port()), "class", "n");
    var state = server.state().name().toLowerCase(Locale.ROOT);
    page.open("td").element("span", Wording.state(server), "class", "state " + state).close();
    count(server.connections());
    limit(server.max());
    limit(server.hard());
    count(server.weight());
    count(server.prio());
    count(server.accepted());
    count(server.failed());
    traffic(server.sent(), server.received(), server.sentDatagrams(), server.receivedDatagrams());
    page.close();
  }

  void clients() {
    var clients = service.recentClients();
    var note = Wording.listed("newest", clients.size(), service.clients(), "tracked client");
    heading("clients", "Clients", note);
    if (!clients.isEmpty()) {
      begin("clients", "Tracked clients, newest first", false);
      columns("Address", "#Last " + Wording.noun(service), "Last server", "Why");
      columns(service.udp() ? "#Sessions" : "#Connects");
      trafficColumns();
      body();
      clients.forEach(this::client);
      end();
    }
    page.close();
  }

  private void client(Client client) {
    page.open("tr");
    page.element("th", client.address(), "scope", "row", "class", "address");
    age(client.age());
    page.element("td", Wording.lastServer(service, client.server()));
    page.element("td", client.reason());
    count(client.connects());
    traffic(client.sent(), client.received(), client.sentDatagrams(), client.receivedDatagrams());
    page.close();
  }

  void connections() {
    var live = service.liveConnections();
    var noun = "live " + Wording.noun(service);
    var note = Wording.listed("oldest", live.size(), service.connections(), noun);
    heading("connections", Wording.title(service), note);
    if (!live.isEmpty()) {
      begin("connections", "Live " + Wording.noun(service) + "s, oldest first", false);
      columns("#Number", "Client", "Server", "#Age", "State", "#From client", "#From server");
      if (!service.udp()) {
        columns("#Waiting");
      }
      body();
      live.forEach(this::connection);
      end();
    }
    page.close();
  }

  private void connection(Connection connection) {
    page.open("tr");
    page.element("td", Long.toString(connection.number()), "class", "n");
    page.element("th", connection.client(), "scope", "row", "class", "address");
    page.element("td", connection.server(), "class", "address");
    age(connection.age());
    page.element("td", connection.state());
    bytes(connection.fromClient());
    bytes(connection.fromServer());
    if (!service.udp()) {
      bytes(connection.waiting());
    }
    page.close();
  }

  void closes() {
    var causes = Wording.byCount(service.closes());
    var noun = Wording.noun(service);
    var note =
        causes.isEmpty()
            ? "No " + noun + " has been closed yet."
            : Wording.plural(Wording.total(causes), noun) + " closed since start.";
    heading("closes", "Closes by cause", note);
    if (!causes.isEmpty()) {
      causes("closes", "Closed " + noun + "s by cause, most frequent first", causes);
    }
    page.close();
  }

  /// Nothing as long as none was.
  void drops() {
    var causes = Wording.byCount(service.drops());
    if (causes.isEmpty()) {
      return;
    }
    var note = Wording.plural(Wording.total(causes), "datagram") + " dropped since start.";
    heading("drops", "closes", "Datagrams dropped", note);
    causes("drops", "Dropped datagrams by cause, most frequent first", causes);
    page.close();
  }

  private void causes(String part, String caption, List<Map.Entry<String, Long>> causes) {
    var total = Wording.total(causes);
    begin(part, caption, false);
    columns("Cause", "#Count", "#Share");
    body();
    causes.forEach(cause -> cause(cause.getKey(), cause.getValue(), total));
    end();
  }

  private void cause(String cause, long count, long total) {
    page.open("tr").element("th", cause, "scope", "row");
    count(count);
    page.element("td", Wording.percent(count, total), "class", "n");
    page.close();
  }

  private void heading(String part, String title, String note) {
    heading(part, part, title, note);
  }

  /// @param looks the class of the section
  private void heading(String part, String looks, String title, String note) {
    var heading = id + "-" + part;
    page.open("section", "class", looks, "aria-labelledby", heading);
    page.element("h3", title, "id", heading);
    page.element("p", note, "class", "note");
  }

  private void begin(String part, String caption, boolean wide) {
    // A region that scrolls must be reachable with the keyboard.
    page.open(
        "div",
        "class",
        wide ? "scroll wide" : "scroll",
        "role",
        "region",
        "tabindex",
        "0",
        "aria-labelledby",
        id + "-" + part);
    page.open("table").element("caption", caption).open("thead").open("tr");
  }

  /// Headings; `#` begins that of a column of numbers.
  private void columns(String... names) {
    for (var name : names) {
      if (name.startsWith("#")) {
        page.element("th", name.substring(1), "scope", "col", "class", "n");
      } else {
        page.element("th", name, "scope", "col");
      }
    }
  }

  private void trafficColumns() {
    columns("#Sent", "#Received");
    if (service.udp()) {
      columns("#Dgs sent", "#Dgs rcvd");
    }
  }

  private void body() {
    page.close().close().open("tbody");
  }

  private void end() {
    page.close().close().close();
  }

  private void count(long n) {
    var text = Wording.count(n);
    page.element("td", text, "class", n == 0 ? "n zero" : "n", "title", Wording.exact(n));
  }

  private void bytes(long n) {
    var exact = Wording.plural(n, "byte");
    page.element("td", Wording.bytes(n), "class", n == 0 ? "n zero" : "n", "title", exact);
  }

  private void traffic(long sent, long received, long sentDatagrams, long receivedDatagrams) {
    bytes(sent);
    bytes(received);
    if (service.udp()) {
      count(sentDatagrams);
      count(receivedDatagrams);
    }
  }

  private void limit(int max) {
    page.element("td", Wording.limit(max), "class", max == 0 ? "n zero" : "n");
  }

  private void age(Duration age) {
    var exact = Wording.exact(age.toMillis()) + " ms";
    page.element("td", Wording.span(age), "class", "n", "title", exact);
  }
}
