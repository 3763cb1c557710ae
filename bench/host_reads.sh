#!/bin/sh
# SPDX-License-Identifier: MIT
# Bars a second of a bar hook that reads four series values, by CPU time: the run of that script less
# the run of one that decides by columns and never trades. Usage: bench/host_reads.sh BUILD [BARS]
build=${1:?folder with wick and wick-jit} bars=${2:-2000000}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cat >"$work/reads.lua" <<'LUA'
local S = wick.strategy "reads"
function S.init(ctx)
  ctx:series("f", function(b) return ta.sma(b.close, 10) end)
  ctx:series("g", function(b) return ta.sma(b.close, 30) end)
end
function S.each_bar(sym)
  local f, g = sym.f, sym.g
  local f0, g0, f1, g1 = f[0], g[0], f[1], g[1]
  if f0 > g0 and f1 < 0 and g1 > 3 then sym:close() end
end
return S
LUA
cat >"$work/columns.lua" <<'LUA'
local S = wick.strategy "columns"
function S.signals(b)
  return { long = ta.sma(b.close, 10):lt(0), flat = ta.sma(b.close, 30):lt(0) }
end
return S
LUA
"$build/wick" data synth --out "$work/csv" --symbols 1 --bars "$bars" --timeframe 15m --quiet &&
  "$build/wick" data convert "$work/csv" --out "$work/bars.wick" --quiet || exit 2
least() { # HOST SCRIPT: least user seconds of seven runs
  for i in 1 2 3 4 5 6 7; do
    bash -c "TIMEFORMAT=%U; time '$build/$1' run '$work/$2.lua' --data '$work/bars.wick' --quiet >/dev/null" 2>&1
  done | sort -n | head -1
}
for host in wick wick-jit; do
  [ -x "$build/$host" ] || continue
  awk -v h="$host" -v a="$(least $host reads)" -v b="$(least $host columns)" -v n="$bars" 'BEGIN {
    d = a - b; if (d < 0.001) d = 0.001
    printf "%-9s %7.1f M bars/s (%.3f s less %.3f s for %d bars)\n", h, n / d / 1e6, a, b, n }'
done
