package org.penlb.stats;

import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.penlb.stats.Snapshot.Server;
import org.penlb.stats.Snapshot.ServerState;
import org.penlb.stats.Snapshot.Service;

/// The status report as one HTML page that needs nothing else: no scripts, fonts, pictures or links
/// to other places. It is well-formed XML as well, so that tools can read it.
///
/// Owned by: immutable.
public final class HtmlReport {
  /// Servers that are named in the line on top; the table below has all of them.
  private static final int NAMED_MAX = 6;

  /// From here on the table of connections deserves a warning.
  private static final double NEARLY_FULL = 0.9;

  /// Should markup from outside get through after all, a browser still loads and runs nothing.
  private static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

  private final Markup page = new Markup();

  private HtmlReport() {}

  /// Renders the page as ASCII; bounded by the lists in the snapshot, no I/O.
  public static String render(Snapshot snapshot) {
    var report = new HtmlReport();
    report.page(snapshot);
    return report.page.finish();
  }

  private void page(Snapshot snapshot) {
    page.open("html", "lang", "en");
    head(snapshot);
    page.open("body");
    header(snapshot);
    page.open("main");
    if (snapshot.services().isEmpty()) {
      page.element("p", "No services are configured.", "class", "empty");
    }
    var number = 0;
    for (var service : snapshot.services()) {
      service(service, "s" + number++);
    }
    page.close().close().close();
  }

  private void head(Snapshot snapshot) {
    var names = snapshot.services().stream().map(Service::name).collect(Collectors.joining(", "));
    page.open("head")
        .empty("meta", "charset", "utf-8")
        .empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1")
        .empty("meta", "name", "color-scheme", "content", "light dark")
        .empty("meta", "name", "robots", "content", "noindex")
        .empty("meta", "http-equiv", "Content-Security-Policy", "content", POLICY)
        .element("title", names.isEmpty() ? "pen status" : names + " - pen status")
        .element("style", Stylesheet.CSS)
        .close();
  }

  private void header(Snapshot snapshot) {
    page.open("header").open("h1").text("pen ").element("span", "status").close();
    page.open("dl");
    page.open("div").element("dt", "Time").open("dd");
    page.element("time", Wording.time(snapshot.time()), "datetime", snapshot.time().toString());
    page.close().close();
    var uptime = snapshot.uptime();
    page.open("div").element("dt", "Uptime");
    page.element("dd", Wording.span(uptime), "title", Wording.exact(uptime.toSeconds()) + " s");
    page.close();
    page.open("div").element("dt", "Version").element("dd", snapshot.version()).close();
    page.close();
    if (snapshot.services().size() > 1) {
      contents(snapshot.services());
    }
    page.close();
  }

  private void contents(List<Service> services) {
    page.open("nav", "aria-label", "Services").open("ul");
    var number = 0;
    for (var service : services) {
      page.open("li").element("a", service.name(), "href", "#s" + number++).close();
    }
    page.close().close();
  }

  private void service(Service service, String id) {
    page.open("section", "class", "service", "id", id, "aria-labelledby", id + "-h");
    page.element("h2", service.name(), "id", id + "-h");
    page.open("p", "class", "about");
    service.listeners().forEach(listener -> page.element("code", listener).text(" "));
    if (service.listeners().isEmpty()) {
      page.text("No listeners. ");
    }
    page.element("span", transport(service) + service.mode()).close();
    health(service);
    figures(service);
    var tables = new HtmlTables(page, service, id);
    tables.servers();
    var bars = new HtmlBars(page, service, id);
    page.open("div", "class", "columns");
    bars.connections();
    bars.traffic();
    page.close();
    tables.clients();
    tables.connections();
    tables.closes();
    tables.drops();
    page.close();
  }

  private static String transport(Service service) {
    return service.udp() ? "UDP, udp_timeout " + Wording.span(service.udpTimeout()) + ", " : "";
  }

  /// What an administrator looks for first: is every server up, is anything full?
  private void health(Service service) {
    page.open("ul", "class", "health");
    var used = service.servers().stream().filter(s -> s.state() != ServerState.UNUSED).toList();
    var up = used.stream().filter(s -> s.state() == ServerState.UP).count();
    var summary = up + " of " + Wording.plural(used.size(), "server") + " up";
    page.element("li", summary, "class", up == 0 ? "state blacklisted" : "state up");
    outOfUse(used, ServerState.BLACKLISTED, "blacklisted");
    outOfUse(used, ServerState.DRAINED, "drained");
    var full = service.connectionsMax() > 0 && service.connections() >= service.connectionsMax();
    if (full) {
      var words =
          service.udp()
              ? "no session left: the idlest makes room"
              : "no connection left: clients wait";
      page.element("li", words, "class", "state blacklisted");
    } else if (nearlyFull(service)) {
      var words = Wording.noun(service) + "s nearly used up";
      page.element("li", words, "class", "state drained");
    }
    if (service.logLinesDropped() > 0) {
      var dropped = Wording.plural(service.logLinesDropped(), "request log line") + " dropped";
      page.element("li", dropped, "class", "state drained");
    }
    page.close();
  }

  private void outOfUse(List<Server> servers, ServerState state, String word) {
    var those = servers.stream().filter(s -> s.state() == state).toList();
    if (those.isEmpty()) {
      return;
    }
    var names =
        those.stream().limit(NAMED_MAX).map(Wording::server).collect(Collectors.joining(", "));
    var more = those.size() > NAMED_MAX ? " and " + (those.size() - NAMED_MAX) + " more" : "";
    var text = those.size() + " " + word + ": " + names + more;
    page.element("li", text, "class", "state " + word);
  }

  private static boolean nearlyFull(Service service) {
    return service.connectionsMax() > 0
        && service.connections() >= NEARLY_FULL * service.connectionsMax();
  }

  private void figures(Service service) {
    page.open("dl", "class", "figures");
    gauge(
        Wording.title(service),
        service.connections(),
        service.connectionsMax(),
        nearlyFull(service));
    gauge("Tracked clients", service.clients(), service.clientsMax(), false);
    figure("Accepted", Wording.count(service.accepted()), Wording.exact(service.accepted()));
    var sent = total(service, Server::sent);
    var received = total(service, Server::received);
    figure("Sent to servers", Wording.bytes(sent), Wording.exact(sent) + " bytes");
    figure("Received from servers", Wording.bytes(received), Wording.exact(received) + " bytes");
    if (service.udp()) {
      datagrams(service);
    }
    page.close();
  }

  private static long total(Service service, ToLongFunction<Server> count) {
    return Stream.concat(service.servers().stream(), service.special().stream())
        .mapToLong(count)
        .reduce(0, Wording::sum);
  }

  private void datagrams(Service service) {
    var sent = total(service, Server::sentDatagrams);
    var received = total(service, Server::receivedDatagrams);
    figure("Datagrams to servers", Wording.count(sent), Wording.exact(sent));
    figure("Datagrams from servers", Wording.count(received), Wording.exact(received));
  }

  private void figure(String label, String value, String exact) {
    page.open("div").element("dt", label).open("dd");
    page.element("b", value, "title", exact);
    page.close().close();
  }

  private void gauge(String label, int part, int whole, boolean warn) {
    page.open("div").element("dt", label).open("dd");
    page.element("b", Wording.count(part), "title", Wording.exact(part));
    page.text(" of ").text(Wording.limit(whole));
    if (whole > 0) {
      page.element("span", Wording.percent(part, whole), "class", "percent");
      HtmlBars.gauge(page, label, part, whole, warn);
    }
    page.close().close();
  }
}
