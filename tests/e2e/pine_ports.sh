# SPDX-License-Identifier: MIT
# The ports of tests/pine (NAME.lua by hand, NAME.pine for the translator) on synthetic bars: both
# hosts list the same trades to the byte, and a translated script those of its hand-written twin.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 1 --bars 4000 --seed 11 --timeframe 15m
expect 0 "making bars"

traded=0
for file in "$SRC"/tests/pine/*.lua "$SRC"/tests/pine/*.pine; do
  [ -f "$file" ] || continue
  skipped && continue
  base=$(basename "$file")
  name=${base%.*}
  for host in $HOSTS; do
    id=$base.$host
    run "$id" "$host" run "$file" --data "$TMP/bars" --trades-tv "$TMP/$id.csv"
    expect 0 "$id"
    [ -f "$TMP/$id.csv" ] || continue
    one=$TMP/$name.one
    [ -f "$one" ] || cp "$TMP/$id.csv" "$one"
    same "$one" "$TMP/$id.csv" "$id"
  done
  [ -f "$TMP/$name.one" ] && [ "$(wc -l <"$TMP/$name.one")" -gt 2 ] && traded=$((traded + 1))
done
if [ "$traded" -gt $((20 / ${WICK_TEST_SHARE:-1})) ]; then good; else bad "only $traded of the scripts traded: nothing was compared"; fi
finish
