package org.penlb.control;

import java.io.IOException;
import java.util.ArrayList;
import org.penlb.config.BadSettingException;
import org.penlb.language.ConfigurationText;
import org.penlb.language.Language;
import org.penlb.language.RunningPen;
import org.penlb.language.Statement;

/// Carries out the lines that control connections send.
///
/// Owned by: immutable.
public final class Commands implements Interpreter {
  /// How each line of the reply to a command that was refused begins.
  public static final String ERROR = "error: ";

  private final Language language;
  private final RunningPen pen;
  private final boolean filesOverTcp;

  /// @param filesOverTcp whether commands that name files are taken from TCP too
  public Commands(Language language, RunningPen pen, boolean filesOverTcp) {
    this.language = language;
    this.pen = pen;
    this.filesOverTcp = filesOverTcp;
  }

  /// All commands there are.
  public static Language language() {
    var commands = new ArrayList<>(Questions.all());
    commands.addAll(ClientCommands.all());
    commands.addAll(ConfigurationText.commands());
    commands.addAll(ProcessCommands.all());
    commands.addAll(InertCommands.all());
    return new Language(commands);
  }

  @Override
  public String reply(String line, Origin origin) {
    try {
      var statement = language.parse(line);
      if (statement == null) {
        throw new BadSettingException("expected a command; `help` lists all");
      }
      if (statement.namesFile() && origin == Origin.TCP && !filesOverTcp) {
        throw new BadSettingException(
            statement.command().name()
                + ": refused over TCP, as it is about files; expected a control connection on a"
                + " Unix socket, or a pen that was started with --control-files");
      }
      return perform(statement);
    } catch (BadSettingException | IOException e) {
      var message = e.getMessage() == null ? e.toString() : e.getMessage();
      return ERROR + message.replace("\n", "\n" + ERROR) + "\n";
    }
  }

  private String perform(Statement statement) throws BadSettingException, IOException {
    var service = statement.service() == null ? pen.serviceNames().getFirst() : statement.service();
    pen.configuration(service); // an error if there is none
    if (statement.edit() != null) {
      pen.change(service, statement.edit());
    }
    return statement.request() == null ? "" : statement.request().reply(pen, service);
  }
}
