package org.penlb.penlog;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// The command line of penlogd.
///
/// Owned by: immutable.
///
/// @param chroot null for none; so are `log`, which is then standard output, `pidFile` and `user`
/// @param lines how many lines from pen are kept
/// @param listen where to hear
/// @param allow who may send; empty: everybody
record PenlogdOptions(
    boolean foreground,
    boolean debug,
    boolean unbuffered,
    Path chroot,
    Path log,
    Path pidFile,
    String user,
    int lines,
    int holdMillis,
    InetSocketAddress listen,
    List<Network> allow) {

  private static final int DEFAULT_LINES = 1000;
  private static final int MAX_LINES = 10_000_000;
  private static final int MAX_HOLD_MILLIS = 600_000;

  private static final String SYNOPSIS = "penlogd [options] port";

  /// Reads the command line.
  ///
  /// @param version what `--version` prints
  static PenlogdOptions parse(String version, String... args) throws Misuse {
    var picocli = new picocli.CommandLine(spec());
    // The habits of getopt: the last value counts, and a value may look like an option.
    picocli.setOverwrittenOptionsAllowed(true);
    picocli.setAllowOptionsAsOptionParameters(true);
    picocli.setUnmatchedOptionsAllowedAsOptionParameters(true);
    picocli.setExpandAtFiles(false);
    try {
      var given = picocli.parseArgs(args);
      if (given.hasMatchedOption("--help")) {
        throw Misuse.answer(help(picocli));
      }
      if (given.hasMatchedOption("--version")) {
        throw Misuse.answer(version);
      }
      return read(given);
    } catch (ParameterException e) {
      throw wrong(e.getMessage());
    }
  }

  private static Misuse wrong(String why) {
    return Misuse.wrong(
        "penlogd: " + Words.printable(why) + "\nusage: " + SYNOPSIS + "\ntry: penlogd --help");
  }

  private static String help(picocli.CommandLine picocli) {
    picocli.getCommandSpec().usageMessage().width(100).sortOptions(false);
    var help = picocli.getHelp();
    return "usage: "
        + SYNOPSIS
        + "\n\n"
        + "Makes one log of what pen and the web servers behind it send, with the true clients.\n\n"
        + help.parameterList()
        + help.optionList(help.createDefaultLayout(), null, help.createDefaultParamLabelRenderer())
        + "\nHUP reopens the log, USR1 tells counts, TERM ends; man penlogd explains every option.";
  }

  static CommandSpec spec() {
    var spec = CommandSpec.create().name("penlogd");
    flag(spec, "-f", "--foreground", "stay in the foreground, diagnostics on stderr");
    flag(spec, "-d", "--debug", "tell of each line that has no match or is not understood");
    value(spec, "-l", "--log", "FILE", "write to a file instead of standard output");
    value(spec, "-n", "--lines", "N", "lines from pen to keep (1000)");
    value(
        spec,
        null,
        "--hold",
        "MS",
        "let a web server's line wait so long for pen's (0: not at all)");
    value(spec, null, "--listen", "ADDR", "hear on this local address only");
    spec.addOption(
        OptionSpec.builder("--allow")
            .description("hear only this sender or network; may be repeated")
            .arity("1")
            .type(String[].class)
            .paramLabel("ADDR[/LEN]")
            .build());
    value(spec, "-p", "--pid-file", "FILE", "write the pid to a file, removed at exit");
    value(spec, "-j", "--chroot", "DIR", "chroot");
    value(spec, "-u", "--user", "USER", "become this user once log and socket are open");
    flag(spec, "-b", "--unbuffered", "write each line on its own, for tests");
    flag(spec, null, "--help", "this text");
    flag(spec, "-V", "--version", "the version");
    spec.addPositional(
        PositionalParamSpec.builder()
            .paramLabel("port")
            .index("0")
            .arity("0..1")
            .type(String.class)
            .description("the UDP port that pen and penlog send to")
            .build());
    return spec;
  }

  private static OptionSpec.Builder option(String name, String longName, String description) {
    var builder = name == null ? OptionSpec.builder(longName) : OptionSpec.builder(name, longName);
    return builder.description(description);
  }

  private static void flag(CommandSpec spec, String name, String longName, String description) {
    spec.addOption(option(name, longName, description).arity("0").type(boolean.class).build());
  }

  private static void value(
      CommandSpec spec, String name, String longName, String label, String description) {
    spec.addOption(
        option(name, longName, description)
            .arity("1")
            .type(String.class)
            .paramLabel(label)
            .build());
  }

  private static PenlogdOptions read(ParseResult given) throws Misuse {
    String port = given.matchedPositionalValue(0, null);
    if (port == null) {
      throw wrong("no port to listen on");
    }
    return new PenlogdOptions(
        given.hasMatchedOption("-f"),
        given.hasMatchedOption("-d"),
        given.hasMatchedOption("-b"),
        path(given, "-j"),
        path(given, "-l"),
        path(given, "-p"),
        filled(given, "-u"),
        number(given, "-n", 1, MAX_LINES, DEFAULT_LINES),
        number(given, "--hold", 0, MAX_HOLD_MILLIS, 0),
        listen(filled(given, "--listen"), number(port, "port", 0, 65_535)),
        allow(given.matchedOptionValue("--allow", new String[0])));
  }

  private static InetSocketAddress listen(String address, int port) throws Misuse {
    if (address == null) {
      return new InetSocketAddress(port);
    }
    boolean brackets = address.startsWith("[") && address.endsWith("]");
    var literal = brackets ? address.substring(1, address.length() - 1) : address;
    try {
      if (Address.parse(literal) != null) {
        return new InetSocketAddress(InetAddress.ofLiteral(literal), port);
      }
    } catch (IllegalArgumentException e) { // a zone that there is not: said below
    }
    throw wrong("option --listen is '" + address + "', expected an IP address of this machine");
  }

  private static List<Network> allow(String[] texts) throws Misuse {
    var networks = new ArrayList<Network>();
    for (var text : texts) {
      var network = Network.parse(text);
      if (network == null) {
        throw wrong("option --allow is '" + text + "', expected ADDRESS or ADDRESS/LENGTH");
      }
      networks.add(network);
    }
    return List.copyOf(networks);
  }

  private static String filled(ParseResult given, String option) throws Misuse {
    String text = given.matchedOptionValue(option, null);
    if (text != null && text.isEmpty()) {
      throw wrong("option " + option + " has an empty value");
    }
    return text;
  }

  private static Path path(ParseResult given, String option) throws Misuse {
    var text = filled(given, option);
    try {
      return text == null ? null : Path.of(text);
    } catch (InvalidPathException e) {
      throw wrong("option " + option + " cannot be the name of a file here: " + e.getReason());
    }
  }

  private static int number(ParseResult given, String option, int least, int most, int absent)
      throws Misuse {
    String text = given.matchedOptionValue(option, null);
    return text == null ? absent : number(text, "option " + option, least, most);
  }

  private static int number(String text, String what, int least, int most) throws Misuse {
    if (text.matches("[0-9]{1,9}")) {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    }
    throw wrong(what + " is '" + text + "', expected a number from " + least + " to " + most);
  }
}
