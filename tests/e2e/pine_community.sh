# SPDX-License-Identifier: MIT
# Longer scripts as people write them, Pine v4 to v6: they translate, run, and list the same trades to the
# byte on both hosts; the translation written to a file and run gives those trades too.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 1 --bars 3000 --seed 5 --timeframe 15m
expect 0 "making bars"

traded=0
for file in "$SRC"/tests/pine/community/*.pine; do
  name=$(basename "$file" .pine)
  grep -q '^library(' "$file" && continue
  for host in $HOSTS; do
    run "$name.$host" "$host" run "$file" --data "$TMP/bars" --trades-tv "$TMP/$name.$host.csv"
    expect 0 "$name on $host"
    [ -f "$TMP/$name.$host.csv" ] || continue
    [ -f "$TMP/$name.one" ] || cp "$TMP/$name.$host.csv" "$TMP/$name.one"
    same "$TMP/$name.one" "$TMP/$name.$host.csv" "$name on $host"
  done
  [ -f "$TMP/$name.one" ] || continue
  [ "$(wc -l <"$TMP/$name.one")" -gt 2 ] && traded=$((traded + 1))
  run "$name.lua" "$first" pine "$file" -o "$TMP/$name.lua"
  expect 0 "translating $name"
  run "$name.again" "$first" run "$TMP/$name.lua" --data "$TMP/bars" --trades-tv "$TMP/$name.again.csv"
  expect 0 "the translation of $name"
  same "$TMP/$name.one" "$TMP/$name.again.csv" "$name as a file"
done
if [ "$traded" -gt 20 ]; then good; else bad "only $traded of the scripts traded"; fi
finish
