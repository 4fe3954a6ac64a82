package org.penlb;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

/// The lists in the completion for bash.
///
/// @param text of the whole file
public record Completion(String text) {
  private static final Pattern BLANKS = Pattern.compile("\\s+");

  public static Completion read() throws IOException {
    return new Completion(Files.readString(Sources.root().resolve("bin/pen.bash-completion")));
  }

  /// The words of `variable='word word'`.
  public List<String> words(String variable) {
    var list = Pattern.compile("^" + variable + "='([^']*)'$", Pattern.MULTILINE).matcher(text);
    if (!list.find()) {
      throw new IllegalArgumentException("there is no list " + variable);
    }
    return List.of(BLANKS.split(list.group(1).strip()));
  }
}
