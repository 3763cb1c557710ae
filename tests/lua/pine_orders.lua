-- SPDX-License-Identifier: MIT
-- strategy.* of Pine style on this host: calls, values, trades, masks, and what a wrong call is told.

local function play(body, args, wake)
  return must_run {
    bars = { symbols = 1, count = 300, seed = 9 },
    script = "local s = pine.strategy { title = 'x'" .. (args or "") .. " }\nlocal close = s.close\n" ..
      "local mean, seen = ta.sma(close, 5), 0\nlocal up, down = ta.crossover(close, mean), ta.crossunder(close, mean)\n" ..
      "return s:each_bar(function()\n" .. body .. "\nend" .. (wake or "") .. ")",
  }
end

test("entries, exits and closes with their fields", function()
  local r = play [[
    if up[0] == 1 and s.position_size == 0 then
      s:entry("L", s.long, { qty = 3, comment = "in" })
      s:exit("X", "L", { loss = 300, profit = 300, qty_percent = 50, comment_profit = "tp", comment_loss = "sl" })
      s:exit("Y", { from_entry = "L", trail_points = 200, trail_offset = 100 })
    end
    if down[0] == 1 and s.position_size > 0 then s:close("L", { comment = "out" }) end]]
  check(#r.trades > 10, "too few trades: " .. #r.trades)
  local reasons = {}
  for _, t in ipairs(r.trades) do reasons[t.exit_reason] = true end
  check(reasons.take_profit and reasons.stop_loss and reasons.signal and reasons.stop_trailing,
    "all four ways out were used")
end)

test("NaN and nil mean not given", function()
  local body = [[
    if up[0] == 1 then s:entry("L", s.long, { qty = %s, limit = %s, stop = %s }) end
    if down[0] == 1 then s:close("L", { qty = %s }) end]]
  local a = play(body:format("nil", "nil", "nil", "nil"))
  local b = play(body:format("0/0", "0/0", "0/0", "0/0"))
  check(#a.trades > 10)
  equal(a.trades_csv, b.trades_csv)
end)

test("a mask asks on the bars where it is 1, with the same trades", function()
  local body = [[
    if up[0] == 1 and s.position_size <= 0 then s:entry("L", s.long) end
    if down[0] == 1 and s.position_size >= 0 then s:entry("S", s.short) end]]
  local every, some = play(body), play(body, "", ", { when = wick.either(up, down) }")
  check(#every.trades > 20)
  equal(every.trades_csv, some.trades_csv)
  equal(every.equity_csv, some.equity_csv)
end)

test("masks by the state of the position, and bars of fills", function()
  local r = play([[
    assert(up[0] == 1 or s.position_size > 0 or s.closedtrades > seen, "asked for nothing")
    if s.position_size == 0 and up[0] == 1 then s:entry("L", s.long, { qty = 1 }) end
    if s.position_size > 0 then s:exit("X", "L", { stop = s.position_avg_price - 2 }) end
    seen = s.closedtrades]], "", ", { when_flat = up, when_long = true, on_fill = true }")
  check(#r.trades > 3)
end)

test("values and trades", function()
  local r = play([[
    if s.bar == 0 then
      assert(s.equity == s.initial_capital and s.initial_capital > 0 and s.position_size == 0)
      assert(s.position_avg_price ~= s.position_avg_price and s.position_entry_name == nil)
      assert(s.account_currency == "USD" and s:closedtrades_entry_id(0) == nil)
      local none = s:closedtrades_profit(0)
      assert(none ~= none)
    end
    if up[0] == 1 then s:entry("L", s.long, { qty = 2, comment = "in" }) end
    if down[0] == 1 then s:close("L") end
    if s.position_size > 0 then
      assert(s.opentrades == 1 and s:opentrades_size(0) == 2 and s:opentrades_entry_id(0) == "L")
      assert(s:opentrades_entry_comment(0) == "in" and s.position_entry_name == "L")
      assert(s.position_avg_price == s:opentrades_entry_price(0))
      local open = 2 * (close[0] - s.position_avg_price)
      assert(math.abs(s.openprofit - open) < 1e-9 and math.abs(s.equity - s.initial_capital - s.netprofit - open) < 1e-9)
    end
    local n = s.closedtrades
    assert(n == s.wintrades + s.losstrades + s.eventrades)
    if n > 0 then
      local last = n - 1
      assert(s:closedtrades_exit_bar_index(last) <= s.bar and s:closedtrades_size(last) == 2)
      assert(s:closedtrades_exit_id(last) == "Close entry(s) order L")
      local made = 2 * (s:closedtrades_exit_price(last) - s:closedtrades_entry_price(last))
      assert(math.abs(s:closedtrades_profit(last) - made) < 1e-9)
    end
    assert(math.abs(s.grossprofit - s.grossloss - s.netprofit) < 1e-9)
    assert(s.max_contracts_held_all <= 2 and s.max_drawdown >= 0)]])
  check(#r.trades > 10)
end)

test("a fill at the close is not seen by the script that ordered it", function()
  local body = [[
    local before, trades = s.position_size, s.closedtrades
    if up[0] == 1 then s:entry("L", s.long) end
    if down[0] == 1 then s:close_all(%s) end
    if up[0] == 1 then s:entry("M", s.long, { limit = close[0] + 1 }) end
    assert(s.position_size == before and s.closedtrades == trades, "the position changed under the script")]]
  check(#play(body:format(""), ", process_orders_on_close = true, pyramiding = 2").trades > 10)
  check(#play(body:format("{ immediately = true }"), ", pyramiding = 2").trades > 10)
end)

test("bars before the trade start are shown to the script, and fill nothing", function()
  local times, close = {}, {}
  for i = 1, 40 do times[i], close[i] = 1514764800000 + (i - 1) * 3600000, 100 + i end
  local r = must_run {
    bars = { X = { close = close, time = times } }, trade_from = times[21],
    script = [[
      local s = pine.strategy "x"
      local n = 0
      return s:each_bar(function()
        n = n + 1
        assert(n == s.bar + 1, "a bar was not shown")
        if s.position_size == 0 then s:entry("L", s.long) end
        if s.bar == 25 then assert(s:opentrades_entry_bar_index(0) == 20, "the first fill") end
      end)]],
  }
  equal(#r.equity, 20)
end)

test("calc_on_every_tick and max_bars_back change nothing", function()
  local body = [[
    if up[0] == 1 then s:entry("L", s.long) end
    if down[0] == 1 then s:entry("S", s.short, { stop = close[0] - 0.5 }) end]]
  local plain = play(body)
  check(#plain.trades > 10)
  equal(play(body, ", calc_on_every_tick = true, max_bars_back = 3").trades_csv, plain.trades_csv)
end)

test("bars that are missing are not made up", function()
  -- Six quarters, three of them missing before the fourth bar.
  local quarter, from = 900000, 1743379200000
  must_run {
    bars = { X = { close = { 1, 2, 3, 6, 7, 8 }, time = { from, from + quarter, from + 2 * quarter, from + 6 * quarter,
      from + 7 * quarter, from + 8 * quarter } } },
    script = [[
      local s = pine.strategy "x"
      local mean = ta.sma(s.close, 3)
      return s:each_bar(function()
        if s.bar == 2 then s:entry("L", s.long) end
        if s.bar == 3 then
          assert(s:opentrades_entry_bar_index(0) == 3 and s:opentrades_entry_time(0) == s.time[0])
          assert(mean[0] == (2 + 3 + 6) / 3 and s.close[1] == 3)
        end
        if s.bar == 5 then assert(s.time[0] - s.time[3] == 6 * 900000) end
      end)]],
  }
end)

test("cancel, raw orders, groups and risk rules", function()
  local r = play([[
    s:risk_max_position_size(4)
    s:risk_allow_entry_in("all")
    s:cancel("never placed")
    if up[0] == 1 then
      s:order("B", s.long, { qty = 1, stop = close[0] + 1, oca_name = "g", oca_type = "cancel" })
      s:order("A", s.short, { qty = 1, stop = close[0] - 1, oca_name = "g", oca_type = "cancel" })
    end
    if down[0] == 1 then
      s:cancel_all()
      s:close_all { comment = "flat", immediately = true }
    end]], ", pyramiding = 5")
  check(#r.trades > 5)
end)

local wrong = {
  { "s:entry('L', s.long, { qtty = 1 })", "entry: unknown field 'qtty'; did you mean 'qty'?" },
  { "s:entry('L', s.long, { qty = 'x' })", "entry: 'qty' must be a number, got string" },
  { "s:entry('L', s.long, { limit = close })", "got a series; write x[0]" },
  { "s:entry('L', 'up')", "the direction is s.long or s.short" },
  { "s:entry(3, s.long)", "an id (text) comes first" },
  { "s:entry('L', s.long, 3)", "named fields come in a table, got number" },
  { "s:order('L', s.long, { oca_type = 'both' })", "'oca_type' is \"none\", \"cancel\" or \"reduce\"" },
  { "s:exit('X', 'L', { stopp = 1 })", "exit: unknown field 'stopp'; did you mean 'stop'?" },
  { "s:exit('X', 'L', { comment = 3 })", "'comment' must be a text, got number" },
  { "s:close('L', { now = true })", "close: unknown field 'now'" },
  { "s:close_all { qty = 1 }", "close_all: unknown field 'qty'" },
  { "s:cancel()", "an id (text) comes first" },
  { "s:risk_allow_entry_in('up')", "\"long\", \"short\" or \"all\"" },
  { "s:risk_max_drawdown(5, 'points')", "\"percent_of_equity\" or \"cash\"" },
}
for _, c in ipairs(wrong) do
  test("a wrong call: " .. c[1], function()
    local _, told = run { bars = { symbols = 1, count = 30 },
      script = "local s = pine.strategy 'x'\nlocal close = s.close\nreturn s:each_bar(function() " .. c[1] .. " end)" }
    check(told and told:find(c[2], 1, true), "says: " .. tostring(told))
    -- The same after calls of the right shape, which wick-jit makes without looking.
    local _, later = run { bars = { symbols = 1, count = 200 },
      script = "local s = pine.strategy 'x'\nlocal close = s.close\nreturn s:each_bar(function()\n" ..
        "s:entry('L', s.long, { qty = 1 })\ns:exit('X', 'L', { stop = 1 })\nif s.bar > 150 then " .. c[1] .. " end end)" }
    check(later and later:find(c[2], 1, true), "says later: " .. tostring(later))
  end)
end

local refused = {
  { "local s = pine.strategy { title = 'x', default_qty_type = 'lots' } return s", "default_qty_type is one of" },
  { "local s = pine.strategy { title = 'x', pyramidding = 2 } return s", "did you mean 'pyramiding'?" },
  { "local s = pine.strategy 'x' return s:each_bar(function() end, { wen = 1 })", "did you mean 'when'?" },
  { "local s = pine.strategy 'x' return s:each_bar(function() end, 3)", "the second value is a table" },
}
for _, c in ipairs(refused) do
  test("refused: " .. c[2], function()
    local _, told = run { bars = { symbols = 1, count = 30 }, script = c[1] }
    check(told and told:find(c[2], 1, true), "says: " .. tostring(told))
  end)
end
