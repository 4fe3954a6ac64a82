package org.penlb.language;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.penlb.config.BadSettingException;
import org.penlb.language.Command.Group;

/// All commands, and the reading of a line.
///
/// Owned by: immutable.
public final class Language {
  private static final int LONGEST_ECHO = 60;

  private final Map<String, Command> commands = new LinkedHashMap<>();

  /// The beginning of the part of a file that is about one service.
  ///
  /// @param udp it has to be a service of UDP
  record Section(String name, boolean udp) implements Statement.Request {
    @Override
    public String reply(RunningPen pen, String service) throws BadSettingException {
      throw new BadSettingException(
          "service " + name + ": expected a command for it; sections are for files");
    }
  }

  /// A file in the place of a line.
  record Inclusion(Path file) implements Statement.Request {
    @Override
    public String reply(RunningPen pen, String service)
        throws BadSettingException, java.io.IOException {
      return pen.include(file, service);
    }
  }

  /// @param others all but `service` and `include`, which are about other commands
  public Language(Collection<Command> others) {
    others.forEach(this::add);
    add(
        new Command(
            Group.CONFIGURATION,
            "service",
            "NAME COMMAND | NAME [udp] | no service NAME|all",
            "Carry out COMMAND for one service, or remove it. Plain commands are for the first one."
                + " In a file, NAME alone begins a section: the lines after it are for that"
                + " service, which is made if there is none of that name; one that carries UDP with"
                + " the word udp",
            this::service));
    add(
        new Command(
            Group.CONFIGURATION,
            "include",
            "FILE",
            "Carry out the commands of a file: all, or none if one is wrong. Questions, and actions"
                + " such as pin, come last, when the settings are in force. In a section, the file"
                + " is about its service until it begins a section of its own",
            (words, _) -> Statement.request(new Inclusion(words.file())).namingFile()));
  }

  private void add(Command command) {
    if (commands.put(command.name(), command) != null) {
      throw new IllegalArgumentException("two commands " + command.name());
    }
  }

  /// In the order in which they are explained.
  public Collection<Command> commands() {
    return commands.values();
  }

  /// The command of that name, or null.
  public Command command(String name) {
    return commands.get(name);
  }

  /// Reads one line; an empty one and a comment give null.
  ///
  /// @throws BadSettingException that says what is wrong and what was expected
  public Statement parse(String line) throws BadSettingException {
    if (line.isBlank() || line.stripLeading().startsWith("#")) {
      return null;
    }
    return statement(Words.of(line));
  }

  private Statement statement(Words words) throws BadSettingException {
    boolean no = words.about("no").take("no");
    var name = words.word("a command");
    var command = commands.get(name);
    if (command == null) {
      throw new BadSettingException(
          "unknown command '" + echo(no ? "no " + name : name) + "'; `help` lists all commands");
    }
    if (no && !command.hasNo()) {
      throw new BadSettingException("there is no `no " + name + "`, expected: " + oneLine(command));
    }
    words.about(no ? "no " + name : name);
    var statement = command.parser().parse(words, no);
    words.end();
    return statement.by(command);
  }

  /// What follows the word `service`.
  private Statement service(Words words, boolean no) throws BadSettingException {
    var name = words.word(no ? "a service's name, or all" : "a service's name");
    if (no) {
      return Statement.edit((draft, _) -> draft.remove(name));
    }
    if (!words.hasNext()) {
      return Statement.request(new Section(name, false));
    }
    if (words.take("udp")) {
      return Statement.request(new Section(name, true));
    }
    var statement = statement(words);
    if (statement.command().name().equals("service")) {
      throw new BadSettingException("service " + echo(name) + ": another `service` is too much");
    }
    return statement.to(name);
  }

  public static BadSettingException unknownService(String name, List<String> known) {
    return new BadSettingException(
        "service '%s' is unknown, expected %s"
            .formatted(
                echo(name),
                known.isEmpty() ? "a section for it" : "one of: " + String.join(", ", known)));
  }

  static String oneLine(Command command) {
    return command.synopsis().strip().replace("\n", ", or ");
  }

  /// Of something unknown, enough to recognise it.
  public static String echo(String text) {
    return text.length() <= LONGEST_ECHO ? text : text.substring(0, LONGEST_ECHO) + "...";
  }
}
