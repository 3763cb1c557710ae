# SPDX-License-Identifier: MIT
# awk -f compare_trades.awk GOLDEN.csv WICK.csv
# Golden: symbol,signal_date,entry_date,exit_date,shares,entry_price,exit_price,bars,pnl,return_pct,
# exit_reason. Both in any order of rows with equal exit dates: rows are matched by symbol and
# signal. Symbol, dates, shares, bars and reason must be equal, prices to 1e-9, results to 1e-6.
BEGIN { FS = "," }
FNR == 1 {
  split("", at)
  for (i = 1; i <= NF; i++) at[$i] = i
  file++
  next
}
file == 1 {
  key = $(at["symbol"]) "," $(at["signal_date"])
  golden[key] = $0
  text[key] = $(at["entry_date"]) "," $(at["exit_date"]) "," $(at["shares"]) "," $(at["bars"]) "," \
              $(at["exit_reason"])
  entry[key] = $(at["entry_price"]); exit_[key] = $(at["exit_price"])
  pnl[key] = $(at["pnl"]); ret[key] = $(at["return_pct"])
  n++
  next
}
{
  key = $(at["symbol"]) "," $(at["signal_time"])
  seen++
  mine = $(at["entry_time"]) "," $(at["exit_time"]) "," $(at["shares"]) "," $(at["bars"]) "," \
         $(at["exit_reason"])
  if (!(key in golden)) { wrong("not in the golden list", $0, "") ; next }
  if ($(at["side"]) != "long") wrong("not long", $0, golden[key])
  else if (mine != text[key]) wrong("differs", $0, golden[key])
  else if (far($(at["entry_price"]), entry[key], 1e-9) || far($(at["exit_price"]), exit_[key], 1e-9))
    wrong("price", $0, golden[key])
  else if (far($(at["pnl"]), pnl[key], 1e-6) || far($(at["return_pct"]), ret[key], 1e-6))
    wrong("result", $0, golden[key])
  delete golden[key]
}
function far(a, b, tolerance,   d, m) {
  d = a - b; if (d < 0) d = -d
  m = b < 0 ? -b : b; if (m < 1) m = 1
  return d > tolerance * m
}
function wrong(what, a, b) {
  bad++
  if (bad <= 5) { print what ": " a; if (b != "") print "     golden: " b }
}
END {
  for (key in golden) wrong("missing", golden[key], "")
  if (file != 2) { print "two files are needed"; exit 1 }
  if (n == 0) { print "the golden list is empty"; exit 1 }
  if (bad) { print bad " of " n " trades wrong (" seen " found)"; exit 1 }
}
