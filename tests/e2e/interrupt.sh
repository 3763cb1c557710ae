# SPDX-License-Identifier: MIT
# Ctrl-C ends with 130 and leaves nothing half-written; a full disk leaves nothing either.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 4 --bars 2000 --seed 5
expect 0 "making bars"
mkdir "$TMP/out"
cat >"$TMP/slow.lua" <<'LUA'
local S = wick.strategy "slow"
local x = 0
function S.each_bar(sym)
  for i = 1, 100000 do x = (x + i) % 1000 end
  if sym.position == 0 then sym:buy { units = 1 } else sym:close() end
end
return S
LUA
for host in $HOSTS; do
  # Background jobs of a script ignore SIGINT, unless something sets it back: hence env.
  env --default-signal=INT "$BUILD/$host" run "$TMP/slow.lua" --data "$TMP/bars" --strict \
    --trades "$TMP/out/t.csv" --equity "$TMP/out/e.csv" >"$TMP/x.out" 2>"$TMP/x.err" &
  pid=$!
  sleep 1
  kill -INT $pid
  wait $pid
  CODE=$?
  run_name=x
  expect 130 "$host interrupted"
  says x 'interrupted' "$host interrupted"
  [ ! -s "$TMP/x.out" ] && good || bad "$host wrote to stdout after Ctrl-C"
  [ -z "$(ls -A "$TMP/out")" ] && good || bad "$host left $(ls -A "$TMP/out") after Ctrl-C"

  # On a terminal long work says that it goes on; `script` gives it one.
  if command -v script >/dev/null; then
    script -qec "timeout -s INT 3 '$BUILD/$host' run '$TMP/slow.lua' --data '$TMP/bars' --strict" \
      /dev/null </dev/null >"$TMP/x.tty" 2>&1
    grep -q 'running \.\.\. [12] s' "$TMP/x.tty" && good || bad "$host shows no progress on a terminal"
  fi
  grep -q 'running' "$TMP/x.err" && bad "$host shows progress without a terminal" || good

  # No file may grow past 8 blocks of 512 bytes: the equity does not fit, the trades would.
  printf 'old\n' >"$TMP/out/t.csv"
  (
    ulimit -f 8
    trap '' XFSZ
    exec "$BUILD/$host" run "$SRC/strategies/ma_crossover.lua" --data "$TMP/bars" \
      --trades "$TMP/out/t.csv" --equity "$TMP/out/e.csv" >"$TMP/x.out" 2>"$TMP/x.err"
  )
  CODE=$?
  expect 2 "$host with a full disk"
  says x 'e.csv|t.csv' "$host names the file that does not fit"
  [ "$(cat "$TMP/out/t.csv")" = old ] && good || bad "$host replaced one of two files"
  [ "$(ls -A "$TMP/out")" = t.csv ] && good || bad "$host left $(ls -A "$TMP/out") on a full disk"
  rm -f "$TMP/out"/*
done
finish
