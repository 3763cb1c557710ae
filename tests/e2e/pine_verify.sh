# SPDX-License-Identifier: MIT
# wick pine verify against lists of our own: the same list is excellent, a changed one shows where it
# parts, and what is no list is refused with its place.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 1 --bars 3000 --seed 5 --timeframe 15m
expect 0 "making bars"
run two "$first" data synth --out "$TMP/two" --symbols 2 --bars 500 --seed 5 --timeframe 15m
expect 0 "making bars"
script=$SRC/tests/pine/composite-scalping-tight-tp-sl-points-01.lua
run list "$first" run "$script" --data "$TMP/bars" --trades-tv "$TMP/list.csv" --param target=60 stop=40
expect 0 "the list"
head -n 1 "$TMP/list.csv" | grep -q '^Trade #,Type,Date and time,Signal,Price,Size (qty),' && good || bad "header of the list"
rows=$(wc -l <"$TMP/list.csv")
if [ "$rows" -gt 100 ]; then good; else bad "only $rows rows"; fi

for host in $HOSTS; do
  set -- pine verify "$script" "$TMP/list.csv" --data "$TMP/bars" --param target=60 stop=40 --tv-zone UTC
  run "same.$host" "$host" "$@"
  expect 0 "the same list on $host"
  has "$TMP/same.$host.out" "grade: excellent (strict)"
  has "$TMP/same.$host.out" "no difference in times, prices or quantities"
  run "json.$host" "$host" "$@" --format json
  expect 0 "the same list as JSON on $host"
  has "$TMP/json.$host.out" '"first_difference": null'
  # Other parameters: other exits from the first trade on.
  run "other.$host" "$host" pine verify "$script" "$TMP/list.csv" --data "$TMP/bars" --tv-zone UTC
  expect 3 "other parameters on $host"
  has "$TMP/other.$host.out" "first difference at "
  has "$TMP/other.$host.out" "TradingView  #"
  has "$TMP/other.$host.out" "[1] ema(close, 5)"
done
[ "$(echo "$HOSTS" | wc -w)" -lt 2 ] || same "$TMP/other.wick.out" "$TMP/other.wick-jit.out" "both hosts"

# A trade that is not there, and one too many.
awk -F, 'NR == 1 || $1 != 7' "$TMP/list.csv" >"$TMP/missing.csv"
run missing "$first" pine verify "$script" "$TMP/missing.csv" --data "$TMP/bars" --param target=60 stop=40 --tv-zone UTC
expect 3 "a list without its seventh trade"
has "$TMP/missing.out" "TradingView has no such trade"
# The default zone is UTC+8: every time is off by eight hours.
run zone "$first" pine verify "$script" "$TMP/list.csv" --data "$TMP/bars" --param target=60 stop=40
expect 3 "the wrong zone"

printf 'a,b\n1,2\n' >"$TMP/bad.csv"
run bad "$first" pine verify "$script" "$TMP/bad.csv" --data "$TMP/bars"
expect 2 "no list"
says bad "bad.csv: no column 'Trade #'" "no list"
sed 's/^3,Exit long/3,Leave long/;s/^3,Exit short/3,Leave short/' "$TMP/list.csv" >"$TMP/type.csv"
run type "$first" pine verify "$script" "$TMP/type.csv" --data "$TMP/bars"
expect 2 "a row of another type"
says type "type.csv:[0-9]+: 'Leave (long|short)' is no type" "a row of another type"
run both "$first" pine verify "$script" "$TMP/list.csv" --data "$TMP/two"
expect 2 "two symbols"
says both "a list of TradingView is of one symbol; the data has 2" "two symbols"
finish
