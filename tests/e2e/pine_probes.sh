# SPDX-License-Identifier: MIT
# The hand-written ports of tests/pine against the lists of trades TradingView exported for them, where
# the shared data is: `wick pine verify` says excellent on both hosts, and so does the grader that
# comes with the lists, with the same counts.
. "$(dirname "$0")/support/lib.sh"
need_shared pine/probes
pine=$SHARED/pine
bars=$(ls "$pine"/data/*.csv | head -n 1)
first=${HOSTS# }
first=${first%% *}

for file in "$SRC"/tests/pine/*.lua; do
  [ -f "$file" ] || continue
  base=$(basename "$file")
  name=${base%.*}
  probe=$pine/probes/$name
  [ -f "$probe/tv_trades.csv" ] || continue
  skipped && continue
  from=$(sed -n 's/^Feed start: \([0-9-]*\) \([0-9:]*\) UTC.*/\1T\2/p' "$probe/spec.md")
  set -- --data "$bars" --symbol-info "$pine/data/symbol_info.json" --from "$from"
  for host in $HOSTS; do
    run "$base.$host" "$host" pine verify "$file" "$probe/tv_trades.csv" "$@" --format json
    expect 0 "$base on $host"
  done
  command -v python3 >/dev/null || continue
  run "$base.list" "$first" run "$file" "$@" --trades-tv "$TMP/own.csv"
  expect 0 "$base"
  # Exports stop earlier than the feed: entries from one bar before the list's first to its last.
  python3 - "$probe/tv_trades.csv" "$TMP/own.csv" "$TMP/cut.csv" <<'PY'
import csv, sys
from datetime import datetime, timedelta
rows = lambda path: list(csv.DictReader(open(path, encoding="utf-8-sig")))
at = lambda row: datetime.strptime(row["Date and time"][:16], "%Y-%m-%d %H:%M")
entries = [at(r) - timedelta(hours=8) for r in rows(sys.argv[1]) if r["Type"].startswith("Entry")]
own = rows(sys.argv[2])
keep = {r["Trade #"] for r in own if r["Type"].startswith("Entry")
        and min(entries) - timedelta(minutes=15) <= at(r) <= max(entries)}
with open(sys.argv[3], "w", newline="") as f:
    out = csv.DictWriter(f, fieldnames=list(own[0]))
    out.writeheader()
    out.writerows(r for r in own if r["Trade #"] in keep)
PY
  if python3 "$pine/compare_trades.py" "$probe/tv_trades.csv" "$TMP/cut.csv" --json >"$TMP/grade.json"; then
    good
  else
    bad "$base: compare_trades.py: $(cat "$TMP/grade.json")"
  fi
  if python3 - "$TMP/grade.json" "$TMP/$base.$first.out" <<'PY'; then good; else bad "$base: verify and compare_trades.py differ"; fi
import json, sys
a, b = (json.load(open(p)) for p in sys.argv[1:3])
pairs = (("grade", "grade"), ("tv", "tv"), ("cand", "own"), ("matched", "matched"),
         ("same_entry_time", "same_entry_time"), ("same_exit_time", "same_exit_time"))
bad = [(x, a[x], b[y]) for x, y in pairs if a[x] != b[y]]
bad += [(k, a[k]["p90"], b[k + "_p90"]) for k in ("entry", "exit", "qty", "pnl")
        if abs(a[k]["p90"] - b[k + "_p90"]) > 1e-9]
print(bad) if bad else None
sys.exit(bool(bad))
PY
done
finish
