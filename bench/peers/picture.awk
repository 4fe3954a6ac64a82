# Draws an SVG of ratios, a row for each figure and a bar for each column, from lines
#   column TAB name
#   figure TAB text TAB more|less TAB ratio TAB ratio ...
# The scale is logarithmic and turned so that right of the line at 1 is always better; beside a
# bar stands the ratio itself. Colours follow the reader's choice of light or dark.

BEGIN { FS = "\t"; left = 330; half = 200; bar = 13; top = 62 }
$1 == "column" { name[++columns] = $2 }
$1 == "figure" {
  text[++rows] = $2
  for (c = 1; c <= columns; c++) {
    ratio[rows, c] = $(3 + c)
    if ($(3 + c) > 0) {
      better = log($(3 + c)) / log(2)
      power[rows, c] = $3 == "more" ? better : -better
      most = max(most, max(better, -better))
    }
  }
}

function max(a, b) { return a > b ? a : b }
function min(a, b) { return a < b ? a : b }
function at(power) { return left + half + power / most * half }
function rect(class, x, y, width, height) {
  printf "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
    class, x, y, width, height
}
function write(class, x, y, anchor, s) {
  gsub(/&/, "\\&amp;", s)
  gsub(/</, "\\&lt;", s)
  printf "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", class, x, y, anchor, s
}

function open(width, height) {
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" ", width, height
  printf "width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", width, height
  print "<style>"
  print ".page{fill:#fff}text{fill:#24292f}.faint{fill:#656d76}.grid{fill:#d0d7de}.one{fill:#24292f}"
  print ".c1{fill:#0969da}.c2{fill:#bf6a02}"
  print "@media (prefers-color-scheme:dark){"
  print ".page{fill:#0d1117}text{fill:#e6edf3}.faint{fill:#9198a1}.grid{fill:#3d444d}.one{fill:#e6edf3}"
  print ".c1{fill:#4493f8}.c2{fill:#e0973a}}"
  print "</style>"
  rect("page", 0, 0, width, height)
}

# The number stands at the bar's end, or right of the line where there is no room left of it.
function draw(r, c, y,   shown, from, to) {
  shown = max(-most, min(most, power[r, c]))
  from = at(min(0, shown))
  to = at(max(0, shown))
  rect("c" c, from, y, to - from + 0.5, bar - 2)
  if (shown < 0 && from - left > 45) write("", from - 4, y + bar - 3, "end", ratio[r, c])
  else write("", to + 5, y + bar - 3, "start", ratio[r, c])
}

END {
  most = int(max(1, min(5, most)) + 0.999)
  row = columns * bar + 10
  bottom = top + rows * row
  open(left + 2 * half + 70, bottom + 28)
  for (c = 1; c <= columns; c++) {
    rect("c" c, 10 + (c - 1) * 360, 10, 12, 12)
    write("", 27 + (c - 1) * 360, 20, "start", name[c] " : best peer")
  }
  for (p = -most; p <= most; p++) {
    rect(p ? "grid" : "one", at(p) - 0.5, top - 6, 1, bottom - top + 6)
    write("faint", at(p), top - 12, "middle", p < 0 ? "1/" 2 ^ -p : 2 ^ p)
  }
  write("faint", at(0) - 8, bottom + 18, "end", "behind")
  write("faint", at(0) + 8, bottom + 18, "start", "ahead")
  for (r = 1; r <= rows; r++) {
    y = top + (r - 1) * row + 5
    write("", left - 8, y + columns * bar / 2 + 4, "end", text[r])
    for (c = 1; c <= columns; c++) if ((r, c) in power) draw(r, c, y + (c - 1) * bar)
  }
  print "</svg>"
}
