package org.penlb.language;

import static org.penlb.language.Command.Group.ACCESS;
import static org.penlb.language.Command.Group.CHOICE;
import static org.penlb.language.Command.Group.CLIENTS;
import static org.penlb.language.Command.Group.CONNECTIONS;
import static org.penlb.language.Command.Group.REPORTS;
import static org.penlb.language.Command.Group.SERVERS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.penlb.acl.AccessLists;
import org.penlb.config.Algorithm;
import org.penlb.config.BadSettingException;
import org.penlb.config.Endpoint;
import org.penlb.config.FastClose;
import org.penlb.config.Settings;
import org.penlb.language.Command.Group;

/// The commands that set how a service behaves, each a value of its own.
///
/// Owned by: the thread that makes the table.
final class ServiceSettings {
  private static final int PLENTY = 1_000_000_000;

  private final List<Setting> settings = new ArrayList<>();

  private ServiceSettings() {}

  static List<Setting> all() {
    var table = new ServiceSettings();
    table.choice();
    table.clients();
    table.limits();
    table.connections();
    table.udp();
    return table.settings;
  }

  private void choice() {
    algorithm("hash", Algorithm.HASH, "A hash of the client's address picks the first server");
    algorithm("prio", Algorithm.PRIO, "The available server with the lowest prio number");
    flag(
        CHOICE,
        "roundrobin",
        "Servers in turn for each connection, without tracking clients",
        Settings::roundrobin,
        (s, on) -> s.roundrobin = on);
    flag(
        CHOICE,
        "stubborn",
        "Close a connection that its first server cannot take; never fail over",
        Settings::stubborn,
        (s, on) -> s.stubborn = on);
    algorithm("weight", Algorithm.WEIGHT, "The least loaded server by weight");
    algorithm("leastconn", Algorithm.LEASTCONN, "The server with the fewest connections");
    algorithm("random", Algorithm.RANDOM, "Any available server");
    seconds(
        SERVERS,
        "blacklist",
        0,
        "Seconds for which a server that failed is left out; 0: not at all",
        Settings::blacklist,
        (s, time) -> s.blacklist = time);
    seconds(
        SERVERS,
        "timeout",
        1,
        "Seconds that one attempt to reach a server may take",
        Settings::connectTimeout,
        (s, time) -> s.connectTimeout = time);
    seconds(
        SERVERS,
        "resolve",
        0,
        "Look the servers' names up again every T seconds; 0: never",
        Settings::resolve,
        (s, time) -> s.resolve = time);
    number(
        SERVERS,
        "pending_max",
        1,
        PLENTY,
        "Connects that may be unfinished at a time",
        Settings::pendingMax,
        (s, n) -> s.pendingMax = n);
  }

  private void clients() {
    seconds(
        CLIENTS,
        "tracking",
        0,
        "Forget a client T seconds after its last connection; 0: never",
        Settings::tracking,
        (s, time) -> s.tracking = time);
    number(
        CLIENTS,
        "clients_max",
        1,
        PLENTY,
        "Slots in the client table",
        Settings::clientsMax,
        (s, n) -> s.clientsMax = n);
    number(
        ACCESS,
        "client_acl",
        0,
        AccessLists.COUNT - 1,
        "The access list that clients are checked against",
        Settings::clientAcl,
        (s, n) -> s.clientAcl = n);
    trackPrefix();
    stickyGroup();
  }

  private void trackPrefix() {
    Statement.Request answer =
        Setting.answer(c -> c.settings().prefix4() + " " + c.settings().prefix6());
    add(
        CLIENTS,
        "track_prefix",
        "[BITS4 BITS6]",
        "How many bits of IPv4 and of IPv6 addresses make one client",
        words -> {
          if (!words.hasNext()) {
            return Statement.request(answer);
          }
          int bits4 = words.number("bits of IPv4", 1, 32);
          int bits6 = words.number("bits of IPv6", 1, 128);
          return set(
              s -> {
                s.prefix4 = bits4;
                s.prefix6 = bits6;
              },
              answer);
        },
        s -> "track_prefix " + s.prefix4() + " " + s.prefix6());
  }

  private void stickyGroup() {
    Statement.Request answer =
        Setting.answer(c -> c.settings().stickyGroup() == null ? "" : c.settings().stickyGroup());
    add(
        CLIENTS,
        "sticky_group",
        "[NAME] | no sticky_group",
        "Share the client table with all services of this group. A client that has used slot N of"
            + " one goes to slot N of the others. Who leaves a group begins with an empty table",
        (words, no) -> {
          if (!no && !words.hasNext()) {
            return Statement.request(answer);
          }
          var group = no ? null : words.name("a name");
          return set(s -> s.stickyGroup = group, answer);
        },
        s -> s.stickyGroup() == null ? "no sticky_group" : "sticky_group " + s.stickyGroup());
  }

  private void limits() {
    number(
        CONNECTIONS,
        "conn_max",
        1,
        PLENTY,
        "Simultaneous connections",
        Settings::connectionsMax,
        (s, n) -> s.connectionsMax = n);
    number(
        CONNECTIONS,
        "accepts",
        1,
        PLENTY,
        "Connections accepted in one go before others get their turn",
        Settings::acceptsPerEvent,
        (s, n) -> s.acceptsPerEvent = n);
    number(
        CONNECTIONS,
        "backlog",
        50,
        PLENTY,
        "Clients that may wait in the kernel to be accepted",
        Settings::backlog,
        (s, n) -> s.backlog = n);
    seconds(
        CONNECTIONS,
        "drain",
        0,
        "Seconds that live connections may go on when pen is told to end",
        Settings::drain,
        (s, time) -> s.drain = time);
    idleTimeout();
    idlers();
  }

  private void idleTimeout() {
    Statement.Request answer =
        Setting.answer(c -> "Idle timeout: " + c.settings().idleTimeout().toSeconds() + " seconds");
    add(
        CONNECTIONS,
        "idle_timeout",
        "[N]",
        "Close a connection when no byte has moved for N seconds; 0: never",
        words -> {
          if (!words.hasNext()) {
            return Statement.request(answer);
          }
          var time = words.seconds(0);
          return set(s -> s.idleTimeout = time, answer);
        },
        s -> "idle_timeout " + s.idleTimeout().toSeconds());
  }

  private void idlers() {
    Statement.Request answer =
        (pen, service) ->
            "Idlers: %d/%d\n"
                .formatted(
                    pen.service(service).idlers(), pen.configuration(service).settings().idlers());
    add(
        CONNECTIONS,
        "idlers",
        "[N]",
        "Keep N idle connections open to the servers, for clients to come",
        words -> {
          if (!words.hasNext()) {
            return Statement.request(answer);
          }
          int wanted = words.number(0, 10_000);
          return set(s -> s.idlers = wanted, answer);
        },
        s -> "idlers " + s.idlers());
  }

  private void connections() {
    flag(
        CONNECTIONS,
        "http",
        "Add X-Forwarded-For and X-Forwarded-Proto to HTTP requests",
        Settings::http,
        (s, on) -> s.http = on);
    flag(
        CONNECTIONS,
        "keepalive",
        "SO_KEEPALIVE on both sides",
        Settings::keepAlive,
        (s, on) -> s.keepAlive = on);
    flag(
        CONNECTIONS,
        "tcp_nodelay",
        "Switch Nagle's algorithm off on both sides",
        Settings::noDelay,
        (s, on) -> s.noDelay = on);
    fastClose();
    flag(
        CONNECTIONS,
        "transparent",
        "Connect to servers from the client's address",
        Settings::transparent,
        (s, on) -> s.transparent = on);
    source();
    flag(
        CONNECTIONS,
        "dummy",
        "Answer each HTTP request with a small page instead of asking a server",
        Settings::dummy,
        (s, on) -> s.dummy = on);
    flag(
        REPORTS,
        "ascii",
        "Dump the traffic (`debug 3`) in ASCII rather than in hexadecimal",
        Settings::ascii,
        (s, on) -> s.ascii = on);
  }

  private void fastClose() {
    add(
        CONNECTIONS,
        "tcp_fastclose",
        "up|down|both|off",
        "Close both sides as soon as the server's (up), the client's (down) or either side ends",
        words -> {
          var word = words.word("up, down, both or off");
          for (var value : FastClose.values()) {
            if (value.name().toLowerCase(Locale.ROOT).equals(word)) {
              return set(s -> s.fastClose = value, null);
            }
          }
          throw new BadSettingException(
              "tcp_fastclose is '" + Language.echo(word) + "', expected up, down, both or off");
        },
        s -> "tcp_fastclose " + s.fastClose().name().toLowerCase(Locale.ROOT));
  }

  private void source() {
    add(
        CONNECTIONS,
        "source",
        "IP | no source",
        "Local address for connections to servers",
        (words, no) -> {
          var address = no ? null : Endpoint.literal(words.word("an IP address"), "source");
          return set(s -> s.source = address, null);
        },
        s -> s.source() == null ? "no source" : "source " + s.source().getHostAddress());
  }

  private void udp() {
    seconds(
        CONNECTIONS,
        "udp_timeout",
        1,
        "End a session T seconds after its last datagram",
        Settings::udpTimeout,
        (s, time) -> s.udpTimeout = time);
    Statement.Request answer = Setting.answer(c -> c.settings().udpUnanswered());
    add(
        CONNECTIONS,
        "udp_unanswered",
        "[N] | no udp_unanswered",
        "Leave a server out when N datagrams of a session in a row get no reply; 0: never",
        (words, no) -> {
          if (!no && !words.hasNext()) {
            return Statement.request(answer);
          }
          int count = no ? 0 : words.number(0, PLENTY);
          return set(s -> s.udpUnanswered = count, no ? null : answer);
        },
        s -> s.udpUnanswered() == 0 ? "no udp_unanswered" : "udp_unanswered " + s.udpUnanswered());
  }

  // ---- forms that several settings have -------------------------------------------------------

  @FunctionalInterface
  private interface Arguments {
    Statement parse(Words words) throws BadSettingException;
  }

  @FunctionalInterface
  private interface Change {
    void apply(Settings.Builder settings);
  }

  private static Statement set(Change change, Statement.Request answer) {
    return Statement.ofService(service -> change.apply(service.settings), answer);
  }

  private void add(
      Group group,
      String name,
      String forms,
      String help,
      Command.Parser parser,
      Function<Settings, String> line) {
    settings.add(
        Setting.ofService(
            new Command(group, name, forms, help, parser), c -> line.apply(c.settings())));
  }

  private void add(
      Group group,
      String name,
      String forms,
      String help,
      Arguments arguments,
      Function<Settings, String> line) {
    add(group, name, forms, help, (words, _) -> arguments.parse(words), line);
  }

  private void flag(
      Group group,
      String name,
      String help,
      Function<Settings, Boolean> get,
      BiConsumer<Settings.Builder, Boolean> put) {
    add(
        group,
        name,
        " | no " + name,
        help,
        (_, no) -> set(s -> put.accept(s, !no), null),
        s -> (get.apply(s) ? "" : "no ") + name);
  }

  private void algorithm(String name, Algorithm algorithm, String help) {
    flag(
        CHOICE,
        name,
        help,
        s -> s.algorithms().contains(algorithm),
        (s, on) -> {
          if (on) {
            s.algorithms.add(algorithm);
          } else {
            s.algorithms.remove(algorithm);
          }
        });
  }

  private void seconds(
      Group group,
      String name,
      int least,
      String help,
      Function<Settings, Duration> get,
      BiConsumer<Settings.Builder, Duration> put) {
    Statement.Request answer = Setting.answer(c -> get.apply(c.settings()).toSeconds());
    add(
        group,
        name,
        "[T]",
        help,
        words -> {
          if (!words.hasNext()) {
            return Statement.request(answer);
          }
          var time = words.seconds(least);
          return set(s -> put.accept(s, time), answer);
        },
        s -> name + " " + get.apply(s).toSeconds());
  }

  private void number(
      Group group,
      String name,
      int least,
      int most,
      String help,
      ToIntFunction<Settings> get,
      BiConsumer<Settings.Builder, Integer> put) {
    Statement.Request answer = Setting.answer(c -> get.applyAsInt(c.settings()));
    add(
        group,
        name,
        "[N]",
        help,
        words -> {
          if (!words.hasNext()) {
            return Statement.request(answer);
          }
          int number = words.number(least, most);
          return set(s -> put.accept(s, number), answer);
        },
        s -> name + " " + get.applyAsInt(s));
  }
}
