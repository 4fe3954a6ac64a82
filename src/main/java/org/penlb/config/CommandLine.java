package org.penlb.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// The command line of `pen`.
///
/// Owned by: the main thread.
public final class CommandLine {
  private static final int PLENTY = 1_000_000_000;

  private static final List<String> NOT_YET = List.of("-E", "-K", "-G", "-A", "-R", "-L", "-Z");

  private static final String SYNOPSIS = "pen [options] [[host:]port|/path/to/socket server ...]";

  private final ParseResult given;
  private final List<String> notices = new ArrayList<>();

  private CommandLine(ParseResult given) {
    this.given = given;
  }

  /// Parses and checks the whole of it.
  ///
  /// @param version what `--version` prints
  /// @throws UsageException with the text to print and the status to end with
  public static Launch parse(String version, String... args) throws UsageException {
    var picocli = new picocli.CommandLine(Options.spec());
    // The habits of getopt: the last value counts, and a value may look like an option.
    picocli.setOverwrittenOptionsAllowed(true);
    picocli.setAllowOptionsAsOptionParameters(true);
    picocli.setUnmatchedOptionsAllowedAsOptionParameters(true);
    picocli.setExpandAtFiles(false);
    try {
      var given = picocli.parseArgs(args);
      if (given.hasMatchedOption("--help")) {
        throw new UsageException(0, help(picocli));
      }
      if (given.hasMatchedOption("--version")) {
        throw new UsageException(0, version);
      }
      return new CommandLine(given).launch();
    } catch (ParameterException | BadSettingException e) {
      throw new UsageException(
          2, "pen: " + printable(e.getMessage()) + "\nusage: " + SYNOPSIS + "\ntry: pen --help");
    }
  }

  /// What was given must not steer the terminal that shows the message.
  private static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }

  private static String help(picocli.CommandLine picocli) {
    picocli.getCommandSpec().usageMessage().width(100).sortOptions(false);
    var help = picocli.getHelp();
    return "usage: "
        + SYNOPSIS
        + "\n\n"
        + "Balances TCP and UDP over servers; a client that comes back goes to the server it used"
        + " last.\n\n"
        + help.parameterList()
        + help.optionList(help.createDefaultLayout(), null, help.createDefaultParamLabelRenderer())
        + "\npen --demo shows it at work; man pen explains every option.";
  }

  private Launch launch() throws BadSettingException {
    refuseWhatIsNotThere();
    note();
    boolean demo = given.hasMatchedOption("--demo");
    return new Launch(
        given.hasMatchedOption("-f"),
        given.hasMatchedOption("-d") ? given.<boolean[]>matchedOptionValue("-d", null).length : 0,
        path("-p", "a file"),
        path("-j", "a directory"),
        filled("-u", "a user"),
        path("-w", "a file"),
        number("--loops", 1, 1024, 0),
        given.hasMatchedOption("--linux-sockets"),
        given.hasMatchedOption("--takeover"),
        demo,
        given.hasMatchedOption("--check"),
        control(),
        given.hasMatchedOption("--control-files"),
        given.hasMatchedOption("-X"),
        commands(),
        path("-F", "a file"),
        List.copyOf(notices),
        service(demo));
  }

  private Endpoint control() throws BadSettingException {
    var text = filled("-C", "[host:]port or /path/to/socket");
    try {
      return text == null ? null : Endpoint.parse(text);
    } catch (BadSettingException e) {
      throw new BadSettingException("option -C: " + e.getMessage());
    }
  }

  private List<String> commands() {
    return List.of(given.matchedOptionValue("-o", new String[0]));
  }

  private void refuseWhatIsNotThere() throws BadSettingException {
    for (var name : NOT_YET) {
      if (given.hasMatchedOption(name)) {
        throw new BadSettingException("option " + name + " is not available yet");
      }
    }
    if (given.hasMatchedOption("-i")) {
      throw new BadSettingException("option -i installs a service on Windows; there is none here");
    }
  }

  private void note() throws BadSettingException {
    number("-S", 0, PLENTY, 0);
    if (given.hasMatchedOption("-S") && given.hasMatchedOption("-d")) {
      notices.add("option -S has no effect: the server table grows by itself");
    }
    for (var name : List.of("-D", "-n", "-Q")) {
      if (given.hasMatchedOption(name)) {
        notices.add("option " + name + " is obsolete and has no effect");
      }
    }
    if (given.hasMatchedOption("-P")) {
      notices.add("option -P has no effect: the JDK chooses the poller");
    }
  }

  private ServiceConfig service(boolean demo) throws BadSettingException {
    String address = given.matchedPositionalValue(0, null);
    String[] servers = given.matchedPositionalValue(1, new String[0]);
    boolean more = demo || given.hasMatchedOption("-F") || given.hasMatchedOption("-o");
    if (address == null && !more) {
      throw new BadSettingException("no address to listen on, and no servers");
    }
    if (servers.length == 0 && !more) {
      throw new BadSettingException("no servers for " + address);
    }
    var listen = address == null ? List.<Endpoint>of() : List.of(Endpoint.parse(address));
    int port = listen.isEmpty() || listen.getFirst().port() <= 0 ? -1 : listen.getFirst().port();
    var specs = new ArrayList<ServerSpec>();
    for (var server : servers) {
      specs.add(ServerSpec.parse(server, port));
    }
    return new ServiceConfig(
        "main",
        given.hasMatchedOption("-U"),
        listen,
        specs,
        server("-e", port),
        server("-B", port),
        settings().build(),
        log());
  }

  private Settings.Builder settings() throws BadSettingException {
    var settings = new Settings.Builder();
    algorithms(settings);
    settings.blacklist = seconds("-b", 0, settings.blacklist);
    settings.connectTimeout = seconds("-t", 1, settings.connectTimeout);
    settings.tracking = seconds("-T", 0, settings.tracking);
    settings.idleTimeout = seconds("--idle-timeout", 0, settings.idleTimeout);
    settings.drain = seconds("--drain", 0, settings.drain);
    settings.resolve = seconds("--resolve", 0, settings.resolve);
    settings.clientsMax = number("-c", 1, PLENTY, settings.clientsMax);
    settings.connectionsMax = number("-x", 1, PLENTY, settings.connectionsMax);
    settings.acceptsPerEvent = number("-m", 1, PLENTY, settings.acceptsPerEvent);
    settings.backlog = number("-q", 50, PLENTY, settings.backlog);
    settings.http = given.hasMatchedOption("-H");
    settings.noDelay = !given.hasMatchedOption("--no-tcp-nodelay");
    settings.keepAlive = given.hasMatchedOption("--keepalive");
    settings.ascii = given.hasMatchedOption("-a");
    settings.fastClose = fastClose();
    settings.udpTimeout = seconds("--udp-timeout", 1, settings.udpTimeout);
    settings.udpUnanswered = number("--udp-unanswered", 0, PLENTY, settings.udpUnanswered);
    settings.source = source();
    return settings;
  }

  private void algorithms(Settings.Builder settings) {
    settings.roundrobin = given.hasMatchedOption("-r");
    settings.stubborn = given.hasMatchedOption("-s");
    algorithm(settings, "-h", Algorithm.HASH);
    algorithm(settings, "-W", Algorithm.WEIGHT);
    algorithm(settings, "--prio", Algorithm.PRIO);
    algorithm(settings, "--leastconn", Algorithm.LEASTCONN);
    algorithm(settings, "--random", Algorithm.RANDOM);
  }

  private void algorithm(Settings.Builder settings, String option, Algorithm algorithm) {
    if (given.hasMatchedOption(option)) {
      settings.algorithms.add(algorithm);
    }
  }

  private FastClose fastClose() throws BadSettingException {
    var word = text("--tcp-fastclose");
    if (word == null) {
      return FastClose.OFF;
    }
    for (var value : FastClose.values()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(word)) {
        return value;
      }
    }
    throw new BadSettingException(
        "--tcp-fastclose is '" + word + "', expected up, down, both or off");
  }

  private InetAddress source() throws BadSettingException {
    var text = text("--source");
    return text == null ? null : Endpoint.literal(text, "--source");
  }

  private String text(String option) {
    return given.matchedOptionValue(option, null);
  }

  /// The value, which must not be empty.
  private String filled(String option, String expected) throws BadSettingException {
    var text = text(option);
    if (text != null && text.isEmpty()) {
      throw new BadSettingException(
          "option " + option + " has an empty value, expected " + expected);
    }
    return text;
  }

  private Path path(String option, String expected) throws BadSettingException {
    var text = filled(option, expected);
    return text == null ? null : Endpoint.path(text, "option " + option);
  }

  private String log() throws BadSettingException {
    var text = text("-l");
    return text == null ? null : RequestLogTarget.check(text, "option -l");
  }

  private int number(String option, int least, int most, int absent) throws BadSettingException {
    var text = text(option);
    return text == null ? absent : Numbers.parse(text, least, most, "option " + option);
  }

  private Duration seconds(String option, int least, Duration absent) throws BadSettingException {
    var text = text(option);
    return text == null ? absent : Numbers.seconds(text, least, "option " + option);
  }

  private ServerSpec server(String option, int defaultPort) throws BadSettingException {
    var text = text(option);
    return text == null ? null : ServerSpec.parse(text, defaultPort);
  }
}
