# SPDX-License-Identifier: MIT
# docs/reference is what the registries say, and every name a script can reach has an entry.
. "$(dirname "$0")/support/lib.sh"
for host in $HOSTS; do
  run x "$host" doc --check "$SRC/docs/reference"
  expect 0 "$host doc --check"
  mkdir -p "$TMP/$host"
  run x "$host" doc --all "$TMP/$host"
  expect 0 "$host doc --all"
  for page in README ta metrics objectives settings lua; do
    same "$SRC/docs/reference/$page.md" "$TMP/$host/$page.md" "page $page"
  done
  echo "stale" >>"$TMP/$host/ta.md"
  run x "$host" doc --check "$TMP/$host"
  expect 2 "a stale page"
  says x 'ta.md: out of date' "a stale page"
done
# Names as the sources of the Lua layer spell them: doc comments of the Lua files, operations of
# series, fields of symbols, of the portfolio and of Pine's object.
{
  sed -n 's/^ *--- \(wick\|pine\|ta\|metrics\|s\)\([.:]\)\([a-z_.]*\).*/\1\2\3/p' \
    "$SRC"/lua/wick/*.lua "$SRC"/lua/wick/pine/*.lua
  grep -o '{"[a-z0-9]*", WICK_OP_' "$SRC/src/lua/series.c" | sed 's/{"\([a-z0-9]*\)".*/wick.\1/'
  awk '/getter_name [a-z]*_getters/ { w = $0; sub(/.*getter_name /, "", w); sub(/_getters.*/, "", w)
         if (w == "pine") w = "s" }
       /\{NULL, 0\}/ { print_names(); w = "" }
       w != "" { print_names() }
       function print_names(  t) {
         t = $0
         while (w != "" && match(t, /\{"[a-z_]+"/)) {
           print w "." substr(t, RSTART + 2, RLENGTH - 3); t = substr(t, RSTART + RLENGTH)
         }
       }' "$SRC/src/lua/sym.c"
} | sort -u >"$TMP/names"
[ "$(wc -l <"$TMP/names")" -gt 60 ] && good || bad "only $(wc -l <"$TMP/names") names were found"
for host in $HOSTS; do
  while read -r name; do
    run x "$host" doc "$name"
    [ "$CODE" -eq 0 ] && good || bad "$host doc $name: no entry in src/cli/doc_lua.c"
  done <"$TMP/names"
  break
done
# Every indicator's example runs as it is printed, and gives as many bars as there are.
ENTRIES=$(grep -c '^### ta\.' "$SRC/docs/reference/ta.md")
{
  echo 'local S = wick.strategy "examples"'
  echo 'function S.series(b)'
  echo '  local all = {}'
  sed -n 's/^Example: `local \([a-z_0-9]*\)\(.*\)`$/  do local \1\2; all[#all + 1] = \1 end/p' \
    "$SRC/docs/reference/ta.md"
  echo "  assert(#all == $ENTRIES, 'examples: ' .. #all .. ' of $ENTRIES')"
  echo '  local out = {}'
  echo '  for i, x in ipairs(all) do out["x" .. i] = x end'
  echo '  return out'
  echo 'end'
  echo 'function S.each_bar(sym)'
  echo "  for i = 1, $ENTRIES do assert(type(sym['x' .. i][0]) == 'number') end"
  echo 'end'
  echo 'return S'
} >"$TMP/examples.lua"
for host in $HOSTS; do
  run synth "$host" data synth --out "$TMP/bars" --symbols 1 --bars 300 --seed 5
  run x "$host" run "$TMP/examples.lua" --data "$TMP/bars"
  expect 0 "$host: examples of docs/reference/ta.md"
done
finish
