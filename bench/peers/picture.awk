# Draws an SVG of ratios, a row for each figure and a bar for each column, from lines
#   column TAB name
#   figure TAB text TAB more|less TAB ratio TAB ratio ...
# The scale is logarithmic and turned so that right of the line at 1 is always better; beside
# a bar stands the ratio itself. Colours follow the reader's choice of light or dark.
BEGIN { FS = "\t"; left = 330; half = 200; bar = 13 }
$1 == "column" { name[++columns] = $2 }
$1 == "figure" {
  text[++rows] = $2
  for (c = 1; c <= columns; c++) {
    ratio[rows, c] = $(3 + c)
    if ($(3 + c) + 0 > 0) {
      better[rows, c] = log($3 == "more" ? $(3 + c) : 1 / $(3 + c)) / log(2)
      size = better[rows, c] < 0 ? -better[rows, c] : better[rows, c]
      if (size > most) most = size
    }
  }
}
function escape(s) { gsub(/&/, "\\&amp;", s); gsub(/</, "\\&lt;", s); return s }
function x(power) { return left + half + power / most * half }
END {
  if (most < 1) most = 1
  if (most > 5) most = 5
  most = int(most + 0.999)
  row = columns * bar + 10
  top = 62
  width = left + 2 * half + 70
  height = top + rows * row + 28
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", width, height, width, height
  print "<style>"
  print ".page{fill:#fff}text{fill:#24292f}.faint{fill:#656d76}.grid{stroke:#d0d7de}.one{stroke:#24292f}"
  print ".c1{fill:#0969da}.c2{fill:#bf6a02}"
  print "@media (prefers-color-scheme:dark){.page{fill:#0d1117}text{fill:#e6edf3}.faint{fill:#9198a1}"
  print ".grid{stroke:#3d444d}.one{stroke:#e6edf3}.c1{fill:#4493f8}.c2{fill:#e0973a}}"
  print "</style>"
  printf "<rect class=\"page\" width=\"%d\" height=\"%d\"/>\n", width, height
  for (c = 1; c <= columns; c++) {
    printf "<rect class=\"c%d\" x=\"%d\" y=\"10\" width=\"12\" height=\"12\"/><text x=\"%d\" y=\"20\">%s : best peer</text>\n", c, 10 + (c - 1) * 330, 27 + (c - 1) * 330, escape(name[c])
  }
  for (p = -most; p <= most; p++) {
    printf "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>\n", p ? "grid" : "one", x(p), x(p), top - 6, top + rows * row
    printf "<text class=\"faint\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x(p), top - 12, p ? (p > 0 ? 2 ^ p : "1/" 2 ^ -p) : "1"
  }
  for (r = 1; r <= rows; r++) {
    y = top + (r - 1) * row + 5
    printf "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", left - 8, y + columns * bar / 2 + 4, escape(text[r])
    for (c = 1; c <= columns; c++) {
      if (!((r, c) in better)) continue
      b = better[r, c]
      shown = b > most ? most : b < -most ? -most : b
      from = b < 0 ? x(shown) : x(0)
      printf "<rect class=\"c%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n", c, from, y + (c - 1) * bar, x(shown < 0 ? -shown : shown) - x(0) + 0.5, bar - 2
      # Beside the bar, but on the other side of the line where the bar fills its half.
      out = shown < 0 ? (x(shown) - left > 45) : 1
      printf "<text font-size=\"11\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", b < 0 ? (out ? x(shown) - 4 : x(0) + 4) : x(shown) + 5, y + c * bar - 3, b < 0 && out ? "end" : "start", ratio[r, c]
    }
  }
  printf "<text class=\"faint\" x=\"%d\" y=\"%d\" text-anchor=\"end\">behind</text><text class=\"faint\" x=\"%d\" y=\"%d\">ahead</text>\n", x(0) - 8, height - 10, x(0) + 8, height - 10
  print "</svg>"
}
