# SPDX-License-Identifier: MIT
# `wick explain`: the trade of the trades CSV, its orders where they were placed and filled; both
# hosts say the same.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 2 --bars 400 --seed 5
expect 0 "making bars"
S=$SRC/strategies/donchian_breakout.lua
for host in $HOSTS; do
  run trades "$host" run "$S" --data "$TMP/bars" --trades -
  expect 0 "$host run"
  n=$(($(wc -l <"$TMP/trades.out") - 1))
  run last "$host" explain "$S" --data "$TMP/bars" --trade -1
  expect 0 "$host explain"
  has "$TMP/last.out" "trade $n of $n: "
  line=$(tail -n 1 "$TMP/trades.out")
  old=$IFS
  IFS=,
  set -- $line
  IFS=$old
  has "$TMP/last.out" "$1 $2, $6 units"
  has "$TMP/last.out" "decided $3"
  has "$TMP/last.out" "entered $4 at $7"
  has "$TMP/last.out" "left    $5 at $8"
  has "$TMP/last.out" "[1] "
  has "$TMP/last.out" " ordered"
  has "$TMP/last.out" "bought $6 at $7"
  run csv "$host" explain "$S" --data "$TMP/bars" --trade 1 --format csv --around 0
  expect 0 "$host explain as CSV"
  has "$TMP/csv.out" "time,open,high,low,close,"
  cp "$TMP/last.out" "$TMP/$host.last"
  cp "$TMP/csv.out" "$TMP/$host.csv"
  same "$TMP/$first.last" "$TMP/$host.last" "the tables of the hosts"
  same "$TMP/$first.csv" "$TMP/$host.csv" "the CSV of the hosts"
done
run far "$first" explain "$S" --data "$TMP/bars" --trade 100000
expect 2 "a trade that is not there"
says far "there are $n trades" "a trade that is not there"
finish
