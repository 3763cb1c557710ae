# SPDX-License-Identifier: MIT
# Small Pine scripts that log what they compute, translated and run on both hosts: the lines they log
# are the `// log:` lines at their heads, whose values follow the rules of the language. A name as
# argument: this script alone.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 1 --bars 60 --seed 11 --timeframe 15m
expect 0 "making bars"

for file in "$SRC"/tests/pine/semantics/${1:-*}.pine; do
  name=$(basename "$file" .pine)
  sed -n 's|^// log: ||p' "$file" >"$TMP/$name.want"
  [ -s "$TMP/$name.want" ] || bad "$name states nothing"
  for host in $HOSTS; do
    run "$name.$host" "$host" run "$file" --data "$TMP/bars"
    expect 0 "$name on $host"
    sed -n 's/^info: \[[^]]*\] //p' "$TMP/$name.$host.err" >"$TMP/$name.$host.got"
    same "$TMP/$name.want" "$TMP/$name.$host.got" "$name on $host"
    run "$name.$host.lua" "$host" pine "$file"
    expect 0 "translating $name on $host"
    [ -f "$TMP/$name.lua" ] || cp "$TMP/$name.$host.lua.out" "$TMP/$name.lua"
    same "$TMP/$name.lua" "$TMP/$name.$host.lua.out" "the translation of $name on $host"
  done
done
finish
