# SPDX-License-Identifier: MIT
# Profile qstrader against the real library (tests/golden/alloc/make_qstrader.py): 24 runs of random
# weights, long only with a cash buffer and long-short with leverage, fees, ragged calendars, daily, by
# weekday, at month ends, once. Every fill's quantity and price, and equity to 1e-9. Runs over shared
# bars are compared too where the library is at hand (WICK_QSTRADER names its python).
. "$(dirname "$0")/support/lib.sh"
G=$SRC/tests/golden/alloc
first=${HOSTS# }
first=${first%% *}
fills=0

# settings REBALANCE SIDE AMOUNT FEE: parameters of the script.
settings() {
  case $1 in
    daily) when=daily ;;
    month) when='month last' ;;
    hold) when=once ;;
    *) when="week $(echo "$1" | tr A-Z a-z)" ;;
  esac
  if [ "$2" = long ]; then word="buffer=$3"; else word="gross=$3"; fi
}

# compare NAME HOST: $TMP/NAME.want (rows of the library) against orders and equity of a run.
compare() {
  grep ",fill," "$TMP/$1.want" | awk -F, '{ print $3, $5 + 0, $6 + 0 }' | sort -s -k1,1 >"$TMP/$1.a"
  awk -F, 'NR > 1 && $10 > 0 { print $2, ($3 == "buy" ? 1 : -1) * $10, $13 + 0 }' "$TMP/$1.orders" |
    sort -s -k1,1 >"$TMP/$1.b"
  same "$TMP/$1.a" "$TMP/$1.b" "fills of $1 on $2"
  fills=$((fills + $(wc -l <"$TMP/$1.a")))
  grep ",equity," "$TMP/$1.want" | awk -F, '{ print $4 "," $5 }' >"$TMP/$1.e"
  if awk -F, 'NR == FNR { if (FNR > 1) got[$1] = $2; next }
      { n++; d = got[$1] - $2; if (d < 0) d = -d
        if (!($1 in got) || d > 1e-9 * ($2 < 0 ? -$2 : $2) + 1e-6) { print "  | " $0 ", here " got[$1]; bad++ } }
      END { exit n < 10 || bad > 0 }' "$TMP/$1.equity" "$TMP/$1.e" | head -n 3 >"$TMP/$1.diff" &&
    [ ! -s "$TMP/$1.diff" ]; then good; else
    bad "equity of $1 on $2"
    cat "$TMP/$1.diff"
  fi
}

while read -r name symbols bars seed shape rebalance side amount fee; do
  settings "$rebalance" "$side" "$amount"
  run synth "$first" data synth --out "$TMP/$name" --symbols "$symbols" --bars "$bars" --seed "$seed" \
    $([ "$shape" = ragged ] && echo --ragged)
  expect 0 "bars of $name"
  grep "^$name," "$G/qstrader.csv" >"$TMP/$name.want"
  for host in $HOSTS; do
    run "$name" "$host" run "$SRC/tests/e2e/scripts/qstrader.lua" --data "$TMP/$name" --profile qstrader \
      --cash 1000000 --engine fee_pct="$fee" --param when="$when" side="$side" seed="$seed" "$word" \
      --orders "$TMP/$name.orders" --equity "$TMP/$name.equity"
    expect 0 "$name on $host"
    compare "$name" "$host"
  done
done <"$G/qstrader_cases.txt"

# Shared bars: prices of every decimal, and holidays, which QSTrader does not know. It decides on them
# too, so the clock gets a symbol that has every weekday.
real() {
  mkdir -p "$TMP/real"
  for s in AAPL BAC CVX HOOD KO MSFT; do
    [ -f "$SHARED/data/daily/$s.csv" ] || { echo "skip: no shared bars of $s"; return; }
    awk -F, 'NR == 1 || ($1 >= "2021-01-04" && $1 <= "2022-06-30")' "$SHARED/data/daily/$s.csv" \
      >"$TMP/real/$s.csv"
  done
  cat >"$TMP/cases" <<'C'
rweek 51 WED long 0.05 0.1
rmonth 52 month long 0.02 0
rday 53 daily short 1.0 0.1
rfri 54 FRI short 1.5 0.05
rhold 55 hold long 0.05 0.1
C
  "$WICK_QSTRADER" "$G/make_qstrader.py" --bars "$TMP/real" AAPL BAC CVX HOOD KO MSFT <"$TMP/cases" \
    >"$TMP/real.csv" 2>"$TMP/real.err" || { bad "the library did not run"; return; }
  "$WICK_QSTRADER" -c 'import datetime as d
t = d.date(2021, 1, 4)
print("date,open,high,low,close,volume")
while t <= d.date(2022, 6, 30):
    if t.weekday() < 5: print(f"{t},1,1,1,1,1")
    t += d.timedelta(1)' >"$TMP/real/ZCLOCK.csv"
  while read -r name seed rebalance side amount fee; do
    settings "$rebalance" "$side" "$amount"
    grep "^$name," "$TMP/real.csv" >"$TMP/$name.want"
    run "$name" "$first" run "$SRC/tests/e2e/scripts/qstrader.lua" --data "$TMP/real" --profile qstrader \
      --cash 1000000 --engine fee_pct="$fee" --param when="$when" side="$side" seed="$seed" "$word" \
      --orders "$TMP/$name.orders" --equity "$TMP/$name.equity"
    expect 0 "$name"
    compare "$name" "$first"
  done <"$TMP/cases"
}
if [ -n "${WICK_QSTRADER:-}" ]; then real; else echo "skip: shared bars need WICK_QSTRADER"; fi
if [ "$fills" -gt 2000 ]; then good; else bad "only $fills fills were compared"; fi
finish
