package org.penlb.stats;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.penlb.stats.Snapshot.Server;
import org.penlb.stats.Snapshot.ServerState;
import org.penlb.stats.Snapshot.Service;

/// The small pictures of the HTML report: bars by server and gauges, in inline SVG.
///
/// Horizontal measures are percentages and vertical ones pixels, without a view box: so the bars
/// follow the width of the page while the text keeps its size.
///
/// Owned by: whoever renders; not shared.
final class HtmlBars {
  /// More bars than this would be a picture that nobody reads.
  static final int BARS_MAX = 40;

  private static final int ROW = 22;
  private static final int BASELINE = 15;
  private static final int LABEL_MAX = 30;

  /// Where the bars begin and how long the longest is, in percent; the rest is for the number.
  private static final double LEFT = 37;

  private static final double LENGTH = 45;

  private final Markup page;
  private final Service service;
  private final String id;

  /// @param id begins the ids of the elements, unique in the page
  HtmlBars(Markup page, Service service, String id) {
    this.page = page;
    this.service = service;
    this.id = id;
  }

  /// How full a table is.
  static void gauge(Markup page, String label, int part, int whole, boolean warn) {
    var words = Wording.exact(part) + " of " + Wording.exact(whole) + " in use";
    page.open("svg", "class", "gauge", "role", "img", "aria-label", label + ": " + words);
    page.element("title", words);
    page.empty("rect", "class", "track", "width", "100%", "height", "100%");
    var width = percent(100.0 * Math.clamp((double) part / whole, 0, 1));
    page.empty("rect", "class", warn ? "full" : "first", "width", width, "height", "100%");
    page.close();
  }

  void connections() {
    var bars = bars(Server::connections);
    var title = Wording.title(service) + " by server";
    var noun = Wording.noun(service);
    begin(title, "by " + noun + "s", bars);
    page.close();
    if (none(bars, Server::connections)) {
      page.element("p", "No server has a " + noun + " at the moment.", "class", "empty");
    } else {
      picture("connections", title, bars, Server::connections, false);
    }
    page.close();
  }

  void traffic() {
    var bars = bars(HtmlBars::total);
    begin("Traffic by server", "by traffic", bars);
    page.element("span", "sent", "class", "key first");
    page.element("span", "received", "class", "key second");
    page.close();
    if (none(bars, HtmlBars::total)) {
      page.element("p", "No bytes have been carried yet.", "class", "empty");
    } else {
      picture("traffic", "Traffic by server", bars, HtmlBars::total, true);
    }
    page.close();
  }

  private void begin(String title, String order, List<Server> bars) {
    page.open("figure").open("figcaption").element("h3", title);
    var all = used().count();
    if (bars.size() < all) {
      var cut = "The first " + bars.size() + " of " + Wording.plural(all, "server") + " ";
      page.element("span", cut + order + ".");
    }
  }

  private Stream<Server> used() {
    return Stream.concat(service.servers().stream(), service.special().stream())
        .filter(server -> server.state() != ServerState.UNUSED);
  }

  /// By slot while all of them fit, else those with the highest values.
  private List<Server> bars(ToLongFunction<Server> value) {
    var all = used().toList();
    return all.size() <= BARS_MAX
        ? all
        : all.stream().sorted(Comparator.comparingLong(value).reversed()).limit(BARS_MAX).toList();
  }

  private static boolean none(List<Server> bars, ToLongFunction<Server> value) {
    return bars.stream().allMatch(server -> value.applyAsLong(server) <= 0);
  }

  private static long total(Server server) {
    return Wording.sum(server.sent(), server.received());
  }

  private void picture(
      String part, String title, List<Server> bars, ToLongFunction<Server> value, boolean bytes) {
    var most = bars.stream().max(Comparator.comparingLong(value)).orElseThrow();
    var name = id + "-" + part;
    page.open(
        "svg",
        "class",
        "bars",
        "role",
        "img",
        "height",
        Integer.toString(ROW * bars.size()),
        "aria-labelledby",
        name + "-title " + name + "-desc");
    page.element("title", title, "id", name + "-title");
    var highest = Wording.server(most) + ", " + words(most, bytes);
    var desc = "Highest: " + highest + ". The table of servers has every number.";
    page.element("desc", desc, "id", name + "-desc");
    var scale = LENGTH / Math.max(1, value.applyAsLong(most));
    var y = 0;
    for (var server : bars) {
      bar(server, y, scale, bytes);
      y += ROW;
    }
    page.close();
  }

  private void bar(Server server, int y, double scale, boolean bytes) {
    page.open("g").element("title", Wording.server(server) + ": " + words(server, bytes));
    // The inner svg cuts a label off where the bars begin.
    page.open(
        "svg",
        "y",
        Integer.toString(y),
        "width",
        percent(LEFT - 2),
        "height",
        Integer.toString(ROW));
    page.element("text", label(server), "y", Integer.toString(BASELINE)).close();
    var first = scale * Math.max(0, bytes ? server.sent() : server.connections());
    var second = bytes ? scale * Math.max(0, server.received()) : 0;
    bar("track", LEFT, y, LENGTH);
    bar("first", LEFT, y, first);
    bar("second", LEFT + first, y, second);
    var text = bytes ? Wording.bytes(total(server)) : Wording.count(server.connections());
    page.element("text", text, "class", "value", "x", "100%", "y", Integer.toString(y + BASELINE));
    page.close();
  }

  private void bar(String kind, double x, int y, double width) {
    if (width <= 0) {
      return;
    }
    page.empty(
        "rect",
        "class",
        kind,
        "x",
        percent(x),
        "y",
        Integer.toString(y + 5),
        "width",
        percent(Math.min(width, LEFT + LENGTH - x)),
        "height",
        "12");
  }

  private static String label(Server server) {
    var label = Wording.server(server);
    var length = label.codePointCount(0, label.length());
    return length <= LABEL_MAX
        ? label
        : label.substring(0, label.offsetByCodePoints(0, LABEL_MAX - 1)) + "\u2026";
  }

  private static String words(Server server, boolean bytes) {
    return bytes
        ? Wording.exact(server.sent())
            + " bytes sent, "
            + Wording.exact(server.received())
            + " received"
        : Wording.exact(server.connections()) + " of " + Wording.limit(server.max());
  }

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.2f%%", value);
  }
}
