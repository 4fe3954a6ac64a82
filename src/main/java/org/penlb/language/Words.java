package org.penlb.language;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.penlb.config.BadSettingException;
import org.penlb.config.Endpoint;
import org.penlb.config.Numbers;

/// The words of one line, taken from left to right. Whoever takes them ends with [#end], so that
/// nothing that was written is ignored.
///
/// Owned by: the thread that reads the line.
///
/// Words are separated by blanks. A word with blanks in it stands in double quotes; there `\"` and
/// `\\` are a quote and a backslash.
public final class Words {
  /// What administrators give names to.
  static final String NAME = "[A-Za-z0-9_.-]{1,64}";

  static final String NAME_FORM = "at most 64 letters, digits, '_', '.', '-'";

  private static final Pattern TO_QUOTE = Pattern.compile("[\\s\"\\\\]|^#|^$");

  private final List<String> words;
  private int next;
  private String command = "";

  private Words(List<String> words) {
    this.words = words;
  }

  /// Splits a line.
  ///
  /// @throws BadSettingException if a quote is not closed, or there is a control character
  public static Words of(String line) throws BadSettingException {
    var words = new ArrayList<String>();
    int at = 0;
    while (at < line.length()) {
      char c = line.charAt(at);
      if (c == ' ' || c == '\t') {
        at++;
      } else {
        var word = new StringBuilder();
        at = c == '"' ? quoted(line, at + 1, word) : plain(line, at, word);
        words.add(word.toString());
      }
    }
    return new Words(words);
  }

  private static int plain(String line, int from, StringBuilder word) throws BadSettingException {
    int at = from;
    for (; at < line.length() && line.charAt(at) != ' ' && line.charAt(at) != '\t'; at++) {
      word.append(printable(line.charAt(at)));
    }
    return at;
  }

  private static int quoted(String line, int from, StringBuilder word) throws BadSettingException {
    for (int at = from; at < line.length(); at++) {
      char c = line.charAt(at);
      if (c == '"') {
        return at + 1;
      }
      if (c == '\\' && at + 1 < line.length()) {
        c = line.charAt(++at);
      }
      word.append(printable(c));
    }
    throw new BadSettingException("a quote is not closed, expected \" at the end of the word");
  }

  private static char printable(char c) throws BadSettingException {
    if (Character.isISOControl(c)) {
      throw new BadSettingException(
          "control character %d is not allowed, expected printable text".formatted((int) c));
    }
    return c;
  }

  /// As a word is written so that it is read again as it is.
  public static String quote(String word) {
    return TO_QUOTE.matcher(word).find()
        ? '"' + word.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
        : word;
  }

  /// What messages call the line's command.
  Words about(String name) {
    command = name;
    return this;
  }

  public boolean hasNext() {
    return next < words.size();
  }

  /// The next word without taking it; null at the end.
  public String peek() {
    return hasNext() ? words.get(next) : null;
  }

  /// Whether the next word is this one, which is then taken.
  public boolean take(String word) {
    if (word.equals(peek())) {
      next++;
      return true;
    }
    return false;
  }

  /// Takes the next word.
  ///
  /// @param expected for the message when there is none
  public String word(String expected) throws BadSettingException {
    if (!hasNext()) {
      throw new BadSettingException(command + ": expected " + expected);
    }
    return words.get(next++);
  }

  /// A number from `least` to `most`.
  ///
  /// @param what the command expects it as
  public int number(String what, int least, int most) throws BadSettingException {
    return numberCalled(command + ": " + what, least, most);
  }

  /// The number that is all there is to the command.
  public int number(int least, int most) throws BadSettingException {
    return numberCalled(command, least, most);
  }

  private int numberCalled(String name, int least, int most) throws BadSettingException {
    if (!hasNext()) {
      throw new BadSettingException(
          "%s is missing, expected a number from %d to %d".formatted(name, least, most));
    }
    return Numbers.parse(word(""), least, most, name);
  }

  /// The number of a connection: they are counted from 1 and never used again.
  public long connection() throws BadSettingException {
    var text = word("the number of a connection");
    if (!text.matches("[0-9]{1,18}")) {
      throw new BadSettingException(
          command + " is '" + Language.echo(text) + "', expected the number of a connection");
    }
    return Long.parseLong(text);
  }

  /// A slot of the table of servers; whether there is one is another question.
  public int slot() throws BadSettingException {
    return number("slot", 0, ServiceDraft.SLOTS_MAX - 1);
  }

  /// A name that the administrator gives.
  String name(String what) throws BadSettingException {
    var name = word(what + ", " + NAME_FORM);
    if (!name.matches(NAME)) {
      throw new BadSettingException(
          command + " is '" + Language.echo(name) + "', expected " + NAME_FORM);
    }
    return name;
  }

  public Duration seconds(int least) throws BadSettingException {
    return Numbers.seconds(word("a number of seconds"), least, command);
  }

  /// @param what the command expects it as
  Duration seconds(String what, int least) throws BadSettingException {
    var name = command + ": " + what;
    return Numbers.seconds(word(what + ", a number of seconds"), least, name);
  }

  public Path file() throws BadSettingException {
    var name = word("a file");
    if (name.isEmpty()) {
      throw new BadSettingException(command + ": the file's name is empty");
    }
    return Endpoint.path(name, command);
  }

  /// All words that are left.
  public List<String> rest() {
    var rest = List.copyOf(words.subList(next, words.size()));
    next = words.size();
    return rest;
  }

  /// Nothing more is expected.
  ///
  /// @throws BadSettingException if there are words left
  public void end() throws BadSettingException {
    if (hasNext()) {
      throw new BadSettingException(
          command + ": '" + words.get(next) + "' is too much, expected the end of the line");
    }
  }
}
