-- SPDX-License-Identifier: MIT
-- Order calls of bar hooks on bars with known prices.

local function strategy(body, extra)
  return [[local S = wick.strategy "orders"
    ]] .. (extra or "") .. [[
    function S.each_bar(sym, p)
      local bar = sym.bar
      ]] .. body .. [[
    end
    return S]]
end

local function ramp(n, from, step)
  local close = {}
  for i = 1, n do close[i] = from + step * (i - 1) end
  return { close = close }
end

local function go(body, bars, options)
  local o = options or {}
  o.script = strategy(body, o.extra)
  o.extra = nil
  o.bars = { X = bars or ramp(20, 100, 1) }
  return must_run(o)
end

test("buy and close fill at the next open", function()
  local r = go [[
    if bar == 2 then assert(sym:buy { units = 5 } > 0) end
    if bar == 3 then assert(sym.position == 5 and sym.avg_price == 103 and sym.lots == 1) end
    if bar == 6 then assert(sym:close() > 0) end
    if bar == 7 then assert(sym.position == 0 and sym.bars_held == -1) end]]
  equal(#r.trades, 1)
  local t = r.trades[1]
  equal(t.side, "long")
  equal(t.units, 5)
  equal(t.entry_price, 103)
  equal(t.exit_price, 107)
  equal(t.pnl, 20)
end)

test("sell opens a short, partial close, tags", function()
  local r = go [[
    if bar == 1 then sym:sell { units = 4, tag = "in" } end
    if bar == 4 then sym:close(0.5, "half") end
    if bar == 6 then sym:close("rest") end]]
  equal(#r.trades, 2)
  equal(r.trades[1].side, "short")
  equal(r.trades[1].units, 2)
  equal(r.trades[1].entry_tag, "in")
  equal(r.trades[1].exit_tag, "half")
  equal(r.trades[2].exit_tag, "rest")
end)

test("limit, stop and cancel", function()
  local r = go([[
    if bar == 0 then
      sym:buy { units = 1, limit = 90, tag = "never" }
      sym:buy { units = 2, stop = 105, tag = "breakout" }
      assert(sym.pending == 2)
    end
    if bar == 3 then assert(sym:cancel("never") == 1 and sym.pending == 1) end
    if bar == 8 then assert(sym.position == 2) sym:close() end]])
  equal(#r.trades, 1)
  equal(r.trades[1].entry_tag, "breakout")
  equal(r.trades[1].entry_price, 105)
end)

test("bracket levels: loss, target, trail, hold", function()
  local down = ramp(12, 100, -1)
  equal(go([[if bar == 1 then sym:buy { units = 1, stop_points = 3 } end]], down).trades[1].exit_reason, "stop_loss")
  equal(go([[if bar == 1 then sym:buy { units = 1, target_points = 4 } end]]).trades[1].exit_reason, "take_profit")
  equal(go([[if bar == 1 then sym:buy { units = 1, target = 106, stop_loss = 90 } end]]).trades[1].exit_price, 106)
  equal(go([[if bar == 1 then sym:buy { units = 1, trail = 2 } end]],
    { close = { 100, 101, 102, 105, 108, 107, 104, 100, 99 } }).trades[1].exit_reason, "stop_trailing")
  local held = go([[if bar == 1 then sym:buy { units = 1, hold = 3 } end]]).trades[1]
  equal(held.exit_reason, "hold_bars")
end)

test("protect moves the levels of what is held", function()
  local r = go([[
    if bar == 1 then sym:buy { units = 1 } end
    if bar == 4 then assert(sym:protect { stop = 101 }) end]],
    { close = { 100, 102, 103, 104, 105, 103, 100, 98 } })
  equal(r.trades[1].exit_reason, "stop_loss")
  equal(r.trades[1].exit_price, 100) -- the bar opens beyond the stop
end)

test("target orders the difference", function()
  local r = go [[
    if bar == 1 then sym:target { units = 4 } end
    if bar == 3 then assert(sym.position == 4) sym:target { units = 1 } end
    if bar == 5 then assert(sym.position == 1) sym:target { units = -2 } end
    if bar == 7 then assert(sym.position == -2) sym:target { units = 0 } end
    if bar == 9 then assert(sym.position == 0) end]]
  check(#r.trades >= 3)
end)

test("sizes: cash, percent of equity, percent at risk", function()
  local bars = { close = { 100, 100, 100, 100, 100, 100 } }
  equal(go([[if bar == 1 then sym:buy { cash = 1000 } end if bar == 3 then sym:close() end]], bars).trades[1].units, 10)
  equal(go([[if bar == 1 then sym:buy { pct_equity = 50 } end if bar == 3 then sym:close() end]], bars,
    { cash = 10000 }).trades[1].units, 50)
  equal(go([[if bar == 1 then sym:buy { risk_pct = 1, stop_points = 5 } end if bar == 3 then sym:close() end]], bars,
    { cash = 10000 }).trades[1].units, 20)
end)

test("what is not available yet is refused with a reason", function()
  go [[
    if bar == 1 then
      local id, why = sym:buy { units = 1, stop_points = wick.na }
      assert(id == nil and why == "'stop_points' is not available", why)
      local closed, reason = sym:close()
      assert(closed == nil and type(reason) == "string")
    end]]
end)

test("ctx: account, close_all, symbols", function()
  must_run { cash = 5000, bars = { A = ramp(10, 10, 1), B = ramp(10, 20, 1) }, script = [[
    local S = wick.strategy "account"
    function S.on_bar(ctx)
      if ctx.bar == 0 then
        assert(ctx.equity == 5000 and ctx.cash == 5000 and ctx.open_count == 0)
        assert(#ctx.symbols == 2 and #ctx.all == 2 and ctx.symbols[1].name == "A")
        assert(ctx:sym("B") == ctx.all[2])
        ctx:sym("A"):buy { units = 1 }
        ctx:sym("B"):buy { units = 1 }
      elseif ctx.bar == 2 then
        assert(ctx.open_count == 2 and ctx.cash < 5000)
        assert(ctx:close_all() == 2)
      elseif ctx.bar == 4 then
        assert(ctx.open_count == 0 and ctx.equity == ctx.cash)
      end
    end
    return S]] }
end)

-- Misuse raises with the call's name and the nearest right spelling.
local wrong = {
  { "sym:buy { unit = 1 }", "buy: unknown field 'unit'; did you mean 'units'?" },
  { "sym:buy { units = 1, cash = 2 }", "more than one size" },
  { "sym:buy { units = '3' }", "'units' must be a number, got string" },
  { "sym:buy { units = sym.close }", "got a series; write x[0]" },
  { "sym:buy { units = -1 }", "'units' is negative" },
  { "sym:buy { 5 }", "fields have names" },
  { "sym:buy(5)", "takes a table of named fields" },
  { "sym.buy { units = 1 }", "write sym:buy(...) with a colon" },
  { "sym:order { units = 1 }", "'side' is missing" },
  { "sym:order { units = 1, side = 'up' }", "'side' must be" },
  { "sym:buy { units = 1, hold = 1.5 }", "'hold' must be a whole number" },
  { "sym:close(2)", "the fraction must be" },
  { "sym:target { pct = 1, units = 2 }", "give one of pct, units, cash" },
  { "sym:target { pctt = 1 }", "did you mean 'pct'?" },
  { "sym:protect { stopp = 1 }", "did you mean 'stop'?" },
  { "sym:bui { }", "did you mean 'buy'?" },
  { "local x = sym.positon", "did you mean 'position'?" },
  { "sym.mine = 3", "keep values in local variables" },
}
for _, case in ipairs(wrong) do
  test("misuse: " .. case[1], function()
    local r, message = run { bars = { X = ramp(5, 10, 1) }, script = strategy(case[1]) }
    check(r == nil, "it ran")
    check(message:find(case[2], 1, true), message)
    check(message:find("script.lua:%d+"), "no place in: " .. message)
    check(message:find("while running each_bar for X at 2020-01-01", 1, true), message)
  end)
end

test("a price of one's own", function()
  local r = go([[
    if bar == 1 then sym:buy { units = 3, price = 102.5 } end
    if bar == 5 then sym:order { side = "sell", units = 3, price = 1 } end]],
    { open = { 100, 101, 102, 103, 104, 105, 106, 107 }, high = { 103, 103, 103, 106, 106, 108, 108, 109 },
      low = { 99, 100, 101, 102, 103, 104, 105, 106 }, close = { 101, 102, 103, 104, 105, 106, 107, 108 } })
  equal(r.trades[1].entry_price, 102.5)
  equal(r.trades[1].exit_price, 105) -- kept inside the bar
end)

test("rows have no resting orders", function()
  local rows = { profile = "vectorbt" }
  raises(function() go([[ if bar == 1 then sym:buy { units = 1, limit = 90 } end ]], nil, { engine = rows }) end,
    "phases=rows knows no limit and stop orders")
  local function signals(fields)
    return function()
      must_run { script = 'local S = wick.strategy "s" function S.signals(b) return { ' .. fields .. " } end return S",
        bars = { X = ramp(20, 100, 1) }, engine = rows }
    end
  end
  raises(signals "long = b.close:gt(101), limit = b.low", "phases=rows knows no limit and stop entries")
  raises(signals "long = b.close:gt(103), short = b.close:gt(101):both(b.close:lt(103)), size = { pct_cash = 50 }",
    "50 percent of cash cannot turn a position")
end)
