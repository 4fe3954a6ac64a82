package org.penlb.stats;

import java.util.ArrayDeque;
import java.util.Deque;

/// Writes markup that is HTML5 and well-formed XML at once, whatever strings it is given.
///
/// Every string passes through here and is escaped; there is no way to add raw text. The result is
/// ASCII, with numeric references for all else, so that no charset header can spoil the page.
///
/// Owned by: whoever renders; not shared.
final class Markup {
  private static final int REPLACEMENT = 0xFFFD;

  private final StringBuilder out = new StringBuilder(16_384);
  private final Deque<String> open = new ArrayDeque<>();

  Markup() {
    out.append("<!DOCTYPE html>\n");
  }

  /// Begins an element; `attributes` are names and values in turn.
  Markup open(String element, String... attributes) {
    tag(element, attributes);
    out.append('>');
    open.push(element);
    return this;
  }

  Markup close() {
    out.append("</").append(open.pop()).append(">\n");
    return this;
  }

  /// An element with nothing but text.
  Markup element(String element, String text, String... attributes) {
    return open(element, attributes).text(text).close();
  }

  /// An element that never has content, such as `meta` and `rect`.
  Markup empty(String element, String... attributes) {
    tag(element, attributes);
    out.append(" />\n");
    return this;
  }

  Markup text(String text) {
    escape(text, false);
    return this;
  }

  /// The finished document; every element must have been closed.
  String finish() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return out.toString();
  }

  private void tag(String element, String... attributes) {
    out.append('<').append(element);
    for (var i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1], true);
      out.append('"');
    }
  }

  private void escape(String text, boolean attribute) {
    text.codePoints().map(c -> visible(c) ? c : REPLACEMENT).forEach(c -> append(c, attribute));
  }

  private void append(int c, boolean attribute) {
    // Quotes stay as they are in text: the content of `style` is not unescaped by browsers.
    var special = c == '&' || c == '<' || c == '>' || (attribute && (c == '"' || c == '\''));
    if (special || c > '~') {
      out.append("&#").append(c).append(';');
    } else {
      out.append((char) c);
    }
  }

  /// Not: what XML forbids, and what would alter how the text beside it reads, such as an override
  /// of the writing direction.
  private static boolean visible(int c) {
    if (c == '\n') {
      return true;
    }
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> (c & 0xFFFE) != 0xFFFE && (c < 0xFDD0 || c > 0xFDEF);
    };
  }
}
