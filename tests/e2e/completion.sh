# SPDX-License-Identifier: MIT
# wick completion and wick doc --luals: every name is in the script of each shell and in the
# annotations, and shells and Lua can read them.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
for host in $HOSTS; do
  for shell in bash zsh fish; do
    run c "$host" completion "$shell"
    expect 0 "$shell"
    cp "$TMP/c.out" "$TMP/$shell.$host"
    grep -q -e "$host" "$TMP/c.out" && good || bad "$shell: $host is not named"
    if command -v "$shell" >/dev/null 2>&1; then
      "$shell" -n "$TMP/$shell.$host" 2>"$TMP/c.err" && good || bad "$shell cannot read it: $(head -n 2 "$TMP/c.err")"
    fi
    for command in run score "data check"; do
      # shellcheck disable=SC2086
      "$BUILD/$host" $command --help | sed -n 's/^  --\([a-z-]*\).*/\1/p' | while read -r option; do
        grep -Eq -e "(--|-l )$option( |=|'|\\[)" "$TMP/$shell.$host" || echo "$option"
      done >"$TMP/lost"
      [ -s "$TMP/lost" ] && bad "$shell: options of $command are missing: $(tr '\n' ' ' <"$TMP/lost")" || good
    done
  done
  run c "$host" completion tcsh
  expect 2 "another shell"
  run c "$host" completion bsh
  says c "did you mean 'bash'" "a misspelt shell"
done
# Annotations for editors: Lua that loads, with every indicator, metric and setting in it.
for host in $HOSTS; do
  run l "$host" doc --luals "$TMP"
  expect 0 "annotations"
  cp "$TMP/wick.lua" "$TMP/luals.$host"
  same "$TMP/luals.$first" "$TMP/luals.$host" "hosts"
  for kind in ta metrics settings; do
    "$BUILD/$host" list $kind | sed -e 1,2d -e 's/^ta\.//' -e 's/[( ].*//' | while read -r name; do
      grep -Eq "(ta\.$name\(|@field $name\??) ?" "$TMP/wick.lua" || echo "$name"
    done >"$TMP/lost"
    [ -s "$TMP/lost" ] && bad "annotations lack of $kind: $(tr '\n' ' ' <"$TMP/lost")" || good
  done
  has "$TMP/wick.lua" "function sym:buy("
  has "$TMP/wick.lua" "function metrics.pbo(lists, options)"
  for method in abs sign floor ceil round sqrt exp log log10 isna nz min max pow mod iff lag both either negate gt; do
    has "$TMP/wick.lua" "function x:$method("
  done
  # Hooks say what they are given, indicators what they give, and words of one argument stay so.
  has "$TMP/wick.lua" "---@field signals? fun(b: wick.bars, p: table): any "
  has "$TMP/wick.lua" "---@field on table<string, fun(sym: wick.sym, p: table): any> "
  has "$TMP/wick.lua" "---@class wick.ta.macd : wick.series"
  has "$TMP/wick.lua" "---@overload fun(n?: integer): wick.series"
  grep -B 3 -F "function wick.nz(x, y) end" "$TMP/wick.lua" | tr '\n' ' ' >"$TMP/nz"
  has "$TMP/nz" "---@param x any ---@param y? any ---@return any function"
  run l "$host" doc --luals "$TMP/a/new/folder"
  expect 0 "annotations into a folder that is not there"
  same "$TMP/wick.lua" "$TMP/a/new/folder/wick.lua" "the same annotations"
  { cat "$TMP/wick.lua"; echo 'error("read to the end")'; } >"$TMP/meta.lua"
  for lua in lua5.4 luajit; do
    command -v "$lua" >/dev/null 2>&1 || continue
    "$lua" "$TMP/meta.lua" 2>&1 | grep -q "read to the end" && good || bad "$lua cannot run the annotations"
  done
done

if command -v fish >/dev/null 2>&1; then
  fish -c "source '$TMP/fish.$first'; complete -C 'wick run --profile qs'; complete -C 'wick doc ta.supertr'" >"$TMP/tried"
  has "$TMP/tried" "qstrader"
  has "$TMP/tried" "ta.supertrend"
fi
# Checkers of annotated Lua find nothing in what is shipped, and find a misspelt hook.
mkdir -p "$TMP/lint/good" "$TMP/lint/bad"
cp "$SRC"/strategies/*.lua "$SRC"/examples/scripts/*.lua "$TMP/wick.lua" "$TMP/lint/good"
cp "$TMP/wick.lua" "$TMP/lint/bad"
printf 'local S = wick.strategy "bad"\nfunction S.signls(b) return { long = b.close:gt(1) } end\nreturn S\n' >"$TMP/lint/bad/s.lua"
if command -v emmylua_check >/dev/null 2>&1; then
  emmylua_check "$TMP/lint/good" >"$TMP/lint.out" 2>&1 && good || bad "emmylua_check: $(grep -A 1 warning "$TMP/lint.out" | head -n 6)"
  emmylua_check "$TMP/lint/bad" >"$TMP/lint.out" 2>&1
  has "$TMP/lint.out" signls
fi
if command -v lua-language-server >/dev/null 2>&1; then
  lua-language-server --check "$TMP/lint/good" --logpath "$TMP/lint" >"$TMP/lint.out" 2>&1
  has "$TMP/lint.out" "no problems found"
fi

if command -v bash >/dev/null 2>&1; then
  cat >"$TMP/try.bash" <<'BASH'
source "$1"
try() {
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _wick_complete
    echo "$*: ${COMPREPLY[*]}"
}
cd /
try wick sc
try wick run --monte-carlo-
try wick data res
try wick run --format ""
try wick data check --qui
try wick run --profile back
try wick diff-profiles --to-profile qst
try wick run --engine fee_ord
try wick run --breakdown week
try wick doc ta.sm
try wick doc gap_f
try wick score --profile py
BASH
  bash "$TMP/try.bash" "$TMP/bash.$first" >"$TMP/tried"
  has "$TMP/tried" "wick sc: score"
  has "$TMP/tried" "wick run --monte-carlo-: --monte-carlo-mode"
  has "$TMP/tried" "wick data res: resample"
  has "$TMP/tried" "wick run --format : table full json"
  has "$TMP/tried" "wick data check --qui: --quiet"
  has "$TMP/tried" "wick run --profile back: backtesting.py"
  has "$TMP/tried" "wick diff-profiles --to-profile qst: qstrader"
  has "$TMP/tried" "wick run --engine fee_ord: fee_order="
  has "$TMP/tried" "wick run --breakdown week: weekday"
  has "$TMP/tried" "wick doc ta.sm: ta.sma ta.smi"
  has "$TMP/tried" "wick doc gap_f: gap_fill"
  grep -q "wick score --profile py: .*qstrader" "$TMP/tried" && bad "profiles that score does not know" || good
fi
finish
