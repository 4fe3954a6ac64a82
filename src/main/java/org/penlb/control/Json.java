package org.penlb.control;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import org.penlb.balance.Explanation;
import org.penlb.balance.Explanation.Access;
import org.penlb.balance.Server;
import org.penlb.language.RunningPen.LiveService;
import org.penlb.stats.Snapshot;

/// Replies as JSON: one value, and a line feed. Times are in seconds, sizes in bytes.
final class Json {
  private Json() {}

  /// Writes one value.
  @FunctionalInterface
  private interface Value {
    void write(JsonWriter json) throws IOException;
  }

  /// Writes one of many.
  @FunctionalInterface
  private interface Element<T> {
    void write(JsonWriter json, T element) throws IOException;
  }

  private static String text(Value value) throws IOException {
    var text = new StringWriter();
    try (var json = new JsonWriter(text)) {
      value.write(json);
    }
    return text.append('\n').toString();
  }

  private static <T> String array(Collection<T> all, Element<T> element) throws IOException {
    return text(json -> array(json, all, element));
  }

  private static <T> void array(JsonWriter json, Collection<T> all, Element<T> element)
      throws IOException {
    json.beginArray();
    for (var one : all) {
      json.beginObject();
      element.write(json, one);
      json.endObject();
    }
    json.endArray();
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1000.0;
  }

  /// Null where it is none of the table.
  private static Number slot(int slot) {
    return slot < 0 ? null : slot;
  }

  static String servers(LiveService live, long nowNanos) throws IOException {
    var snapshot = live.snapshot();
    var clients = live.service().clientsBySlot(nowNanos);
    var table = live.service().servers();
    var all = new ArrayList<>(snapshot.servers());
    all.addAll(snapshot.special());
    return array(
        all,
        (json, server) -> {
          server(json, server);
          if (snapshot.udp()) {
            datagrams(json, server.sentDatagrams(), server.receivedDatagrams());
          }
          int slot = server.slot();
          if (slot >= 0 && slot < Math.min(clients.length, table.size())) {
            json.name("acl").value(table.server(slot).spec().acl());
            json.name("clients").value(clients[slot]);
            json.name("drain_left").value(drainLeft(table.server(slot), nowNanos));
          }
        });
  }

  /// For how long its own clients keep coming; null where it is not drained, or without end.
  private static Double drainLeft(Server server, long nowNanos) {
    long left = server.drainLeftNanos(nowNanos);
    return server.isDrained() && left != Long.MAX_VALUE ? seconds(Duration.ofNanos(left)) : null;
  }

  private static void server(JsonWriter json, Snapshot.Server server) throws IOException {
    json.name("slot").value(slot(server.slot()));
    json.name("role").value(server.role());
    json.name("name").value(server.name());
    json.name("address").value(server.address());
    json.name("port").value(server.port());
    json.name("state").value(server.state().name().toLowerCase(Locale.ROOT));
    json.name("blacklisted_for").value(seconds(server.blacklistedFor()));
    json.name("connections").value(server.connections());
    json.name("max").value(server.max());
    json.name("hard").value(server.hard());
    json.name("weight").value(server.weight());
    json.name("prio").value(server.prio());
    json.name("accepted").value(server.accepted());
    json.name("failed").value(server.failed());
    json.name("sent").value(server.sent());
    json.name("received").value(server.received());
  }

  static String clients(Snapshot.Service service) throws IOException {
    return array(
        service.recentClients(),
        (json, client) -> {
          json.name("address").value(client.address());
          json.name("age").value(seconds(client.age()));
          json.name("server").value(slot(client.server()));
          json.name("reason").value(client.reason());
          json.name("connects").value(client.connects());
          json.name("sent").value(client.sent());
          json.name("received").value(client.received());
          if (service.udp()) {
            datagrams(json, client.sentDatagrams(), client.receivedDatagrams());
          }
        });
  }

  private static void datagrams(JsonWriter json, long sent, long received) throws IOException {
    json.name("sent_datagrams").value(sent);
    json.name("received_datagrams").value(received);
  }

  static String connections(Snapshot.Service service) throws IOException {
    return array(
        service.liveConnections(),
        (json, connection) -> {
          json.name("number").value(connection.number());
          json.name("client").beginObject();
          json.name("address").value(connection.address());
          json.name("port").value(connection.port() < 0 ? null : (Number) connection.port());
          json.endObject();
          json.name("server").value(connection.server());
          json.name("age").value(seconds(connection.age()));
          json.name("state").value(connection.state());
          json.name("from_client").value(connection.fromClient());
          json.name("from_server").value(connection.fromServer());
          json.name("waiting").value(connection.waiting());
        });
  }

  static String services(Snapshot snapshot) throws IOException {
    return array(
        snapshot.services(),
        (json, service) -> {
          json.name("name").value(service.name());
          json.name("transport").value(service.udp() ? "udp" : "tcp");
          json.name("listeners").beginArray();
          for (var listener : service.listeners()) {
            json.value(listener);
          }
          json.endArray();
          json.name("mode").value(service.mode());
          json.name("connections").value(service.connections());
          json.name("connections_max").value(service.connectionsMax());
          json.name("clients").value(service.clients());
          json.name("clients_max").value(service.clientsMax());
          json.name("accepted").value(service.accepted());
          json.name("log_lines_dropped").value(service.logLinesDropped());
          counts(json.name("closes"), service.closes());
          if (service.udp()) {
            counts(json.name("datagrams_dropped"), service.drops());
          }
        });
  }

  private static void counts(JsonWriter json, Map<String, Long> byCause) throws IOException {
    json.beginObject();
    for (var cause : byCause.entrySet()) {
      json.name(cause.getKey()).value(cause.getValue());
    }
    json.endObject();
  }

  static String why(Explanation explanation) throws IOException {
    return text(
        json -> {
          json.beginObject();
          json.name("address").value(explanation.address().toString());
          json.name("client").value(explanation.key().toString());
          access(json.name("access"), explanation.access());
          pin(json.name("pin"), explanation.pin());
          known(json.name("known"), explanation.known());
          json.name("tracked").value(explanation.tracked());
          json.name("chooser").value(lower(explanation.chooser()));
          array(json.name("steps"), explanation.steps(), Json::step);
          array(json.name("outcomes"), explanation.outcomes(), Json::outcome);
          json.endObject();
        });
  }

  private static String lower(Enum<?> word) {
    return word == null ? null : word.name().toLowerCase(Locale.ROOT);
  }

  private static void access(JsonWriter json, Access access) throws IOException {
    if (access == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("list").value(access.list());
    json.name("permitted").value(access.permitted());
    json.name("entry").value(access.rule() < 0 ? null : access.entry());
    json.endObject();
  }

  private static void pin(JsonWriter json, Explanation.Pinned pin) throws IOException {
    if (pin == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("server").value(pin.slot());
    json.name("counts").value(!pin.isVoid());
    json.name("left").value(pin.left() == null ? null : (Number) seconds(pin.left()));
    json.endObject();
  }

  private static void known(JsonWriter json, Explanation.Known known) throws IOException {
    if (known == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("last_visit").value(seconds(known.lastVisit()));
    json.name("connects").value(known.connects());
    json.name("reason").value(known.reason() == null ? null : known.reason().label());
    if (known.own() != null) {
      json.name("server").value(known.own().slot());
      json.name("server_name").value(known.own().server());
      json.name("server_counts").value(known.own().counts());
      json.name("since").value(seconds(known.own().since()));
    }
    array(json.name("stays"), known.stays(), Json::stay);
    json.endObject();
  }

  private static void stay(JsonWriter json, Explanation.PastStay stay) throws IOException {
    json.name("server").value(stay.slot());
    json.name("server_name").value(stay.server());
    json.name("from").value(seconds(stay.from()));
    json.name("until").value(seconds(stay.until()));
    json.name("left_as").value(lower(stay.why()));
  }

  private static void step(JsonWriter json, Explanation.Step step) throws IOException {
    json.name("server").value(slot(step.slot()));
    json.name("server_name").value(step.server());
    json.name("reason").value(step.reason().label());
    json.name("verdict").value(lower(step.verdict()));
  }

  private static void outcome(JsonWriter json, Explanation.Outcome outcome) throws IOException {
    json.name("server").value(slot(outcome.slot()));
    json.name("server_name").value(outcome.isClosed() ? null : outcome.server());
    json.name("reason").value(outcome.isClosed() ? "closed" : outcome.reason().label());
  }
}
