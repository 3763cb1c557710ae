-- SPDX-License-Identifier: MIT
-- calc_on_order_fills: what the runs of a script inside a bar leave behind (nothing but orders and what is
-- listed as varip), and what they see.

local HEAD = "local s = pine.strategy { title = 'x', calc_on_order_fills = true, pyramiding = 9 }\n" ..
  "local close = s.close\n"
-- Enters whenever it may: every bar from the second on is run four times.
local GREEDY = "s:close_all()\ns:entry('L', s.long)\n"

local function play(before, body, fields, args)
  return must_run {
    bars = { symbols = 1, count = 120, seed = 9 },
    script = (args or HEAD) .. before .. "\nreturn s:each_bar(function()\n" .. body .. "\nend" .. (fields or "") .. ")",
  }
end

test("variables, tables, series and indicators go back; varip stays", function()
  local r = play([[
    local runs, n, mood, log = 0, 0, "calm", {}
    local ser, text, kept = pine.series(0), pine.series("string", "none"), pine.series(0)
    local ema, hh, change = pine.call.ema(), pine.call.highest(), pine.call.change()
    local arr, map = pine.array.new_float(), pine.map.new("float")
    local T = pine.type("T", { { "n", 0 }, { "runs", 0, varip = true } })
    local obj = T.new()
    local slow = wick.stream("ema", 5)
    local function counter()
      local c = 0
      return function() c = c + 1; return c end
    end
    local count = counter()
    local sum, seen = 0, nil]], [[
    local bar = s.bar
    if bar ~= seen then
      -- Nothing of the bar before but its last run: every count is that of bars.
      assert(n == bar and #log == bar and arr:size() == bar and map:size() == bar and obj.n == bar, "bars are counted")
      assert(bar == 0 or ser[1] == bar and ser[0] == bar, "the column")
      assert(bar == 0 or text[0] == "bar " .. wick.fmt(bar - 1), "texts")
      seen = bar
    else
      assert(n == bar and #log == bar and ser[0] == bar, "a run inside the bar begins where the bar did")
    end
    runs, obj.runs = runs + 1, obj.runs + 1
    kept:set(kept[0] + 1)
    n = n + 1
    assert(count() == n)
    log[#log + 1] = close[0]
    arr:push(close[0])
    map:put(bar, close[0])
    obj.n = obj.n + 1
    ser:set(ser[0] + 1)
    text:set("bar " .. wick.fmt(bar))
    mood = mood .. "x"
    local a, b, c, d = ema(close[0], 5), hh(close[0], 7), change(close[0], 1), slow(close[0])
    sum = sum + (a == a and a or 0) + (b == b and b or 0) + (c == c and c or 0) + (d == d and d or 0)
    ]] .. GREEDY, ", { varip = { 'runs', 'kept', 'seen' } }")
  check(#r.trades > 400, "the script entered four times a bar: " .. #r.trades)
end)

test("indicators end as those of a run without", function()
  local body = [[
    local x = up[0] == 1 and ema(close[0], 5) or rsi(close[0], 4)
    local y = stoch(close[0], s.high[0], s.low[0], 6)
    local z = many(close[0], 3)
    many(close[0] * 2, 3)
    p(x)
    q(y)
    v(z)
    w(math.random())
    ]]
  local before = [[
    local up = wick.gt(close, s.open)
    local ema, rsi, stoch, many = pine.call.ema(), pine.call.rsi(), pine.call.stoch(), pine.call.many("ema")
    local p, q, v, w = pine.series(), pine.series(), pine.series(), pine.series()
    local total = 0
    ]]
  local set = body:gsub("([pqvw])(%b())", function(f, x) return f .. ":set" .. x end)
  set = set .. "\nif s.bar > 20 then total = total + p[0] + q[0] + v[0] + w[0] end\n"
  local function total(args, trade)
    local _, message = run {
      bars = { symbols = 1, count = 120, seed = 9 },
      script = args .. before .. "\nreturn s:each_bar(function()\n" .. set .. "if s.bar == 119 and s.position_size == 0 then " ..
        "error('total ' .. wick.fmt(total)) end\nif s.bar < 118 then " .. trade .. " else s:close_all() end\nend)",
    }
    return message and message:match("total [%d.-]+")
  end
  local with = total(HEAD, GREEDY)
  local without = total(HEAD:gsub("calc_on_order_fills = true, ", ""), "")
  check(with ~= nil)
  equal(with, without)
end)

test("masks hold for runs inside a bar, by the position there", function()
  local r = play("local up = wick.gt(close, s.open)\nlocal runs = 0", [[
    runs = runs + 1
    assert(s.position_size ~= 0 or up[0] == 1, "asked while flat on a bar without the mask")
    if s.position_size == 0 then s:entry("L", s.long) else s:close("L") end]],
    ", { when_flat = up, when_long = true, varip = { 'runs' } }")
  check(#r.trades > 60)
end)

test("off and with process_orders_on_close the script runs once a bar", function()
  for _, extra in ipairs { "", ", calc_on_order_fills = true, process_orders_on_close = true" } do
    local r = play("local runs = 0", "runs = runs + 1\nassert(runs == s.bar + 1)\n" .. GREEDY, "",
      "local s = pine.strategy { title = 'x', pyramiding = 9" .. extra .. " }\nlocal close = s.close\n")
    check(#r.trades > 50)
  end
end)

test("varip is a list of names, also of fields", function()
  play("local v = { runs = 0, n = 0 }", [[
    v.runs, v.n = v.runs + 1, v.n + 1
    assert(v.n == s.bar + 1)
    assert(s.bar < 5 or v.runs > s.bar * 3)
    ]] .. GREEDY, ", { varip = { 'v.runs' } }")
  local _, message = run {
    bars = { symbols = 1, count = 20, seed = 9 },
    script = HEAD .. "return s:each_bar(function() end, { varip = 'n' })",
  }
  check(message and message:find("varip is a list of names", 1, true), message)
end)

test("a coroutine cannot be taken back", function()
  local _, message = run {
    bars = { symbols = 1, count = 20, seed = 9 },
    script = HEAD .. "local co = coroutine.wrap(function() while true do coroutine.yield(1) end end)\n" ..
      "return s:each_bar(function() co() " .. GREEDY .. " end)",
  }
  check(message and message:find("a coroutine cannot be taken back", 1, true), message)
end)

test("several symbols run again by themselves", function()
  local r = must_run {
    bars = { symbols = 3, count = 60, seed = 4 },
    script = HEAD .. "local n = 0\nreturn s:each_bar(function()\nassert(n == s.bar)\nn = n + 1\n" .. GREEDY .. "end)",
  }
  check(#r.trades > 400)
end)
