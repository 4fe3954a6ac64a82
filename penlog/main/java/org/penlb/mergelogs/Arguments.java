package org.penlb.mergelogs;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// What the command line asks for.
///
/// Owned by: immutable.
///
/// @param penLog file, or `-`
/// @param wholePenLog whether a client may be found at any distance in time
/// @param debug how often `-d` was given
/// @param jitterSeconds how far pen's time may be from the web server's
/// @param offsetSeconds of pen's clock from UTC; null if not given
/// @param rejects file; null if not given
record Arguments(
    String penLog,
    boolean wholePenLog,
    int debug,
    long jitterSeconds,
    Long offsetSeconds,
    String rejects,
    List<ServerLog> logs) {

  /// A web server, and its log: a file, or `-`.
  record ServerLog(String server, String file) {}

  /// To print, and to end with.
  static final class UsageException extends Exception {
    private static final long serialVersionUID = 1;
    private final int status;

    UsageException(int status, String message) {
      super(message);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  /// More than the distance of any two times; twice that is still a number.
  static final long UNLIMITED = Long.MAX_VALUE / 4;

  private static final long MOST_SECONDS = 1_000_000_000;
  private static final long JITTER_SECONDS = 600;
  private static final int HELP_COLUMNS = 80;

  private static final String SYNOPSIS =
      "mergelogs -p PENLOG [-c] [-d] [-j SEC] [-t SEC] [--rejects FILE] SERVER:LOGFILE ...";

  /// @param version what `--version` prints
  static Arguments parse(String version, String... args) throws UsageException {
    var picocli = new CommandLine(spec());
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
        throw new UsageException(0, "mergelogs " + version);
      }
      return arguments(given);
    } catch (ParameterException e) {
      throw misuse(e.getMessage());
    }
  }

  /// @param why not printed as it is: what was given must not steer the terminal
  static UsageException misuse(String why) {
    var text = "mergelogs: " + why.replaceAll("\\p{Cntrl}", "?");
    return new UsageException(2, text + "\nusage: " + SYNOPSIS + "\ntry: mergelogs --help");
  }

  static CommandSpec spec() {
    return CommandSpec.create()
        .name("mergelogs")
        .addOption(
            text("PENLOG", "pen's request log (pen -l), - for standard input", "-p", "--penlog"))
        .addOption(
            flag(
                "clients may be found at any distance in time: reads all of pen's log first",
                "-c",
                "--no-cache"))
        .addOption(
            OptionSpec.builder("-d", "--debug")
                .type(boolean[].class)
                .arity("0")
                .description("say on stderr what was found; twice: and each line without a client")
                .build())
        .addOption(
            text(
                "SEC",
                "how far the two times may differ; how far lines may be out of"
                    + " order (default: "
                    + JITTER_SECONDS
                    + ")",
                "-j",
                "--jitter"))
        .addOption(
            text(
                "SEC",
                "how far pen's clock is before UTC, or the standard time of its zone,"
                    + " if that is the zone here too",
                "-t",
                "--offset"))
        .addOption(text("FILE", "write the lines there that cannot be read", "--rejects"))
        .addOption(flag("print this", "--help"))
        .addOption(flag("print the version", "-V", "--version"))
        .addPositional(
            PositionalParamSpec.builder()
                .paramLabel("SERVER:LOGFILE")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("0..*")
                .description(
                    "a web server and its log, plain or gzip, - for standard input; an"
                        + " IPv6 address in brackets")
                .build());
  }

  private static OptionSpec text(String label, String description, String... names) {
    return OptionSpec.builder(names[0], java.util.Arrays.copyOfRange(names, 1, names.length))
        .type(String.class)
        .arity("1")
        .paramLabel(label)
        .description(description)
        .build();
  }

  private static OptionSpec flag(String description, String... names) {
    return OptionSpec.builder(names[0], java.util.Arrays.copyOfRange(names, 1, names.length))
        .type(boolean.class)
        .arity("0")
        .description(description)
        .build();
  }

  private static String help(CommandLine picocli) {
    picocli.getCommandSpec().usageMessage().width(HELP_COLUMNS).sortOptions(false);
    var help = picocli.getHelp();
    return "usage: "
        + SYNOPSIS
        + "\n\nMakes one log of those of several web servers behind pen, with the clients that pen"
        + " has\nseen in place of pen.\n\n"
        + help.parameterList()
        + help.optionList(help.createDefaultLayout(), null, help.createDefaultParamLabelRenderer())
        + "\nmergelogs -p pen.log 10.0.0.1:web1.log 10.0.0.2:web2.log.gz >access_log";
  }

  private static Arguments arguments(ParseResult given) throws UsageException {
    String penLog = given.matchedOptionValue("-p", null);
    if (penLog == null) {
      throw misuse("-p PENLOG is missing");
    }
    List<String> operands = given.matchedPositionalValue(0, List.of());
    if (operands.isEmpty()) {
      throw misuse("SERVER:LOGFILE is missing");
    }
    var logs = new ArrayList<ServerLog>();
    for (var operand : operands) {
      logs.add(serverLog(operand));
    }
    boolean[] debug = given.matchedOptionValue("-d", new boolean[0]);
    String offset = given.matchedOptionValue("-t", null);
    var arguments =
        new Arguments(
            penLog,
            given.hasMatchedOption("-c"),
            debug.length,
            seconds("-j", given.matchedOptionValue("-j", JITTER_SECONDS + ""), 0),
            offset == null ? null : seconds("-t", offset, -MOST_SECONDS),
            given.matchedOptionValue("--rejects", null),
            List.copyOf(logs));
    arguments.refuseTwoReadersOfStandardInput();
    return arguments;
  }

  private void refuseTwoReadersOfStandardInput() throws UsageException {
    long readers = logs.stream().filter(log -> log.file.equals(LogInput.STANDARD_INPUT)).count();
    if (readers + (penLog.equals(LogInput.STANDARD_INPUT) ? 1 : 0) > 1) {
      throw misuse("only one log can be read from standard input");
    }
  }

  private static long seconds(String option, String text, long least) throws UsageException {
    if (text.matches("[+-]?[0-9]{1,10}")) {
      long seconds = Long.parseLong(text);
      if (seconds >= least && seconds <= MOST_SECONDS) {
        return seconds;
      }
    }
    throw misuse(option + " " + text + ": expected seconds, " + least + " to " + MOST_SECONDS);
  }

  private static ServerLog serverLog(String operand) throws UsageException {
    boolean brackets = operand.startsWith("[");
    int end = brackets ? operand.indexOf("]:") : operand.indexOf(':');
    int file = brackets ? end + 2 : end + 1;
    if (end <= (brackets ? 1 : 0) || file == operand.length()) {
      throw misuse(operand + ": expected SERVER:LOGFILE, or [IPv6]:LOGFILE");
    }
    return new ServerLog(operand.substring(brackets ? 1 : 0, end), operand.substring(file));
  }

  List<String> servers() {
    return logs.stream().map(ServerLog::server).toList();
  }

  /// How far pen's time of a client may be from the web server's.
  long reachSeconds() {
    return wholePenLog ? UNLIMITED : jitterSeconds;
  }

  /// All files that are read.
  List<String> inputs() {
    var files = new ArrayList<String>();
    files.add(penLog);
    logs.forEach(log -> files.add(log.file));
    files.removeIf(LogInput.STANDARD_INPUT::equals);
    return files.stream().filter(Objects::nonNull).toList();
  }
}
