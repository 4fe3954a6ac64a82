package org.penlb.language;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.penlb.config.BadSettingException;
import org.penlb.config.Configuration;
import org.penlb.unix.Filesystem;

/// Reads commands, from files or one by one, into a draft.
///
/// Owned by: the thread that reads. One reader reads one draft.
///
/// Everything is read even when something is wrong, so that one look finds all errors; but then the
/// draft is not to be used. A file is UTF-8, with or without a byte order mark at its beginning;
/// its lines end as on Unix or on Windows.
public final class ConfigurationReader {
  /// Of all files together: room for the longest access lists there may be.
  private static final int BYTES_MAX = 64 << 20;

  /// Longer than any line of a control connection, with what [Words#quote] may add to it.
  private static final int LINE_MAX = 16 * 1024;

  private static final int ERRORS_MAX = 20;
  private static final int DEPTH_MAX = 8;
  private static final String BYTE_ORDER_MARK = "\ufeff";

  private final Language language;
  private final UnaryOperator<Path> visible;
  private final Draft draft;
  private final List<String> errors = new ArrayList<>();
  private final List<Pending> pending = new ArrayList<>();
  private int bytesLeft = BYTES_MAX;

  /// Where what was last set, see [BadSettingException#about].
  private final Map<String, String> places = new HashMap<>();

  /// The service that lines belong to; null: the first.
  private String section;

  /// Those that are being read, each included by the one before.
  private final List<Path> open = new ArrayList<>();

  /// What is to be asked or done once the draft is in force.
  ///
  /// @param service null: the first
  public record Pending(String service, String line, Statement.Request request) {}

  /// @param visible the name by which a file can be reached at the time, which a chroot changes
  public ConfigurationReader(Language language, Draft draft, UnaryOperator<Path> visible) {
    this.language = language;
    this.draft = draft;
    this.visible = visible;
  }

  // ---- files ----------------------------------------------------------------------------------

  /// Reads a file, and those that it includes.
  ///
  /// @param service the one that it is about until it begins a section; null: the first
  public void file(Path file, String service) {
    try {
      include(file, service);
    } catch (BadSettingException e) {
      error(e.getMessage());
    }
  }

  /// The file's sections end with it.
  private void include(Path file, String service) throws BadSettingException {
    var name = file.toAbsolutePath().normalize();
    if (open.contains(name)) {
      throw new BadSettingException("include: " + file + " would include itself");
    }
    if (open.size() == DEPTH_MAX) {
      throw new BadSettingException("include: files are nested deeper than " + DEPTH_MAX);
    }
    var text = text(file, bytes(file));
    var outer = section;
    section = service;
    open.add(name);
    int number = 0;
    for (var line : (Iterable<String>) text.lines()::iterator) {
      line(line, file + ", line " + ++number);
    }
    open.removeLast();
    section = outer;
  }

  private byte[] bytes(Path file) throws BadSettingException {
    var path = visible.apply(file);
    // A pipe would be waited for.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new BadSettingException("cannot read " + file + ": not a regular file");
    }
    try (var in = Files.newInputStream(path)) {
      var bytes = in.readNBytes(bytesLeft + 1);
      if (bytes.length > bytesLeft) {
        throw new BadSettingException(
            "cannot read " + file + ": too long, expected at most " + BYTES_MAX + " bytes in all");
      }
      bytesLeft -= bytes.length;
      return bytes;
    } catch (NoSuchFileException e) {
      throw new BadSettingException("cannot read " + file + ": no such file");
    } catch (IOException e) {
      throw new BadSettingException("cannot read " + file + ": " + Filesystem.reason(e));
    }
  }

  private static String text(Path file, byte[] bytes) throws BadSettingException {
    var in = ByteBuffer.wrap(bytes);
    var out = CharBuffer.allocate(bytes.length);
    if (UTF_8.newDecoder().decode(in, out, true).isError()) {
      int line = 1;
      for (int i = 0; i < in.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw new BadSettingException("%s, line %d: not text, expected UTF-8".formatted(file, line));
    }
    var text = out.flip().toString();
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
  }

  // ---- lines ----------------------------------------------------------------------------------

  /// Reads one line.
  ///
  /// @param where it stands, for messages
  public void line(String line, String where) {
    try {
      if (line.length() > LINE_MAX) {
        throw new BadSettingException("too long, expected at most " + LINE_MAX + " characters");
      }
      var statement = language.parse(line);
      if (statement != null) {
        read(statement, line.strip(), where);
      }
    } catch (BadSettingException e) {
      error(where + ": " + e.getMessage());
    }
  }

  private void read(Statement statement, String line, String where) throws BadSettingException {
    if (statement.request() instanceof Language.Section begun) {
      section = draft.open(begun.name(), begun.udp()).name;
      places.putIfAbsent(section + "/", where);
      return;
    }
    var service = statement.service() == null ? section : statement.service();
    if (service != null) {
      draft.service(service); // an error if there is none
    }
    if (statement.request() instanceof Language.Inclusion included) {
      include(included.file(), service);
    } else if (statement.edit() != null) {
      statement.edit().apply(draft, service);
      note(statement, service, where);
    } else {
      pending.add(new Pending(service, line, statement.request()));
    }
  }

  private void note(Statement statement, String service, String where) throws BadSettingException {
    if (draft.isEmpty()) {
      return; // it was about the process, or made all services go
    }
    var about = draft.service(service).name + "/";
    places.putIfAbsent(about, where);
    places.put(about + statement.subject(), where);
    places.put("/" + statement.subject(), where);
  }

  private void error(String message) {
    if (errors.size() < ERRORS_MAX) {
      errors.add(message);
    } else if (errors.size() == ERRORS_MAX) {
      errors.add("and more");
    }
  }

  // ---- outcome --------------------------------------------------------------------------------

  /// What has been read, with what was in the draft before.
  ///
  /// @throws BadSettingException with all that was wrong, a line each
  public Configuration configuration() throws BadSettingException {
    if (!errors.isEmpty()) {
      throw new BadSettingException(String.join("\n", errors));
    }
    try {
      return draft.build();
    } catch (BadSettingException e) {
      throw new BadSettingException(placed(e.about(), e.getMessage()));
    }
  }

  /// A message with the line that it is about, if that has been read here.
  ///
  /// @param about see [BadSettingException#about]
  public String placed(String about, String message) {
    var where = about == null ? null : places.get(about);
    return where == null ? message : where + ": " + message;
  }

  /// What was asked beside what was set, in order.
  public List<Pending> pending() {
    return List.copyOf(pending);
  }
}
