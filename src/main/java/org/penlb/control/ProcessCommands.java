package org.penlb.control;

import static org.penlb.language.Command.Group.CHOICE;
import static org.penlb.language.Command.Group.CONFIGURATION;
import static org.penlb.language.Command.Group.PROCESS;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.penlb.config.BadSettingException;
import org.penlb.language.Command;
import org.penlb.language.ConfigurationText;
import org.penlb.language.Language;
import org.penlb.language.RunningPen;
import org.penlb.language.Statement;
import org.penlb.language.Words;
import org.penlb.unix.Filesystem;
import org.penlb.unix.WholeFile;

/// The commands about the process and its configuration as a whole.
final class ProcessCommands {
  private ProcessCommands() {}

  static List<Command> all() {
    return List.of(
        new Command(
            CHOICE,
            "mode",
            "",
            "The algorithms in force, on one line",
            (_, _) ->
                Statement.request(
                    (pen, service) -> pen.configuration(service).settings().mode() + "\n")),
        new Command(
            CONFIGURATION,
            "write",
            "[FILE]",
            "Write the configuration to a file, by default that of -F. `pen -F FILE` is then the"
                + " same pen; but pins, clients and what was blacklisted are not in the file",
            ProcessCommands::write),
        new Command(
            CONFIGURATION,
            "control",
            "",
            "Where control connections are accepted",
            (_, _) -> Statement.request((pen, _) -> pen.controlAddress() + "\n")),
        new Command(
            PROCESS,
            "pid",
            "",
            "The process id",
            (_, _) -> Statement.request((_, _) -> ProcessHandle.current().pid() + "\n")),
        new Command(
            PROCESS,
            "exit",
            "",
            "End, as at SIGTERM, if pen was started with -X",
            (_, _) ->
                Statement.request(
                    (pen, _) -> {
                      pen.exit();
                      return "";
                    })),
        new Command(
            PROCESS,
            "help",
            "[COMMAND]",
            "This list, or how one command is written",
            (words, _) -> help(words)));
  }

  private static Statement write(Words words, boolean no) throws BadSettingException {
    var file = words.hasNext() ? words.file() : null;
    return Statement.request((pen, _) -> write(pen, file)).namingFile();
  }

  private static String write(RunningPen pen, Path named) throws BadSettingException, IOException {
    var file = named == null ? pen.configurationFile() : named;
    if (file == null) {
      throw new BadSettingException("write: pen was started without -F, expected `write FILE`");
    }
    WholeFile.durable(Filesystem.visible(file), "configuration")
        .write(ConfigurationText.of(pen.configuration()));
    return "";
  }

  private static Statement help(Words words) throws BadSettingException {
    var language = Commands.language();
    if (!words.hasNext()) {
      return Statement.request((_, _) -> Replies.help(language.commands()));
    }
    boolean no = words.take("no");
    var name = words.word("a command");
    var command = language.command(name);
    if (command == null) {
      throw new BadSettingException(
          "help: unknown command '" + Language.echo(name) + "'; `help` lists all");
    }
    if (no && !command.hasNo()) {
      throw new BadSettingException("help: there is no `no " + name + "`; try `help " + name + "`");
    }
    return Statement.request((_, _) -> Replies.help(command));
  }
}
