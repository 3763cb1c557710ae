# SPDX-License-Identifier: MIT
# `wick audit`: clean on everything shipped, finds a planted look-ahead in each style; both hosts
# say the same.
. "$(dirname "$0")/support/lib.sh"
first=${HOSTS# }
first=${first%% *}
run synth "$first" data synth --out "$TMP/bars" --symbols 3 --bars 500 --seed 11 --ragged
expect 0 "making bars"

# An indicator in Lua that looks three bars ahead, and the four ways to use it.
cat >"$TMP/peek.lua" <<'LUA'
ta.define { name = "peek", inputs = { "src" }, run = function(n, x)
  local out = {}
  for i = 1, n do out[i] = x[math.min(n, i + 3)] end
  return out
end }
LUA
plant() { # NAME, the rest of the file on stdin
  cat "$TMP/peek.lua" - >"$TMP/$1.lua"
}
plant signals <<'LUA'
local S = wick.strategy "signals"
function S.signals(b)
  local f, g = ta.peek(b.close), ta.sma(b.close, 5)
  return { long = ta.cross_over(f, g), flat = ta.cross_under(f, g) }
end
return S
LUA
plant triggers <<'LUA'
local S = wick.strategy "triggers"
function S.series(b) S.when.up = ta.peek(b.close):gt(b.close) end
function S.on.up(sym) if sym.position == 0 then sym:buy { units = 1 } else sym:close() end end
return S
LUA
plant events <<'LUA'
local S = wick.strategy "events"
function S.init(ctx) ctx:series("f", function(b) return ta.peek(b.close) end) end
function S.each_bar(sym)
  if sym.f[0] > sym.close[0] then sym:buy { units = 1 } elseif sym.position > 0 then sym:close() end
end
return S
LUA
plant pine <<'LUA'
local s = pine.strategy { title = "pine" }
local f = ta.peek(s.close)
return s:each_bar(function()
  if f[0] > s.close[0] then s:entry("L", s.long) else s:close("L") end
end)
LUA
# No series of its own looks ahead, but what it orders depends on how many bars there will be.
cat >"$TMP/length.lua" <<'LUA'
ta.define { name = "left", inputs = { "src" }, run = function(n, x)
  local out = {}
  for i = 1, n do out[i] = n - i end
  return out
end }
local S = wick.strategy "length"
function S.signals(b) return { long = wick.lt(ta.left(b.close) % 7, 1), hold = 3 } end
return S
LUA

for host in $HOSTS; do
  for style in signals triggers events pine; do
    run "$style" "$host" audit "$TMP/$style.lua" --data "$TMP/bars" --cuts 4
    expect 3 "$host $style"
    has "$TMP/$style.out" "look-ahead: the series ta.peek of SYN0"
    has "$TMP/$style.out" "later bars left out"
    has "$TMP/$style.out" "replaced by noise"
    run "$style.json" "$host" audit "$TMP/$style.lua" --data "$TMP/bars" --cuts 4 --format json
    expect 3 "$host $style as JSON"
    [ "$host" = "$first" ] && cp "$TMP/$style.json.out" "$TMP/$style.first"
    same "$TMP/$style.first" "$TMP/$style.json.out" "what the hosts say of $style"
  done
  run length "$host" audit "$TMP/length.lua" --data "$TMP/bars" --cuts 4
  expect 3 "$host length"
  has "$TMP/length.out" "look-ahead: the series ta.left"
  for script in "$SRC"/strategies/*.lua; do
    name=$(basename "$script" .lua)
    run "$name" "$host" audit "$script" --data "$TMP/bars" --cuts 3
    expect 0 "$host $name is clean"
    has "$TMP/$name.out" "no look-ahead found"
  done
done
run few "$first" audit "$SRC/strategies/ma_crossover.lua" --data "$TMP/bars" --to 2018-01-03
expect 2 "too few bars"
has "$TMP/few.err" "too few to cut"
finish
