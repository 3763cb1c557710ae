# SPDX-License-Identifier: MIT
# Bars that are wrong: the message names file, line and rule, exit code 2, no output file.
. "$(dirname "$0")/support/lib.sh"
S=$SRC/strategies/ma_crossover.lua
D=$TMP/d
mkdir "$D"
head='date,open,high,low,close,volume'
: >"$D/empty.csv"
echo "$head" >"$D/header_only.csv"
head -c 20000 /dev/urandom >"$D/noise.csv"
printf '%s\n2024-01-02,10,11,9,10.5,100\n2024-01-03,10,9,11,10.5,100\n' "$head" >"$D/high_below_low.csv"
printf '%s\n2024-01-03,10,11,9,10.5,100\n2024-01-02,10,11,9,10.5,100\n' "$head" >"$D/backwards.csv"
printf '%s\n2024-01-02,10,11,9,10.5,100\n2024-01-02,10,11,9,10.5,100\n' "$head" >"$D/twice.csv"
printf '%s\n2024-01-02,10,11,9,ten,100\n' "$head" >"$D/text.csv"
printf '%s\n2024-01-02,10,11,9,10.5,100\n2024-01-03,10,11\n' "$head" >"$D/short_row.csv"
printf '%s\n2024-01-02,-1,11,-2,10.5,100\n' "$head" >"$D/negative.csv"
printf '%s\n2024-01-02,10,11,9,inf,100\n' "$head" >"$D/infinite.csv"
printf '%s\n2024-01-02,10,11,9,10.5,-100\n' "$head" >"$D/negative_volume.csv"
printf 'a,b,c\n1,2,3\n' >"$D/other_columns.csv"
printf '%s\n2024-13-45,10,11,9,10.5,100\n' "$head" >"$D/no_date.csv"
printf '\037\213\010\000\000\000' >"$D/cut.csv.gz"

refused() { # HOST FILE
  rm -f "$TMP"/o.*
  run x "$1" run "$S" --data "$2" --trades "$TMP/o.trades" --metrics "$TMP/o.metrics"
  expect 2 "$1 $(basename "$2")"
  says x "$(basename "$2")" "$1 $(basename "$2")"
  says x '^hint: ' "$1 $(basename "$2") has no hint"
  [ -z "$(ls "$TMP" | grep '^o\.' || true)" ] && good || bad "$1 $(basename "$2") left output"
}

for host in $HOSTS; do
  for file in "$D"/*; do
    refused "$host" "$file"
    case $file in
    */high_below_low.csv) says x 'high_below_low.csv:3' "line of $file" ;;
    */backwards.csv) says x 'backwards.csv:3' "line of $file" ;;
    */text.csv) says x 'text.csv:2' "line of $file" ;;
    esac
  done
  refused "$host" "$D/missing.csv"
  # One bar is too little to trade, but it is not wrong.
  printf '%s\n2024-01-02,10,11,9,10.5,100\n' "$head" >"$TMP/one.csv"
  run x "$host" run "$S" --data "$TMP/one.csv" --trades -
  expect 0 "$host one bar"
  [ "$(wc -l <"$TMP/x.out")" -eq 1 ] && good || bad "$host one bar: trades from nothing"
  # --drop-bad goes on with what is left.
  run x "$host" run "$S" --data "$D/high_below_low.csv" --drop-bad
  expect 0 "$host --drop-bad"
  says x 'high_below_low.csv.*dropped' "$host --drop-bad says what it dropped"
done

if [ -d "$SHARED/data/defects" ]; then
  for host in $HOSTS; do
    for file in "$SHARED"/data/defects/*; do
      case $(basename "$file") in
      # These look clean by themselves; only a second source shows the fault.
      ETHUSDT-* | mixed_adjustment_TSM.csv) continue ;;
      esac
      refused "$host" "$file"
    done
  done
else
  echo "note: $SHARED/data/defects is not here"
fi
finish
