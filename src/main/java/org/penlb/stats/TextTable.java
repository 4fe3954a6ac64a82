package org.penlb.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Columns of text, each as wide as its widest cell while the line has room for that.
///
/// When it has not, the column that yields is cut first, then the widest columns of text; what was
/// cut ends in `~`. Numbers never are.
///
/// Whatever is not printable ASCII becomes a `?`: nothing from outside can forge a line of a log or
/// steer a terminal.
///
/// Owned by: whoever renders; not shared.
final class TextTable {
  private static final String GAP = "  ";

  /// What a column of text keeps at least.
  private static final int TEXT_MIN = 8;

  private record Column(String head, boolean number) {}

  private final String yields;
  private final List<Column> columns = new ArrayList<>();
  private final List<String[]> rows = new ArrayList<>();

  /// @param yields the heading of the column that is cut first
  TextTable(String yields) {
    this.yields = yields;
  }

  TextTable text(String... heads) {
    for (var head : heads) {
      columns.add(new Column(head, false));
    }
    return this;
  }

  /// Aligned right.
  TextTable numbers(String... heads) {
    for (var head : heads) {
      columns.add(new Column(head, true));
    }
    return this;
  }

  void row(String... cells) {
    rows.add(Stream.of(cells).map(TextTable::printable).toArray(String[]::new));
  }

  /// Headings and rows, each line begun by `indent`, ended by a newline and at most `max` wide.
  void print(String indent, int max, StringBuilder out) {
    var widths = new int[columns.size()];
    var heads = columns.stream().map(Column::head).toArray(String[]::new);
    widen(widths, heads);
    rows.forEach(row -> widen(widths, row));
    narrow(widths, max - indent.length() - GAP.length() * (widths.length - 1));
    line(indent, heads, widths, out);
    rows.forEach(row -> line(indent, row, widths, out));
  }

  private static void widen(int[] widths, String[] cells) {
    for (var i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], cells[i].length());
    }
  }

  private void narrow(int[] widths, int room) {
    for (var excess = IntStream.of(widths).sum() - room; excess > 0; excess--) {
      var widest = -1;
      for (var i = 0; i < widths.length; i++) {
        var text = !columns.get(i).number() && widths[i] > TEXT_MIN;
        if (text && columns.get(i).head().equals(yields)) {
          widest = i;
          break;
        }
        widest = text && (widest < 0 || widths[i] > widths[widest]) ? i : widest;
      }
      if (widest < 0) {
        return;
      }
      widths[widest]--;
    }
  }

  private void line(String indent, String[] cells, int[] widths, StringBuilder out) {
    out.append(indent);
    for (var i = 0; i < widths.length; i++) {
      var cell = cut(cells[i], widths[i]);
      var space = " ".repeat(widths[i] - cell.length());
      out.append(i == 0 ? "" : GAP);
      out.append(columns.get(i).number() ? space + cell : cell + space);
    }
    while (out.charAt(out.length() - 1) == ' ') {
      out.setLength(out.length() - 1);
    }
    out.append('\n');
  }

  static String printable(String text) {
    var ascii = new StringBuilder(text.length());
    text.codePoints().forEach(c -> ascii.append(c >= ' ' && c <= '~' ? (char) c : '?'));
    return ascii.toString();
  }

  private static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max - 1) + "~";
  }
}
