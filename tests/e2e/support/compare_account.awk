# SPDX-License-Identifier: MIT
# awk -v portfolio=tickers1 -f compare_account.awk SUMMARY.json EQUITY.csv ORDERS.csv
# End equity and the samples of every 60th day to 1e-9, orders refused for cash and for slots exactly.
FNR == 1 { file++ }
file == 1 {
  if ($0 ~ /^  "tickers[0-9]+": *\{/) inside = index($0, "\"" portfolio "\"") > 0
  if (!inside) next
  line = $0
  gsub(/[ ,]/, "", line)
  if (line ~ /^"slot":/) slots = substr(line, 8)
  if (line ~ /^"cash":/) cash = substr(line, 8)
  if (line ~ /^"end_equity":/) end = substr(line, 14)
  if (line ~ /^"days":/) days = substr(line, 8)
  if (day != "") { sample[day] = line; samples++; day = "" }
  if (line ~ /^"[0-9-]+"$/) day = substr(line, 2, 10)
  next
}
file == 2 {
  if (FNR == 1) next
  split($0, cell, ",")
  rows++
  last = cell[2]
  if (cell[1] in sample) {
    seen++
    if (far(cell[2], sample[cell[1]])) wrong("equity of " cell[1], cell[2], sample[cell[1]])
  }
  next
}
{
  n = split($0, cell, ",")
  if (FNR == 1) { for (i = 1; i <= n; i++) if (cell[i] == "fate") fate = i; next }
  if (cell[fate] == "no_slot") no_slot++
  if (cell[fate] == "no_cash") no_cash++
}
function far(a, b,   d) { d = a - b; if (d < 0) d = -d; return d > 1e-9 * (b < 0 ? -b : b) }
function wrong(what, got, want) { bad++; print what ": " got ", golden " want }
END {
  if (rows != days) wrong("rows", rows, days)
  if (samples < 5 || seen != samples) wrong("samples found", seen, samples)
  if (far(last, end)) wrong("end equity", last, end)
  if (no_slot + 0 != slots) wrong("refused for slots", no_slot + 0, slots)
  if (no_cash + 0 != cash) wrong("refused for cash", no_cash + 0, cash)
  exit bad > 0
}
