package org.penlb.language;

import java.io.IOException;
import org.penlb.config.BadSettingException;

/// What one line asks for, parsed and checked as far as it can be without the rest.
///
/// Owned by: immutable.
///
/// @param command which one it is
/// @param service the one that is addressed; null: the first, or that of the section
/// @param edit null if nothing is set
/// @param request null if nothing is asked for or done; runs after the edit has taken effect
/// @param namesFile a file would be read or written, or a log sent elsewhere
/// @param number of the slot or list that is changed; -1 where there is but one
public record Statement(
    Command command, String service, Edit edit, Request request, boolean namesFile, int number) {

  /// Changes a draft. Fails without consequences: a draft that one has failed on is not used.
  @FunctionalInterface
  public interface Edit {
    /// Makes the change.
    ///
    /// @param service the name of the one it is about; null: the first
    void apply(Draft draft, String service) throws BadSettingException;
  }

  /// Changes one service of a draft.
  @FunctionalInterface
  interface ServiceEdit {
    void apply(ServiceDraft service) throws BadSettingException;
  }

  /// Asks, or does something that is no part of the configuration.
  @FunctionalInterface
  public interface Request {
    /// Gives the answer: lines, each ended by a line feed.
    ///
    /// @param service the name of the one it is about
    String reply(RunningPen pen, String service) throws BadSettingException, IOException;
  }

  static Statement edit(Edit edit) {
    return of(edit, null);
  }

  static Statement ofService(ServiceEdit edit) {
    return ofService(edit, null);
  }

  public static Statement request(Request request) {
    return of(null, request);
  }

  /// Sets, and then answers with what is set.
  static Statement of(Edit edit, Request answer) {
    return new Statement(null, null, edit, answer, false, -1);
  }

  static Statement ofService(ServiceEdit edit, Request answer) {
    return of((draft, name) -> edit.apply(draft.service(name)), answer);
  }

  public Statement namingFile() {
    return new Statement(command, service, edit, request, true, number);
  }

  Statement numbered(int newNumber) {
    return new Statement(command, service, edit, request, namesFile, newNumber);
  }

  /// What is set, such as `listen` or `server 3`.
  String subject() {
    return number < 0 ? command.name() : command.name() + " " + number;
  }

  Statement by(Command newCommand) {
    return new Statement(newCommand, service, edit, request, namesFile, number);
  }

  Statement to(String newService) {
    return new Statement(command, newService, edit, request, namesFile, number);
  }
}
