package org.penlb;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.penlb.acl.ClientAddress;
import org.penlb.balance.Candidates;
import org.penlb.balance.Service;
import org.penlb.config.CommandLine;
import org.penlb.config.Configuration;
import org.penlb.control.Commands;
import org.penlb.control.Origin;
import org.penlb.log.Diagnostics;
import org.penlb.loop.Resolver;
import org.penlb.tcp.ManualClock;
import org.penlb.tcp.Wire;

/// A pen in this process that is made of a configuration file and takes commands, without a control
/// listener. Names that begin with `unknown` are unknown, other names are 127.0.0.1.
public final class AdministeredPen implements AutoCloseable {
  private static final Resolver.Lookup NAMES =
      host -> {
        if (host.startsWith("unknown")) {
          throw new UnknownHostException(host);
        }
        return List.of(literalOr(host, "127.0.0.1"));
      };

  /// A configuration of two services.
  public static final String TWO_SERVICES =
      """
      listen 127.0.0.1:0
      server 0 address web1 port 81
      service mail
      listen 127.0.0.1:0
      server 0 address mail1 port 25
      """;

  private final Path file;
  private final Administration administration;
  private final Balancer balancer;
  private final Commands commands;
  private boolean exitAsked;

  /// Stands still unless a test moves it; the pen's if it is timeless.
  public final ManualClock clock = new ManualClock();

  private AdministeredPen(
      Path file, String text, boolean started, boolean timeless, String... arguments)
      throws Exception {
    this.file = Files.writeString(file, text);
    var all = new ArrayList<>(List.of("-F", file.toString()));
    all.addAll(List.of(arguments));
    var launch = CommandLine.parse("pen", all.toArray(new String[0]));
    administration = new Administration(launch, () -> exitAsked = true);
    var reading = administration.read();
    var builder = Balancer.builder().loops(2).lookup(NAMES).configuration(reading.configuration());
    if (timeless) {
      builder.clock(clock);
    }
    balancer = started ? builder.start() : builder.open();
    administration.administer(reading, balancer, "127.0.0.1:8888");
    commands = new Commands(Commands.language(), administration, false);
    administration.begin();
  }

  private static InetAddress literalOr(String host, String other) {
    try {
      return InetAddress.ofLiteral(host);
    } catch (IllegalArgumentException e) {
      return InetAddress.ofLiteral(other);
    }
  }

  /// One that serves.
  ///
  /// @param file is written, and read again by [#reload]
  /// @param arguments of the command line, beside `-F`
  public static AdministeredPen start(Path file, String text, String... arguments)
      throws Exception {
    return new AdministeredPen(file, text, true, false, arguments);
  }

  /// One that serves, by a clock that stands still.
  public static AdministeredPen startTimeless(Path file, String text) throws Exception {
    return new AdministeredPen(file, text, true, true);
  }

  /// One without threads, which nobody is served by.
  public static AdministeredPen open(Path file, String text, String... arguments) throws Exception {
    return new AdministeredPen(file, text, false, true, arguments);
  }

  /// Gives a command as over a Unix socket.
  public String ctl(String line) {
    return commands.reply(line, Origin.UNIX);
  }

  public String ctl(String line, Origin origin) {
    return commands.reply(line, origin);
  }

  /// As HUP, with another text in the file.
  void reload(String text) throws IOException {
    Files.writeString(file, text);
    administration.reload();
  }

  public Configuration configuration() {
    return administration.configuration();
  }

  Balancer balancer() {
    return balancer;
  }

  Administration administration() {
    return administration;
  }

  Service service(String name) {
    return balancer.service(name).service();
  }

  /// Gives a command that has to be carried out.
  String done(String line) {
    var reply = ctl(line);
    if (reply.startsWith("error: ")) {
      throw new AssertionError(line + ": " + reply);
    }
    return reply;
  }

  /// A connection to a service, from an address of this machine.
  Socket connect(String service, String from) throws IOException {
    return Wire.connect(Wire.local(port(service)), from);
  }

  /// The name that the server says which a new connection of a client gets to; empty if none.
  String serverOf(String service, String client) throws IOException {
    try (var socket = connect(service, client)) {
      return Wire.line(socket);
    }
  }

  /// The port of a service's first address.
  int port(String service) {
    var address = balancer.service(service).listening().getFirst();
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  /// What is in operation, beside the configuration: a refused command must not change it either.
  public List<Object> state() {
    var state = new ArrayList<Object>();
    for (var config : configuration().services()) {
      var running = balancer.service(config.name());
      var service = running.service();
      state.add(running.listening());
      state.add(service.settings());
      state.add(service.accessLists());
      state.add(service.clients().size());
      state.add(service.pins(clock.nanos()));
      for (var server : service.servers().servers()) {
        state.add(
            List.of(
                System.identityHashCode(server),
                server.spec(),
                server.isDrained(),
                server.blacklistedNanos(clock.nanos())));
      }
    }
    return state;
  }

  public boolean exitAsked() {
    return exitAsked;
  }

  /// A client begins a connection and has a server, or none.
  public void visit(String service, String client) throws Exception {
    var address = ClientAddress.parse(client);
    long now = administration.nowNanos();
    var candidates =
        new Candidates(service(service), service(service).admit(address, now), address, 1);
    if (candidates.next(now) != null) {
      candidates.taken(now);
    }
  }

  @Override
  public void close() {
    balancer.close();
    Diagnostics.level(0); // it is that of all tests
  }
}
