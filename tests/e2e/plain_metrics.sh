# SPDX-License-Identifier: MIT
# Metrics against a plain reading of their formulas (tests/golden/metrics/make_plain.py), and the sums
# of a run's money flows against the columns of its equity curve.
. "$(dirname "$0")/support/lib.sh"
G=$SRC/tests/golden/metrics
[ "$(wc -l <"$G/plain.txt")" -ge 36 ] && good || bad "plain.txt has too few lines"
for host in $HOSTS; do
  run score "$host" score "$G/plain_trades.csv" "$G/plain_equity.csv" --benchmark "$G/plain_benchmark.csv" \
    --bars-per-year 252 --metrics "$TMP/score.json" --format table
  expect 0 "$host score"
  awk 'NR == FNR { gsub(/[",:]/, " "); got[$1] = $2; next }
    { d = got[$1] - $2; s = $2 < 0 ? -$2 : $2; if (s < 1) s = 1
      if (got[$1] !~ /^-?[0-9]/ || d > 1e-9 * s || -d > 1e-9 * s) print $1 " is " got[$1] ", not " $2 }' \
    "$TMP/score.json" "$G/plain.txt" >"$TMP/wrong"
  [ -s "$TMP/wrong" ] && bad "$host: $(cat "$TMP/wrong")" || good
done

# A position held for days with a borrow fee, interest on cash and funding: what each came to.
first=${HOSTS# }
first=${first%% *}
cd "$TMP" || exit 1
"$BUILD/$first" data synth --out bars --symbols 1 --bars 60 --seed 4 >/dev/null 2>&1
{
  echo time,symbol,rate
  awk -F, 'FNR > 1 { print $1 ",SYN01,0.0004" }' bars/*.csv
} >funding.csv
{
  echo time,symbol,rate
  awk -F, 'FNR == 2 { print $1 ",SYN01,12" }' bars/*.csv
} >borrow.csv
cat >short.lua <<'LUA'
local S = wick.strategy "short"
function S.signals(b)
  return { short = b.close:gt(0), size = { pct_equity = 50 } }
end
return S
LUA
for host in $HOSTS; do
  run flows "$host" run short.lua --data bars --funding funding.csv --borrow borrow.csv --engine cash_rate=0.05 \
    --equity flows.csv --metrics flows.json
  expect 0 "$host run with flows"
  grep -oE '"(total_borrow|total_interest|total_funding|total_carry)": -?[0-9]' flows.json | wc -l | grep -qx '4' &&
    good || bad "$host: a sum of flows is not known"
  awk 'NR == FNR { gsub(/[",:]/, " "); got[$1] = $2; next }
    FNR == 1 { n = split($0, head, ","); next }
    { split($0, last, ",") }
    END {
      sum = 0
      for (k = 1; k <= n; k++)
        if (head[k] ~ /^(borrow|interest|funding)$/) {
          sum += last[k]
          if (got["total_" head[k]] != last[k] || last[k] == 0)
            print "total_" head[k] " is " got["total_" head[k]] ", the column ends at " last[k]
          seen++
        }
      if (seen != 3) print seen + 0 " of three columns"
      d = got["total_carry"] - sum
      if (d > 1e-9 || d < -1e-9) print "total_carry is " got["total_carry"] ", the columns come to " sum
    }' FS=' ' flows.json flows.csv >wrong
  [ -s wrong ] && bad "$host: $(cat wrong)" || good
done
finish
