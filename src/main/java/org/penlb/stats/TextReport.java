package org.penlb.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.penlb.stats.Snapshot.Client;
import org.penlb.stats.Snapshot.Server;
import org.penlb.stats.Snapshot.Service;

/// The status report for a terminal or syslog: printable ASCII, at most 100 columns.
///
/// Owned by: immutable.
public final class TextReport {
  static final int WIDTH = 100;

  /// Clients and connections that are listed; syslog drops what comes in floods.
  static final int LISTED_MAX = 50;

  private static final String INDENT = "  ";

  private final StringBuilder out = new StringBuilder();

  private TextReport() {}

  /// Renders lines that each end in a newline; bounded by the servers in the snapshot, no I/O.
  public static String render(Snapshot snapshot) {
    var report = new TextReport();
    report.line(
        "",
        "pen %s, %s, up %s"
            .formatted(
                snapshot.version(),
                Wording.time(snapshot.time()),
                Wording.span(snapshot.uptime())));
    if (snapshot.services().isEmpty()) {
      report.line("", "No services are configured.");
    }
    snapshot.services().forEach(report::service);
    return report.out.toString();
  }

  private void service(Service service) {
    out.append('\n');
    line("", "service " + service.name());
    var listeners = service.listeners();
    pair("listeners", listeners.isEmpty() ? "none" : String.join(", ", listeners));
    pair("mode", service.mode());
    if (service.udp()) {
      pair("udp_timeout", Wording.span(service.udpTimeout()));
    }
    pair(Wording.noun(service) + "s", filled(service.connections(), service.connectionsMax()));
    pair("clients", filled(service.clients(), service.clientsMax()));
    pair("accepted", Wording.exact(service.accepted()));
    if (service.logLinesDropped() > 0) {
      pair("log", Wording.plural(service.logLinesDropped(), "request log line") + " dropped");
    }
    var servers = Stream.concat(service.servers().stream(), service.special().stream()).toList();
    if (servers.isEmpty()) {
      heading("No servers are configured.");
    } else {
      servers(service, servers);
      traffic(service, servers);
    }
    clients(service);
    connections(service);
    closes(service);
    drops(service);
  }

  private static String filled(int part, int whole) {
    var percent = whole == 0 ? "" : " (" + Wording.percent(part, whole) + ")";
    return Wording.exact(part) + " of " + Wording.limit(whole) + percent;
  }

  private void servers(Service service, List<Server> servers) {
    heading("Servers");
    var table = new TextTable("server").text("slot", "server", "state");
    table.numbers(service.udp() ? "sessions" : "conns", "max", "hard", "weight", "prio");
    for (var server : servers) {
      table.row(
          slot(server),
          server.name(),
          state(server),
          Wording.count(server.connections()),
          Wording.limit(server.max()),
          Wording.limit(server.hard()),
          Wording.count(server.weight()),
          Wording.count(server.prio()));
    }
    table.print(INDENT, WIDTH, out);
  }

  private void traffic(Service service, List<Server> servers) {
    heading(
        service.udp() ? "Traffic by server, in bytes and datagrams (dgs)" : "Traffic by server");
    var table = new TextTable("address").text("slot", "address");
    table.numbers("port", "accepted", "failed", "sent", "received");
    if (service.udp()) {
      table.numbers("dgs sent", "dgs rcvd");
    }
    for (var server : servers) {
      var cells = new ArrayList<String>();
      cells.add(slot(server));
      cells.add(server.address());
      cells.add(server.port() == 0 ? "none" : Integer.toString(server.port()));
      cells.add(Wording.count(server.accepted()));
      cells.add(Wording.count(server.failed()));
      cells.add(Wording.bytes(server.sent()));
      cells.add(Wording.bytes(server.received()));
      if (service.udp()) {
        cells.add(Wording.count(server.sentDatagrams()));
        cells.add(Wording.count(server.receivedDatagrams()));
      }
      table.row(cells.toArray(String[]::new));
    }
    table.print(INDENT, WIDTH, out);
  }

  private static String slot(Server server) {
    return server.slot() < 0 ? server.role() : Integer.toString(server.slot());
  }

  /// Short enough for its column, whatever the blacklist time.
  private static String state(Server server) {
    return Wording.state(server).replace(" for ", " ");
  }

  private void clients(Service service) {
    var clients = service.recentClients().stream().limit(LISTED_MAX).toList();
    var all = Math.max(service.clients(), service.recentClients().size());
    heading(Wording.listed("newest", clients.size(), all, "tracked client"));
    if (clients.isEmpty()) {
      return;
    }
    var table = new TextTable("server").text("address").numbers("last").text("server", "why");
    if (service.udp()) {
      table.numbers("sessions", "sent", "rcvd", "dgs sent", "dgs rcvd");
      clients.forEach(client -> table.row(ofUdp(service, client)));
    } else {
      table.numbers("connects", "sent", "received");
      clients.forEach(client -> table.row(ofTcp(service, client)));
    }
    table.print(INDENT, WIDTH, out);
  }

  private static String[] ofTcp(Service service, Client client) {
    return new String[] {
      client.address(),
      Wording.span(client.age()),
      Wording.lastServer(service, client.server()),
      client.reason(),
      Wording.count(client.connects()),
      Wording.bytes(client.sent()),
      Wording.bytes(client.received())
    };
  }

  private static String[] ofUdp(Service service, Client client) {
    return new String[] {
      client.address(),
      terse(Wording.span(client.age())),
      Wording.lastServer(service, client.server()),
      client.reason(),
      Wording.count(client.connects()),
      terse(Wording.bytes(client.sent())),
      terse(Wording.bytes(client.received())),
      Wording.count(client.sentDatagrams()),
      Wording.count(client.receivedDatagrams())
    };
  }

  private void connections(Service service) {
    var live = service.liveConnections().stream().limit(LISTED_MAX).toList();
    var all = Math.max(service.connections(), service.liveConnections().size());
    heading(Wording.listed("oldest", live.size(), all, "live " + Wording.noun(service)));
    if (live.isEmpty()) {
      return;
    }
    var table = new TextTable("server").numbers("number").text("client", "server").numbers("age");
    table.text("state").numbers("to server", "to client");
    if (!service.udp()) {
      table.numbers("wait");
    }
    for (var connection : live) {
      var cells = new ArrayList<String>();
      cells.add(Long.toString(connection.number()));
      cells.add(connection.client());
      cells.add(connection.server());
      cells.add(terse(Wording.span(connection.age())));
      cells.add(connection.state());
      cells.add(terse(Wording.bytes(connection.fromClient())));
      cells.add(terse(Wording.bytes(connection.fromServer())));
      if (!service.udp()) {
        cells.add(terse(Wording.bytes(connection.waiting())));
      }
      table.row(cells.toArray(String[]::new));
    }
    table.print(INDENT, WIDTH, out);
  }

  /// `44m26s` for `44 min 26 s` and `1.9M` for `1.9 MiB`, to leave room for two addresses.
  private static String terse(String words) {
    return words.replace("min", "m").replace("iB", "").replace(" ", "");
  }

  private void closes(Service service) {
    var causes = Wording.byCount(service.closes());
    if (causes.isEmpty()) {
      heading("No " + Wording.noun(service) + " has been closed yet.");
    } else {
      causes("Closes by cause", causes);
    }
  }

  private void drops(Service service) {
    var causes = Wording.byCount(service.drops());
    if (!causes.isEmpty()) {
      causes("Datagrams dropped", causes);
    }
  }

  private void causes(String title, List<Map.Entry<String, Long>> causes) {
    heading(title);
    var total = Wording.total(causes);
    var table = new TextTable("cause").text("cause").numbers("count", "share");
    for (var cause : causes) {
      var count = cause.getValue();
      table.row(cause.getKey(), Wording.exact(count), Wording.percent(count, total));
    }
    table.print(INDENT, WIDTH, out);
  }

  private void heading(String text) {
    out.append('\n');
    line("  ", text);
  }

  private void pair(String name, String value) {
    line("  ", "%-12s %s".formatted(name, value));
  }

  /// Broken at the last space that fits; what follows is set in further.
  private void line(String indent, String text) {
    var rest = TextTable.printable(text);
    var room = WIDTH - indent.length();
    out.append(indent);
    while (rest.length() > room) {
      var space = rest.lastIndexOf(' ', room);
      var end = space > room / 2 ? space : room;
      out.append(rest, 0, end).append('\n').append(" ".repeat(15));
      rest = rest.substring(end).stripLeading();
      room = WIDTH - 15;
    }
    out.append(rest).append('\n');
  }
}
