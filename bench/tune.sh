#!/bin/sh
# SPDX-License-Identifier: MIT
# Trials of a search: 10,000 of a Donchian breakout over 21 symbols and five years of daily bars with
# SQLite storage, a grid of 2,304 cells, and, with a Python that has them, PyBroker and Optuna on the
# same job (few trials, scaled). Usage: bench/tune.sh BUILD [PYTHON [TRIALS]]
build=${1:?folder with wick} python=${2:-} trials=${3:-10000}
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
wick=$build/wick
"$wick" data synth --out "$work/bars" --symbols 21 --bars 1260 --quiet || exit 2
now() { date +%s.%N; }
# CPU seconds of the children so far; beside the clock because another job may have the machine.
cpu() {
  times >"$work/times"
  awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, t, "[ms]"); s += 60 * t[1] + t[2] } print s }' "$work/times"
}
rate() { # LABEL TRIALS BEGIN END CPU CPU
  awk -v l="$1" -v n="$2" -v a="$3" -v b="$4" -v c="$5" -v d="$6" 'BEGIN {
    printf "%-34s %8.2f s %8.1f trials/s   CPU %8.2f s %8.3f ms/trial\n", l, b - a, n / (b - a), d - c,
      1e3 * (d - c) / n }'
}
# Whole commands: start, loading, search, weighing the result, files.
timed() { # LABEL TRIALS COMMAND...
  label=$1 n=$2
  shift 2
  cpu >"$work/cpu0"
  begin=$(now)
  "$@" >"$work/out" 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
  end=$(now)
  cpu >"$work/cpu1"
  rate "$label" "$n" "$begin" "$end" "$(cat "$work/cpu0")" "$(cat "$work/cpu1")"
}
space='--fix trigger=high is_long_only=true exit_channel=0 volume_filter=false'
s=$here/strategies/donchian_breakout.lua
for sampler in random tpe; do
  # shellcheck disable=SC2086
  timed "$sampler, SQLite, batch 64" "$trials" "$wick" tune "$s" --data "$work/bars" --trials "$trials" \
    --sampler $sampler --batch 64 --study "sqlite:///$work/$sampler.db" --out "$work/$sampler" $space
done
grid='grid({"donchian_period": [15,17,19,21,23,25,27,29,31,33,35,37,39,41,43,45], "atr_period": [10,12,14,16,18,20],
  "initial_stop_atr_multiplier": [1.5,2,2.5,3], "trailing_stop_atr_multiplier": [2.5,3,3.5,4,4.5,5]})'
# shellcheck disable=SC2086
timed "grid of 2,304 cells" 2304 "$wick" tune "$s" --data "$work/bars" --trials 2304 --sampler "$grid" \
  --batch 64 --out "$work/grid" $space --fix risk_per_trade_pct=0.02
[ "$(grep -c COMPLETE "$work/grid/trials.csv")" -eq 2304 ] || { echo "the grid has not 2,304 cells" >&2; exit 1; }
[ -z "$python" ] && exit 0
"$python" "$here/bench/tune_pybroker.py" "$work/bars" 8
