# SPDX-License-Identifier: MIT
# Pine scripts with mistakes: all of them are found before the run, each with its line and column, as the
# `// error: LINE:COLUMN: text` lines at their heads say; run, check and translate refuse such a file.
. "$(dirname "$0")/support/lib.sh"
for file in "$SRC"/tests/pine/errors/*.pine; do
  name=$(basename "$file" .pine)
  for host in $HOSTS; do
    run "$name.$host" "$host" pine --check "$file"
    expect 2 "$name on $host"
    sed "s|^.*/$name.pine:||; s|: error: |: |" "$TMP/$name.$host.out" >"$TMP/$name.$host.found"
    sed -n 's|^// error: ||p' "$file" >"$TMP/$name.want"
    while read -r line; do
      if grep -Fq -- "$line" "$TMP/$name.$host.found"; then good; else bad "$name on $host does not say: $line"; fi
    done <"$TMP/$name.want"
    # Nothing but these.
    if [ "$(wc -l <"$TMP/$name.want")" -eq "$(wc -l <"$TMP/$name.$host.found")" ]; then good; else
      bad "$name on $host finds something else:"
      while read -r found; do
        hit=0
        while read -r line; do case $found in "$line"*) hit=1 ;; esac; done <"$TMP/$name.want"
        [ $hit -eq 1 ] || echo "  | $found"
      done <"$TMP/$name.$host.found"
    fi
  done
  run "$name.run" wick run "$file" --data "$SRC"
  expect 2 "running $name"
  says "$name.run" "wick pine --check" "running $name"
  run "$name.check" wick check "$file"
  expect 2 "checking $name"
done

# What goes wrong while the script runs names the line of the Pine file.
first=${HOSTS# }
run synth "${first%% *}" data synth --out "$TMP/bars" --symbols 1 --bars 60 --seed 11 --timeframe 15m
expect 0 "making bars"
cat >"$TMP/late.pine" <<'PINE'
//@version=6
strategy("late")
var a = array.new<float>(2, 0.0)
third(int i) =>
    int x = i + 1
    a.get(x)
float y = close
if bar_index == 10
    y := third(
         7)
plot(y)
PINE
for host in $HOSTS; do
  run late.$host "$host" run "$TMP/late.pine" --data "$TMP/bars"
  expect 2 "an index out of range on $host"
  says late.$host "late.pine:6: array.get: index 8 is out of range" "an index out of range on $host"
done

# A request that cannot be served names the line of the request, in a function of its own or not.
printf '//@version=6\nindicator("finer")\nf(n) =>\n    ta.sma(close, n)\n\ng(tf) =>\n    request.security(syminfo.tickerid, tf, f(3))\n' >"$TMP/finer.pine"
printf 'a = g("15")\nb = request.security(syminfo.tickerid, "1", f(5))\nplot(a + b)\n' >>"$TMP/finer.pine"
for host in $HOSTS; do
  run finer.$host "$host" run "$TMP/finer.pine" --data "$TMP/bars"
  expect 2 "a request of finer bars on $host"
  says finer.$host "finer.pine:9: .*finer than the bars.*--finer" "a request of finer bars on $host"
done

# A field of an object that is na.
printf '//@version=6\nindicator("na")\ntype N\n    float v\nN n = na\nfloat z = n.v\nplot(z)\n' >"$TMP/na.pine"
for host in $HOSTS; do
  run na.$host "$host" run "$TMP/na.pine" --data "$TMP/bars"
  expect 2 "a field of na on $host"
  says na.$host "na.pine:6: .*the object is na" "a field of na on $host"
done

# Malformed input names its line, whatever it is.
printf '\001\002\377' >"$TMP/bytes.pine"
run bytes wick pine "$TMP/bytes.pine"
expect 2 "bytes"
says bytes "bytes.pine:1:1: error" "bytes"
printf '//@version=6\nindicator("deep")\nx = %s1\n' "$(printf '%0500d' 0 | tr 0 '(')" >"$TMP/deep.pine"
run deep wick pine "$TMP/deep.pine"
expect 2 "brackets in brackets"
says deep "deep.pine:3:.*nested more than" "brackets in brackets"
: >"$TMP/empty.pine"
run empty wick pine "$TMP/empty.pine"
expect 2 "an empty file"
finish
