# SPDX-License-Identifier: MIT
# `wick diff-profiles`: the shares are those of hand-made runs, they add up to the difference, the
# first trade that differs is the one of the trade lists; any number of threads and both hosts say
# the same.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
D=$TMP/bars
run synth "$first" data synth --out "$D" --symbols 3 --bars 500 --seed 11 --ragged
expect 0 "making bars"

# Two assumptions: four runs by hand say everything.
cat >"$TMP/own.lua" <<'LUA'
local S = wick.strategy "own"
S.params = { fast = wick.int(5, 2, 50), slow = wick.int(20, 3, 200) }
S.engine = { fee_pct = 0.2, slip_pct = 0.3 }
function S.signals(b, p)
  local f, g = ta.sma(b.close, p.fast), ta.sma(b.close, p.slow)
  return { long = ta.cross_over(f, g), flat = ta.cross_under(f, g) }
end
return S
LUA
last_equity() { # NAME ENGINE...
  n=$1
  shift
  run "$n" "$first" run "$TMP/own.lua" --data "$D" --equity - "$@"
  tail -n 1 "$TMP/$n.out" | cut -d, -f2
}
v00=$(last_equity r00)
v10=$(last_equity r10 --engine fee_pct=0)
v01=$(last_equity r01 --engine slip_pct=0)
v11=$(last_equity r11 --engine fee_pct=0 slip_pct=0)

# field NAME GROUP PATH-KEY VALUE-KEY of the pretty JSON: the GROUPth "alone", "left_out" ...
field() {
  awk -v g="$2" -v part="\"$3\":" -v key="\"$4\":" '
    $1 == part { seen++; inside = seen == g }
    inside && $1 == key { gsub(/[",]/, "", $2); print $2; exit }' "$TMP/$1.out"
}
near() { # WHAT IS WANT
  if awk -v a="$2" -v b="$3" 'BEGIN { d = a - b; exit !(d < 1e-6 && d > -1e-6) }'; then good; else
    bad "$1: $2, not $3"
  fi
}
calc() { awk "BEGIN { printf \"%.10f\", $1 }"; }

for host in $HOSTS; do
  run two "$host" diff-profiles "$TMP/own.lua" --data "$D" --to-profile wick --format json
  expect 0 "$host two assumptions"
  has "$TMP/two.out" '"exact": true'
  has "$TMP/two.out" '"runs": 4'
  near "$host from" "$(field two 1 from final_equity)" "$v00"
  near "$host to" "$(field two 1 to final_equity)" "$v11"
  near "$host fee alone" "$(field two 1 alone final_equity)" "$(calc "$v10 - $v00")"
  near "$host slip alone" "$(field two 2 alone final_equity)" "$(calc "$v01 - $v00")"
  near "$host fee left out" "$(field two 1 left_out final_equity)" "$(calc "$v11 - $v01")"
  near "$host slip left out" "$(field two 2 left_out final_equity)" "$(calc "$v11 - $v10")"
  near "$host fee jointly" "$(field two 1 jointly final_equity)" \
    "$(calc "(($v10 - $v00) + ($v11 - $v01)) / 2")"
  near "$host slip jointly" "$(field two 2 jointly final_equity)" \
    "$(calc "(($v01 - $v00) + ($v11 - $v10)) / 2")"
done

# Sampled shares add up too, whatever the number of threads and the host.
S=$SRC/strategies/donchian_breakout.lua
for host in $HOSTS; do
  for jobs in 1 3; do
    run "$host.$jobs" "$host" diff-profiles "$S" --data "$D" --from-profile wick \
      --to-profile pybroker2 --metric max_drawdown_pct --orders 16 --jobs "$jobs"
    expect 0 "$host $jobs threads"
    same "$TMP/$first.1.out" "$TMP/$host.$jobs.out" "$host with $jobs threads"
  done
done
has "$TMP/$first.1.out" "shares from 16 orders of change (seed 1)"
has "$TMP/$first.1.out" "fractional+qty_decimals"
has "$TMP/$first.1.out" "because, changed alone from wick:"
run sampled "$first" diff-profiles "$S" --data "$D" --from-profile wick --to-profile pybroker2 \
  --orders 16 --format json
expect 0 "sampled as JSON"
sum=$(awk '$1 == "\"jointly\":" { on = 1 } on && $1 == "\"final_equity\":" {
  gsub(/,/, "", $2); s += $2; on = 0 } END { printf "%.10f", s }' "$TMP/sampled.out")
near "the sum of the shares" "$sum" \
  "$(calc "$(field sampled 1 to final_equity) - $(field sampled 1 from final_equity)")"
run seed "$first" diff-profiles "$S" --data "$D" --from-profile wick --to-profile pybroker2 \
  --orders 16 --format json --seed 2
cmp -s "$TMP/sampled.out" "$TMP/seed.out" && bad "another seed samples the same orders" || good

# The first trade that differs is in both lists of trades, and what precedes it is the same.
run a "$first" run "$S" --data "$D" --profile wick --trades -
run b "$first" run "$S" --data "$D" --profile pybroker2 --trades -
number=$(awk '/"first_trade": \{/ { on = 1 } on && $1 == "\"trade\":" {
  gsub(/,/, "", $2); n = $2 } END { print n }' "$TMP/sampled.out")
[ -n "$number" ] && good || bad "no first trade that differs"
line=$(sed -n "$((number + 1))p" "$TMP/b.out")
price=$(awk '$1 == "\"to\":" { seen++ } seen == 2 && $1 == "\"entry_price\":" {
  gsub(/,/, "", $2); print $2; exit }' "$TMP/sampled.out")
price=${price:-$(awk '/"first_trade": \{/ { on = 1 } on && $1 == "\"entry_price\":" {
  gsub(/,/, "", $2); p = $2 } END { print p }' "$TMP/sampled.out")}
case $line in *",$price,"*) good ;; *) bad "trade $number is not at $price: $line" ;; esac

# What the engine refuses one without the other changes together; so does what is asked for.
sed 's/slip_pct = 0.3/fill = "close", delay = 0/' "$TMP/own.lua" >"$TMP/close.lua"
run close "$first" diff-profiles "$TMP/close.lua" --data "$D" --to-profile wick
expect 0 "delay and fill"
has "$TMP/close.out" "fill+delay"
run asked "$first" diff-profiles "$TMP/own.lua" --data "$D" --to-profile wick \
  --together fee_pct,slip_pct
expect 0 "asked to be one"
has "$TMP/asked.out" "in 1 groups"
run held "$first" diff-profiles "$TMP/own.lua" --data "$D" --to-profile wick --engine fee_pct=0.1
expect 0 "a setting held"
has "$TMP/held.out" "1 settings differ"
run none "$first" diff-profiles "$S" --data "$D" --from-profile wick --to-profile wick
expect 0 "nothing differs"
has "$TMP/none.out" "0 settings differ"

run e1 "$first" diff-profiles "$S" --data "$D"
expect 2 "no second profile"
says e1 "to-profile" "no second profile"
run e2 "$first" diff-profiles "$S" --data "$D" --to-profile pybroker9
expect 2 "unknown profile"
says e2 "did you mean 'pybroker" "unknown profile"
run e3 "$first" diff-profiles "$S" --data "$D" --to-profile pybroker2 --metric sharp
expect 2 "unknown metric"
says e3 "did you mean 'sharpe'" "unknown metric"
run e4 "$first" diff-profiles "$S" --data "$D" --to-profile pybroker2 --together fill,fee
expect 2 "unknown setting"
says e4 "no engine setting 'fee'" "unknown setting"
finish
