package org.penlb.language;

import org.penlb.config.BadSettingException;

/// One command: how it is written, what it does, and how its line is read. Help, the check of the
/// manual page and the parsing all come from here.
///
/// Owned by: immutable.
///
/// @param name its first word
/// @param forms what follows the name, as in the manual page: `[T]`; several forms are separated by
///   ` | `, and only that of `no` is the whole line: `no NAME`
/// @param help a sentence, or several, without the last full stop
public record Command(Group group, String name, String forms, String help, Parser parser) {

  /// Headings of `help`, in its order.
  public enum Group {
    SERVERS("servers"),
    CHOICE("choice of servers"),
    CLIENTS("clients"),
    CONNECTIONS("connections"),
    ACCESS("access lists"),
    REPORTS("reports and logs"),
    CONFIGURATION("configuration"),
    PROCESS("process"),
    INERT("accepted, without effect");

    private final String title;

    Group(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }
  }

  /// Reads the words after the name.
  @FunctionalInterface
  public interface Parser {
    /// Takes all that belongs to the command, and no more.
    ///
    /// @param no whether `no` stood before the name
    Statement parse(Words words, boolean no) throws BadSettingException;
  }

  /// Whether there is a form that begins with `no`.
  public boolean hasNo() {
    return forms.contains("no " + name);
  }

  /// Its forms, one to a line.
  public String synopsis() {
    var lines = new StringBuilder();
    for (var form : forms.split(" \\| ", -1)) {
      lines.append(form.startsWith("no ") ? form : (name + " " + form).strip()).append('\n');
    }
    return lines.toString();
  }
}
