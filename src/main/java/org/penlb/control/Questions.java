package org.penlb.control;

import static org.penlb.language.Command.Group.CONNECTIONS;
import static org.penlb.language.Command.Group.REPORTS;
import static org.penlb.language.Command.Group.SERVERS;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.penlb.config.BadSettingException;
import org.penlb.config.Endpoint;
import org.penlb.language.Command;
import org.penlb.language.Language;
import org.penlb.language.RunningPen;
import org.penlb.language.Statement;
import org.penlb.language.Words;
import org.penlb.stats.HtmlReport;
import org.penlb.stats.Snapshot;

/// The commands about servers, connections and services that ask, and change nothing but `close`.
final class Questions {
  private static final String JSON_SUBJECTS = "servers, clients, connections, services or why";

  private Questions() {}

  static List<Command> all() {
    return Stream.of(aboutServices(), aboutConnections()).flatMap(List::stream).toList();
  }

  private static List<Command> aboutServices() {
    return List.of(
        new Command(
            SERVERS,
            "servers",
            "",
            "Each server: limits, what it carried, its clients, and its state. That is up, unused,"
                + " blacklisted for so many seconds, or drained; with a number, its own clients"
                + " keep coming for so many seconds, without one for ever",
            (_, _) ->
                Statement.request(
                    (pen, service) -> Replies.servers(pen.service(service), pen.nowNanos()))),
        new Command(
            SERVERS,
            "services",
            "",
            "Each service with its addresses and how full it is",
            (_, _) -> Statement.request((pen, _) -> Replies.services(pen.snapshot()))),
        new Command(
            REPORTS,
            "status",
            "",
            "The HTML report, of all services",
            (_, _) -> Statement.request((pen, _) -> HtmlReport.render(pen.snapshot()))),
        new Command(
            REPORTS,
            "json",
            "servers | clients | connections | services | why ADDR | service NAME ...",
            "Replies as JSON, which `penctl --json` asks for",
            (words, _) -> json(words)));
  }

  private static List<Command> aboutConnections() {
    return List.of(
        new Command(
            CONNECTIONS,
            "connections",
            "",
            "The live connections, the oldest 1000",
            (_, _) ->
                Statement.request(
                    (pen, service) -> Replies.connections(pen.service(service).snapshot()))),
        new Command(
            CONNECTIONS,
            "connection",
            "N",
            "Connection N, if it is live. Each service counts its own",
            Questions::connection),
        new Command(
            CONNECTIONS,
            "socket",
            "N",
            "The connection, of whatever service, that the file descriptor N belongs to",
            Questions::socket),
        new Command(
            CONNECTIONS,
            "close",
            "N",
            "Close connection N. Each service counts its own",
            Questions::close),
        new Command(
            CONNECTIONS,
            "client_of",
            "HOST:PORT",
            "The client behind an address and port from which pen talks to a server",
            Questions::clientOf));
  }

  // ---- connections ----------------------------------------------------------------------------

  private static Statement connection(Words words, boolean no) throws BadSettingException {
    long number = words.connection();
    return Statement.request(
        (pen, service) -> {
          var connection = pen.service(service).connection(number);
          if (connection == null) {
            throw noConnection(pen, service, "connection", number);
          }
          return Replies.connection(connection);
        });
  }

  private static Statement close(Words words, boolean no) throws BadSettingException {
    long number = words.connection();
    return Statement.request(
        (pen, service) -> {
          if (!pen.service(service).close(number)) {
            throw noConnection(pen, service, "close", number);
          }
          return "Forcibly closing connection " + number + "\n";
        });
  }

  /// Whoever asks may have meant one of another service.
  private static BadSettingException noConnection(
      RunningPen pen, String service, String command, long number) throws BadSettingException {
    var others = new ArrayList<String>();
    for (var other : pen.serviceNames()) {
      if (!other.equals(service) && pen.service(other).connection(number) != null) {
        others.add("`service %s %s %d`".formatted(other, command, number));
      }
    }
    var where = pen.serviceNames().size() == 1 ? "" : " in service " + service;
    return new BadSettingException(
        "%s %d: there is none%s; expected ".formatted(command, number, where)
            + (others.isEmpty() ? "one that `connections` lists" : String.join(" or ", others)));
  }

  private static Statement socket(Words words, boolean no) throws BadSettingException {
    int descriptor = words.number("N", 0, Integer.MAX_VALUE);
    return Statement.request(
        (pen, _) -> {
          var first = pen.serviceNames().getFirst();
          for (var name : pen.serviceNames()) {
            var connection = pen.service(name).connectionOfDescriptor(descriptor);
            if (connection != null) {
              return "Socket %d belongs to connection %d%s\n"
                  .formatted(
                      descriptor,
                      connection.summary().number(),
                      name.equals(first) ? "" : " of service " + name);
            }
          }
          return "Socket %d belongs to connection -1\n".formatted(descriptor);
        });
  }

  private static Statement clientOf(Words words, boolean no) throws BadSettingException {
    var text = words.word("HOST:PORT");
    var local = address(text);
    return Statement.request(
        (pen, _) -> {
          for (var name : pen.serviceNames()) {
            var connection = pen.service(name).connectionFrom(local);
            if (connection != null) {
              return connection.client() + "\n";
            }
          }
          throw new BadSettingException(
              "client_of " + text + ": no live connection to a server begins there");
        });
  }

  private static InetSocketAddress address(String text) throws BadSettingException {
    if (text.contains(":") && !text.contains("/")) {
      var endpoint = Endpoint.parse(text);
      return new InetSocketAddress(Endpoint.literal(endpoint.host(), "client_of"), endpoint.port());
    }
    throw new BadSettingException(
        "client_of is '" + Language.echo(text) + "', expected HOST:PORT (IPv6 in brackets)");
  }

  // ---- JSON -----------------------------------------------------------------------------------

  private static Statement json(Words words) throws BadSettingException {
    if (!words.take("service")) {
      return Statement.request(question(words));
    }
    var name = words.word("a service's name");
    var question = question(words);
    return Statement.request(
        (pen, _) -> {
          pen.configuration(name); // an error if there is none
          return question.reply(pen, name);
        });
  }

  private static Statement.Request question(Words words) throws BadSettingException {
    var what = words.word(JSON_SUBJECTS);
    return switch (what) {
      case "servers" -> (pen, service) -> Json.servers(pen.service(service), pen.nowNanos());
      case "clients" -> (pen, service) -> Json.clients(snapshot(pen, service));
      case "connections" -> (pen, service) -> Json.connections(snapshot(pen, service));
      case "services" -> (pen, _) -> Json.services(pen.snapshot());
      case "why" -> {
        var address = ClientCommands.client(words);
        yield (pen, service) -> Json.why(ClientCommands.explain(pen, service, address));
      }
      default ->
          throw new BadSettingException(
              "json is '%s', expected %s".formatted(Language.echo(what), JSON_SUBJECTS));
    };
  }

  private static Snapshot.Service snapshot(RunningPen pen, String service)
      throws BadSettingException {
    return pen.service(service).snapshot();
  }
}
