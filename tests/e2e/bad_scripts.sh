# SPDX-License-Identifier: MIT
# Scripts that are wrong or hostile: a message with the place and a hint, exit code 2, no output.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 2 --bars 300 --seed 5
expect 0 "making bars"
HERE=$SRC/tests/e2e/scripts

try() { # HOST SCRIPT PATTERN [OPTIONS]
  host=$1 script=$2 pattern=$3
  shift 3
  rm -f "$TMP"/o.*
  (cd "$TMP" && exec timeout 60 "$BUILD/$host" run "$HERE/$script.lua" --data "$TMP/bars" --trades o.trades \
    --orders o.orders --equity o.equity --metrics o.metrics "$@" >x.out 2>x.err)
  CODE=$?
  run_name=x
  expect 2 "$host $script"
  says x "$pattern" "$host $script"
  says x '^hint: |did you mean' "$host $script has no hint"
  grep -q 'error: ' "$TMP/x.err" && good || bad "$host $script: no error line"
  [ ! -s "$TMP/x.out" ] && good || bad "$host $script wrote to stdout"
  [ -z "$(ls "$TMP" | grep '^o\.' || true)" ] && good || bad "$host $script left output"
}

for host in $HOSTS; do
  try $host endless_body 'endless_body.lua'
  try $host recursion 'recursion.lua:2'
  try $host memory_bomb 'memory'
  try $host string_bomb 'memory|string_bomb.lua'
  try $host error_nil 'error_nil.lua'
  try $host error_table 'error_table.lua'
  try $host returns_nothing 'returns_nothing.lua'
  try $host signals_nothing 'signals_nothing.lua'
  try $host no_hook 'no_hook.lua'
  try $host unknown_global "unknown_global.lua:2.*tta"
  try $host unknown_indicator "unknown_indicator.lua:2.*smaa"
  try $host unknown_signal "lnog"
  try $host unknown_order_key "unknown_order_key.lua:2"
  try $host future 'future.lua:2'
  try $host syntax 'syntax.lua:[23]'
  try $host escape 'escape.lua:1'
  [ ! -e "$TMP/escaped" ] && good || bad "$host: a script got out"
done
# Loops inside hooks, compiled and interpreted: the latter name the line.
for host in $HOSTS; do
  try $host endless_bar 'endless_bar.lua'
  try $host endless_bar 'endless_bar.lua:3' --strict
  try $host endless_pcall 'endless_pcall.lua' --strict
  try $host endless_metric 'endless_metric.lua:4' --strict
done
# A folder, an empty file and bytes that are no text in the place of a script.
: >"$TMP/empty.lua"
head -c 4096 /dev/urandom >"$TMP/noise.lua"
printf '\033Lua' >"$TMP/bytecode.lua"
for host in $HOSTS; do
  for script in "$TMP/empty.lua" "$TMP/noise.lua" "$TMP/bytecode.lua" "$TMP"; do
    run x "$host" run "$script" --data "$TMP/bars"
    expect 2 "$host $script"
    says x "$(basename "$script")" "$host $script"
  done
done
finish
