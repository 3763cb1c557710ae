# SPDX-License-Identifier: MIT
# intrabar=lower_tf from the command line: --finer is walked inside the bars, what is missing is
# counted, nothing looks ahead, both hosts agree; on made-up bars and on a real market's.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/m1" --symbols 2 --bars 9000 --timeframe 1m --seed 4
expect 0 "making bars"
cat >"$TMP/brackets.lua" <<'LUA'
local S = wick.strategy "brackets"
S.params = { k = wick.num(0.8, 0.1, 5) }
function S.signals(b, p)
  local f, g, a = ta.sma(b.close, 4), ta.sma(b.close, 11), ta.atr(b, 14)
  return { long = ta.cross_over(f, g), short = ta.cross_under(f, g),
           stop_points = p.k * a, target_points = p.k * a, trail = 1.5 * p.k * a }
end
return S
LUA
T="--timeframe 30m --trades -"
value() { # NAME KEY of the metrics
  awk -v key="\"$2\":" '$1 == key { gsub(/,/, "", $2); print $2; exit }' "$TMP/$1.out"
}
for host in $HOSTS; do
  run "$host.ohlc" "$host" run "$TMP/brackets.lua" --data "$TMP/m1" $T
  expect 0 "$host ohlc"
  run "$host.finer" "$host" run "$TMP/brackets.lua" --data "$TMP/m1" $T --engine intrabar=lower_tf \
    --finer "$TMP/m1"
  expect 0 "$host lower_tf"
  same "$TMP/$first.finer.out" "$TMP/$host.finer.out" "the hosts"
  grep -q "keep their own four prices" "$TMP/$host.finer.err" && bad "$host counts what is there" ||
    good
done
cmp -s "$TMP/$first.ohlc.out" "$TMP/$first.finer.out" && bad "finer bars change nothing" || good
run none "$first" run "$TMP/brackets.lua" --data "$TMP/m1" $T --engine intrabar=lower_tf
expect 0 "no finer bars"
same "$TMP/$first.ohlc.out" "$TMP/none.out" "without finer bars it is ohlc"
says none "600 of 600 bars keep their own four prices: 600 have no finer bars \(--finer PATH\)" \
  "no finer bars"
run m.ohlc "$first" run "$TMP/brackets.lua" --data "$TMP/m1" --timeframe 30m --metrics -
run m.finer "$first" run "$TMP/brackets.lua" --data "$TMP/m1" --timeframe 30m --metrics - \
  --engine intrabar=lower_tf --finer "$TMP/m1"
has "$TMP/m.finer.out" '"bars_with_finer": 600'
a=$(value m.ohlc bars) b=$(value m.finer bars)
if [ "$b" -lt "$a" ]; then good; else bad "ambiguous bars: $b with finer bars, $a without"; fi

# Holes and strangers among the finer bars are counted and left alone.
mkdir "$TMP/torn"
for f in "$TMP"/m1/*.csv; do
  awk -F, 'BEGIN { OFS = "," } NR > 1 && NR <= 301 { next } NR == 5000 { $4 = $4 * 0.9 } { print }' \
    "$f" >"$TMP/torn/$(basename "$f")"
done
run torn "$first" run "$TMP/brackets.lua" --data "$TMP/m1" $T --engine intrabar=lower_tf \
  --finer "$TMP/torn"
expect 0 "torn finer bars"
says torn "22 of 600 bars keep their own four prices: 20 have no finer bars, 2 have some" "torn"

# One run is two joined; finer bars up to the cut belong to the history.
run whole "$first" run "$TMP/brackets.lua" --data "$TMP/m1" $T --engine intrabar=lower_tf --finer "$TMP/m1"
run half "$first" run "$TMP/brackets.lua" --data "$TMP/m1" --timeframe 30m --engine intrabar=lower_tf \
  --finer "$TMP/m1" --save-state "$TMP/s" --save-state-at 2018-01-05
expect 0 "first half"
run joined "$first" run "$TMP/brackets.lua" --data "$TMP/m1" $T --engine intrabar=lower_tf \
  --finer "$TMP/m1" --from-state "$TMP/s"
same "$TMP/whole.out" "$TMP/joined.out" "two runs joined"
run less "$first" run "$TMP/brackets.lua" --data "$TMP/m1" $T --engine intrabar=lower_tf --from-state "$TMP/s"
expect 2 "going on without finer bars"
says less "the finer bars are not those the state was made with" "going on without finer bars"

# The future of the finer bars is not known either.
run audit "$first" audit "$TMP/brackets.lua" --data "$TMP/m1" --timeframe 30m --cuts 3 \
  --engine intrabar=lower_tf --finer "$TMP/m1"
expect 0 "audit"
has "$TMP/audit.out" "no look-ahead found"
run diff "$first" diff-profiles "$TMP/brackets.lua" --data "$TMP/m1" --timeframe 30m \
  --to-profile pybroker2 --engine intrabar=lower_tf --finer "$TMP/m1" --orders 4
expect 0 "diff-profiles takes them too"

# A perpetual contract, minutes inside quarters of an hour of the same feed.
P=$SHARED/data/intraday/ETHUSDT-PERP
if [ -f "${P}_1m.csv.gz" ]; then
  eth() { # NAME ENGINE...
    n=$1
    shift
    run "$n" "$first" run "$TMP/brackets.lua" --data "${P}_15m.csv.gz" --from 2025-05-05 \
      --to 2025-06-20 --metrics - "$@"
    expect 0 "$n"
  }
  eth e.ohlc
  eth e.finer --engine intrabar=lower_tf --finer "${P}_1m.csv.gz"
  a=$(value e.ohlc bars) b=$(value e.finer bars) with=$(value e.finer bars_with_finer)
  if [ "${with:-0}" -gt 4000 ]; then good; else bad "only $with bars have finer ones"; fi
  if [ "$b" -lt $((a / 4)) ]; then good; else bad "ambiguous: $b of $a"; fi
  # Quarters made of the minutes themselves: all of them fit.
  run e.own "$first" run "$TMP/brackets.lua" --data "${P}_1m.csv.gz" --timeframe 15m \
    --from 2025-05-05 --to 2025-06-20 --metrics - --engine intrabar=lower_tf \
    --finer "${P}_1m.csv.gz"
  expect 0 "made of minutes"
  [ "$(value e.own bars_without_finer)" -eq 0 ] && good || bad "minutes do not make their quarters"
else
  echo "note: no $P, real bars are left out"
fi
finish
