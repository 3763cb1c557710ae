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
plant higher <<'LUA'
local S = wick.strategy "higher"
function S.signals(b)
  local f, g = b:higher("1w", function(w) return ta.peek(w.close) end), ta.sma(b.close, 5)
  return { long = ta.cross_over(g, f), flat = ta.cross_under(g, f) }
end
return S
LUA
plant other <<'LUA'
local S = wick.strategy "other"
function S.signals(b)
  local f, g = b:symbol("SYN02", function(o) return ta.peek(o.close) end), ta.sma(b.close, 5)
  return { long = ta.cross_over(g, f), flat = ta.cross_under(g, f) }
end
return S
LUA
plant allocate <<'LUA'
local S = wick.strategy "allocate"
S.rebalance = "week"
function S.init(ctx) ctx:series("next", function(b) return ta.peek(b.close) / b.close end) end
S.allocate = { alpha = "next", top = 1 }
return S
LUA
# Columns of a model, which no entry depends on before there is one.
plant features <<'LUA'
local S = wick.strategy "features"
function S.signals(b) return { long = ta.cross_over(b.close, ta.sma(b.close, 9)), hold = 3 } end
function S.features(b) return { rsi = ta.rsi(b.close, 14), peek = ta.peek(b.close) / b.close } end
return S
LUA
plant pine_features <<'LUA'
local s = pine.strategy { title = "pine features" }
s:features { peek = ta.peek(s.close) }
local f = ta.sma(s.close, 9)
return s:each_bar(function()
  if s.close[0] > f[0] then s:entry("L", s.long) else s:close("L") end
end)
LUA
cat >"$TMP/total.lua" <<'LUA'
local S = wick.strategy "total"
function S.each_bar(sym)
  if sym.position == 0 and sym.close[0] < sym.close[3] then sym:buy { units = 1, hold = 5 } end
end
function S.features(b) return { place = wick.cross_mean(ta.ema(b.close, 30)) } end
return S
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
  for style in signals triggers events pine higher other allocate features pine_features; do
    run "$style" "$host" audit "$TMP/$style.lua" --data "$TMP/bars" --cuts 4
    expect 3 "$host $style"
    case $style in
    higher) what='higher("1w", ta.peek)' ;;
    other) what='other("SYN02", ta.peek)' ;;
    *) what=ta.peek ;;
    esac
    has "$TMP/$style.out" "look-ahead: the series $what of SYN0"
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
  run total "$host" audit "$TMP/total.lua" --data "$TMP/bars" --cuts 4
  expect 0 "$host: a cross-sectional feature"
  has "$TMP/total.out" "features.place"
  for script in "$SRC"/strategies/*.lua; do
    name=$(basename "$script" .lua)
    run "$name" "$host" audit "$script" --data "$TMP/bars" --cuts 3
    expect 0 "$host $name is clean"
    has "$TMP/$name.out" "no look-ahead found"
  done
done
# What goes on after the cut is no knowledge of it: orders that are moved, turned round or made larger
# by what they reverse (Pine), that fill in parts, that a split rewrites while they rest.
for script in "$SRC"/examples/scripts/*.lua "$SRC"/tests/pine/*.lua; do
  case $script in *mtf-htf-60*) continue ;; esac # bars of an hour, of days
  name=$(basename "$script" .lua)
  grep -q 'wick.strategy\|pine.strategy' "$script" || continue
  run "$name" "$first" audit "$script" --data "$SRC/examples/bars" --cuts 6 --quiet
  expect 0 "$name is clean"
done
cat >"$TMP/turned.lua" <<'LUA'
local s = pine.strategy { title = "turned" }
return s:each_bar(function()
  local up = s.bar_index[0] % 7 < 4
  s:entry("one", up and s.long or s.short, s.bar_index[0] % 3 == 0 and { limit = s.close[0] * 0.9 }
    or { stop = s.close[0] * (up and 1.1 or 0.9) })
end)
LUA
run turned "$first" audit "$TMP/turned.lua" --data "$TMP/bars" --cuts 40
expect 0 "moved orders"
cat >"$TMP/rest.lua" <<'LUA'
local S = wick.strategy "rest"
function S.each_bar(sym)
  if sym.position == 0 and sym.pending == 0 then sym:buy { units = 5000, limit = sym.close[0] * 0.97 } end
  if sym.position ~= 0 and sym.bars_held > 3 then sym:close() end
end
return S
LUA
for setting in volume_pct=0.5 "volume_pct=0.5 volume_rest=cancel" size_at=fill; do
  # shellcheck disable=SC2086
  run rest "$first" audit "$TMP/rest.lua" --data "$TMP/bars" --cuts 40 --engine $setting
  expect 0 "$setting"
done
{
  echo date,symbol,dividend,split
  sed -n '100p;200p;300p;400p' "$TMP/bars/SYN01.csv" | cut -d, -f1 | sed 's/T.*//' | while read -r day; do echo "$day,SYN01,,3"; done
} >"$TMP/actions.csv"
run split "$first" audit "$TMP/rest.lua" --data "$TMP/bars" --cuts 60 --actions "$TMP/actions.csv"
expect 0 "splits while orders rest"
# No series and no order differs, what a fill pays does: the number of bars there will be.
cat >"$TMP/fees.lua" <<'LUA'
local count = 0
ta.define { name = "same", inputs = { "src" }, run = function(n, x)
  count = n
  local out = {}
  for i = 1, n do out[i] = x[i] end
  return out
end }
local S = wick.strategy "fees"
function S.signals(b) return { long = ta.same(b.close):gt(b.open), hold = 2, size = { units = 1 } } end
function S.fees(fill) return count / 100 end
return S
LUA
run fees "$first" audit "$TMP/fees.lua" --data "$TMP/bars" --cuts 4
expect 3 "fees of the future"
has "$TMP/fees.out" "look-ahead: the account's cash changed at"
run fees.json "$first" audit "$TMP/fees.lua" --data "$TMP/bars" --cuts 4 --format json
has "$TMP/fees.json.out" '"kind": "account"'
run few "$first" audit "$SRC/strategies/ma_crossover.lua" --data "$TMP/bars" --to 2018-01-03
expect 2 "too few bars"
has "$TMP/few.err" "too few to cut"
finish
