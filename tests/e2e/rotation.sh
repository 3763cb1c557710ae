# SPDX-License-Identifier: MIT
# Rotation against the real PyBroker 2.0.2 (tests/golden/alloc/make_rotation.py): every filled order
# with its day, quantity and price, on both hosts, long, short and both sides, ragged calendars too.
. "$(dirname "$0")/support/lib.sh"
G=$SRC/tests/golden/alloc
first=${HOSTS# }
first=${first%% *}
rows=0
while read -r name symbols bars seed shape look top bottom worst; do
  run synth "$first" data synth --out "$TMP/$name" --symbols "$symbols" --bars "$bars" --seed "$seed" \
    $([ "$shape" = ragged ] && echo --ragged)
  expect 0 "bars of $name"
  caps=
  [ "$top" -gt 0 ] && caps="max_long=$top"
  [ "$bottom" -gt 0 ] && caps="$caps max_short=$bottom"
  grep "^$name," "$G/rotation_pybroker2.csv" | cut -d, -f2- | sort -t, -k3,3 -k1,1 >"$TMP/$name.want"
  for host in $HOSTS; do
    # shellcheck disable=SC2086
    run "$name" "$host" run "$SRC/tests/e2e/scripts/rotation.lua" --data "$TMP/$name" --profile pybroker2 \
      --engine $caps --param look="$look" top="$top" bottom="$bottom" worst="$worst" \
      --orders "$TMP/$name.orders"
    expect 0 "$name on $host"
    awk -F, 'NR > 1 && $10 > 0 { print $2 "," $3 "," $8 "," $10 "," $13 }' "$TMP/$name.orders" |
      sort -t, -k3,3 -k1,1 >"$TMP/$name.got"
    same "$TMP/$name.want" "$TMP/$name.got" "orders of $name on $host"
  done
  rows=$((rows + $(wc -l <"$TMP/$name.want")))
done <"$G/rotation_cases.txt"
if [ "$rows" -eq 1328 ]; then good; else bad "compared $rows orders, not 1328"; fi
finish
