package org.penlb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A manual page of this program, as tests read it.
///
/// @param lines without comments, escapes and changes of font; a request stays where it is no font
public record ManPage(List<String> lines) {

  /// Reads the page of the source tree.
  ///
  /// @param name such as `pen.1`
  public static ManPage read(String name) throws IOException {
    return new ManPage(
        Files.readAllLines(file(name)).stream()
            .filter(line -> !line.startsWith(".\\\""))
            .map(ManPage::plain)
            .toList());
  }

  public static Path file(String name) {
    return Sources.root().resolve("man").resolve(name);
  }

  private static String plain(String line) {
    var text =
        line.replaceAll("\\\\f(\\[\\w*]|\\(..|.)", "")
            .replace("\\-", "-")
            .replace("\\&", "")
            .replace("\\(aq", "'")
            .replace("\\(ti", "~")
            .replace("\\e", "\\");
    if (text.matches("\\.(B|I|BR|BI|IR|IB|RB|RI|SM|SB) .*")) {
      boolean alternates = text.charAt(2) != ' ';
      text = text.substring(text.indexOf(' ') + 1);
      // `.BR -b ", " --blacklist`: words in turn, without the blanks between them.
      text = alternates ? text.replaceAll("\" | \"|\"", "") : text.replace("\"", "");
    }
    return text;
  }

  public String text() {
    return String.join("\n", lines);
  }

  /// The lines below a heading, up to the next of its kind; with `.SH` before it, `.SS` otherwise.
  public ManPage section(String heading) {
    int start = lines.indexOf(heading);
    if (start < 0) {
      throw new IllegalArgumentException("there is no " + heading);
    }
    int end = start + 1;
    while (end < lines.size()
        && !lines.get(end).startsWith(".SH ")
        && !(heading.startsWith(".SS ") && lines.get(end).startsWith(".SS "))) {
      end++;
    }
    return new ManPage(lines.subList(start + 1, end));
  }

  /// What the page explains: the lines behind `.TP` and `.TQ`.
  public List<String> tags() {
    var tags = new ArrayList<String>();
    for (int i = 1; i < lines.size(); i++) {
      if (lines.get(i - 1).equals(".TP") || lines.get(i - 1).equals(".TQ")) {
        tags.add(lines.get(i));
      }
    }
    return tags;
  }

  /// The examples, each with the blanks at its left removed.
  public List<String> examples() {
    var examples = new ArrayList<String>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).equals(".EX")) {
        int end = lines.subList(i, lines.size()).indexOf(".EE") + i;
        examples.add(String.join("\n", lines.subList(i + 1, end)).stripIndent());
        i = end;
      }
    }
    return examples;
  }
}
