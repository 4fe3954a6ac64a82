package org.penlb;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.penlb.balance.Client;
import org.penlb.balance.Server;
import org.penlb.balance.Service;
import org.penlb.stats.Snapshot;

/// What a service's part of a report is made of.
final class ServiceReport {
  /// Rows of a report; more help nobody.
  static final int ROWS = 1000;

  private ServiceReport() {}

  /// @param udp it carries datagrams
  /// @param live connections, at most [#ROWS] of them
  /// @param now on the monotonic clock
  static Snapshot.Service of(
      Service service,
      boolean udp,
      List<String> listening,
      int connections,
      List<Snapshot.Connection> live,
      long logLinesDropped,
      long now) {
    service.clients().forgetExpired(now);
    var settings = service.settings();
    var servers = service.servers();
    var special = new ArrayList<Snapshot.Server>();
    addSpecial(special, "emergency", servers.emergency(), now);
    addSpecial(special, "abuse", servers.abuse(), now);
    return new Snapshot.Service(
        service.name(),
        udp,
        listening,
        settings.mode(),
        connections,
        settings.connectionsMax(),
        service.clients().size(),
        service.clients().limit(),
        service.counters().accepted(),
        servers.servers().stream().map(server -> snapshot("server", server, now)).toList(),
        special,
        service.clients().newest(ROWS).stream().map(client -> snapshot(client, now)).toList(),
        live,
        service.counters().closesByCause(),
        logLinesDropped,
        settings.udpTimeout(),
        service.counters().dropsByCause());
  }

  private static void addSpecial(
      List<Snapshot.Server> servers, String role, Server server, long now) {
    if (server != null) {
      servers.add(snapshot(role, server, now));
    }
  }

  private static Snapshot.Server snapshot(String role, Server server, long now) {
    var spec = server.spec();
    return new Snapshot.Server(
        role,
        server.slot(),
        spec.host(),
        server.addressText().toString(),
        spec.port(),
        server.state(now),
        Duration.ofNanos(server.blacklistedNanos(now)),
        server.connections(),
        spec.max(),
        spec.hard(),
        spec.weight(),
        spec.prio(),
        server.accepted(),
        server.failed(),
        server.sent(),
        server.received(),
        server.sentDatagrams(),
        server.receivedDatagrams());
  }

  private static Snapshot.Client snapshot(Client client, long now) {
    var server = client.server();
    return new Snapshot.Client(
        client.address().toString(),
        Duration.ofNanos(now - client.lastVisitNanos()),
        server == null || server.isRetired() ? -1 : server.slot(),
        client.reason() == null ? "" : client.reason().label(),
        client.connects(),
        client.sent(),
        client.received(),
        client.sentDatagrams(),
        client.receivedDatagrams());
  }
}
