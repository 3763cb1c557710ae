-- SPDX-License-Identifier: MIT
-- S.fees and S.slippage on bars with known prices.

local function strategy(body, extra)
  return [[local S = wick.strategy "costs"
    ]] .. (extra or "") .. [[
    function S.each_bar(sym, p)
      local bar = sym.bar
      ]] .. body .. [[
    end
    return S]]
end

local function ramp(n)
  local c = { close = {}, open = {}, high = {}, low = {}, volume = {} }
  for i = 1, n do
    c.close[i], c.open[i], c.high[i], c.low[i] = 100 + i, 100 + i, 103 + i, 97 + i
    c.volume[i] = 1000
  end
  return c
end

local function go(body, extra, engine)
  return must_run { script = strategy(body, extra), bars = { X = ramp(20) }, engine = engine }
end

local trade = [[
  if bar == 1 then sym:buy { units = 10 } end
  if bar == 5 then sym:order { side = "sell", units = 10, limit = 108 } end]]

test("a function gets the fill and what the settings charge, and its result is the fee", function()
  local r = go(trade, [[
    local seen = 0
    function S.fees(fill)
      seen = seen + 1
      assert(fill.symbol == "X" and fill.units == 10 and fill.volume == 1000)
      assert(fill.value == fill.units * fill.price and fill.high - fill.low == 6)
      if fill.side == "buy" then
        assert(fill.type == "market" and not fill.maker and fill.closing == 0 and fill.bar == 2)
      elseif fill.closing > 0 then
        assert(fill.type == "limit" and fill.maker and fill.closing == 10)
      end
      return fill.fee + (fill.maker and 0.25 or 2)
    end]], { fee_order = 1, max_entries = "none" })
  equal(#r.trades, 1)
  near(r.trades[1].fees, 3 + 1.25, 1e-12)
end)

test("slippage moves market fills and not limits", function()
  local r = go(trade, [[
    function S.slippage(fill)
      assert(fill.price == 103 and math.abs(fill.slip - 0.515) < 1e-12)
      return fill.slip + 0.25
    end]], { slip_pct = 0.5, price_rounding = "off" })
  near(r.trades[1].entry_price, 103.765, 1e-12)
  near(r.trades[1].exit_price, 108, 1e-12)
end)

test("traded volume is that of the bars before", function()
  local r = go([[if bar % 2 == 0 then sym:order { side = "buy", units = 1 } end]], [[
    local value = {} -- of the fill of each bar; the function is asked again where cash is tight
    function S.fees(fill)
      local before = 0
      for bar, v in pairs(value) do
        if bar < fill.bar then before = before + v end
      end
      assert(math.abs(fill.traded - before) < 1e-9)
      value[fill.bar] = fill.value
      return 0
    end]], { max_entries = "none" })
  equal(#r.trades, 0)
  check(r.fates.filled >= 9)
end)

test("the function stands in for the settings' fee when cash is short", function()
  local r = must_run { script = strategy([[if bar == 0 then sym:buy { cash = 1000 } end]],
    "function S.fees(fill) return 100 end"), bars = { X = ramp(5) }, cash = 1000,
    engine = { fractional = "on" } }
  near(r.equity[5], 1000 - 100 + 900 / 102 * 3, 1e-9)
end)

local function failing(body, text)
  local r, message, code = run { script = strategy("if bar == 1 then sym:buy { units = 1 } end", body),
    bars = { X = ramp(6) } }
  check(r == nil and code == "script", tostring(code))
  check(message:find(text, 1, true), message)
  check(message:find("for a fill of X at", 1, true), message)
end

test("mistakes end the run with the fill's place", function()
  failing("function S.fees(fill) return nil + 1 end", "arithmetic on a nil value")
  failing("function S.fees(fill) return 'much' end", "S.fees must return a number, got string")
  failing("function S.slippage(fill) return 0 / 0 end", "is not a finite number")
  failing("function S.fees(fill) return wick.trades end", "S.fees")
end)

test("hooks are functions, and misspelt ones are named", function()
  raises(function() must_run { script = strategy("", "S.fees = 1"), bars = { X = ramp(5) } } end,
    "S.fees must be a function")
  raises(function() must_run { script = strategy("", "S.fee = 1"), bars = { X = ramp(5) } } end,
    "did you mean 'fees'")
end)

test("a run with functions and one with the same numbers as settings agree", function()
  local body = [[
    if bar % 5 == 1 then sym:buy { pct_equity = 50, stop_points = 2 } end
    if bar % 5 == 4 then sym:close() end]]
  local a = go(body, "", { fee_pct = 0.1, fee_unit = 0.01, slip_pct = 0.2 })
  local b = go(body, [[
    function S.fees(fill) return fill.value * (0.1 / 100) + fill.units * 0.01 end
    function S.slippage(fill) return fill.price * (0.2 / 100) end]])
  equal(#a.trades, #b.trades)
  check(#a.trades > 2)
  for i = 1, #a.equity do near(b.equity[i], a.equity[i], 1e-6) end
end)

-- ---- holding ---------------------------------------------------------------------------------

local DAY = 86400000
local first = 1577836800000

test("funding, dividends and splits belong to the bars; scripts see what they brought", function()
  local bars = ramp(10)
  bars.funding = { { first + 4 * DAY, 0.01 } }
  bars.dividend = { { first + 5 * DAY, 2 } }
  local r = must_run { script = strategy([[
      if bar == 1 then sym:buy { units = 10 } end
      if bar == 3 then assert(sym.liquidation_price ~= sym.liquidation_price) end]], [[
      function S.on_bar(ctx)
        if ctx.bar == 4 then assert(math.abs(ctx.funding + 0.01 * 105 * 10) < 1e-9) end
        if ctx.bar == 5 then assert(ctx.dividends == 20 and ctx.borrow == 0 and ctx.interest == 0) end
        if ctx.bar == 7 then ctx:close_all() end
      end]]), bars = { X = bars } }
  near(r.trades[1].carry, 20 - 10.5, 1e-9)
  near(r.metrics.total_funding, -10.5, 1e-9)
  near(r.metrics.total_dividends, 20, 1e-9)
  near(r.metrics.total_carry, 9.5, 1e-9)
  check(r.equity_csv:find("long_value,short_value,funding,dividends\n", 1, true))
end)

test("without any of it nothing is there", function()
  local r = go(trade)
  check(wick.isna(r.metrics.total_carry) and wick.isna(r.metrics.total_borrow))
  check(r.equity_csv:find("long_value,short_value\n", 1, true))
  check(r.trades_csv:find("mfe,exit_reason\n", 1, true))
end)

test("a liquidation price is known, and met", function()
  local bars = ramp(10)
  for i = 6, 10 do
    bars.open[i], bars.close[i], bars.high[i], bars.low[i] = 80, 80, 81, 60
  end
  local r = must_run { script = strategy([[
      if bar == 1 then sym:buy { pct_equity = 400 } end
      if bar == 2 then assert(math.abs(sym.liquidation_price - 103 * (1 - 0.25) / 0.9) < 0.2) end]]),
    bars = { X = bars }, engine = { leverage = 4, margin_maintenance = 10, margin_call = "whole" } }
  equal(r.trades[1].exit_reason, "margin_call")
  equal(r.trades[1].exit_price, 80)
  check(r.trades[1].liquidation > 85 and r.trades[1].liquidation < 86)
end)

test("mistakes in dated numbers are errors", function()
  local bars = ramp(5)
  bars.split = { { first, 0 } }
  raises(function() must_run { script = strategy(trade), bars = { X = bars } } end, "above zero")
end)

-- ---- tickets -----------------------------------------------------------------------------------

test("both directions are held, and closed by name", function()
  local r = go([[
    if bar == 1 then
      up = sym:buy { units = 10, tag = "up" }
      sym:sell { units = 4, tag = "down", stop_points = 50 }
    end
    if bar == 2 then
      assert(sym.position == 6 and sym.long_units == 10 and sym.short_units == 4 and sym.lots == 2)
      local t = sym:tickets()
      assert(#t == 2 and t[1].id == up and t[1].side == "long" and t[1].tag == "up" and t[1].units == 10)
      assert(t[2].side == "short" and t[2].price == 103 and t[2].stop == 153 and t[1].stop == nil)
      assert(sym:protect { ticket = "down", stop = 105 })
      local ok, message = pcall(function() sym:protect { stop = 90 } end)
      assert(not ok and message:find("name the ticket", 1, true))
    end
    if bar == 4 then
      local id, why = sym:close_ticket("down")
      assert(id == nil and why == "nothing of that ticket is held")
      assert(sym:order { side = "sell", ticket = up, limit = 108 } > 0)
    end]], "local up", { lots = "hedge" })
  equal(#r.trades, 2)
  equal(r.trades[1].side, "short")
  equal(r.trades[1].exit_price, 105)
  equal(r.trades[2].side, "long")
  equal(r.trades[2].units, 10)
  equal(r.trades[2].exit_price, 108)
end)

test("closing everything closes both, and what nets is refused", function()
  local r = go([[
    if bar == 1 then sym:buy { units = 3 } sym:sell { units = 3 } end
    if bar == 3 then
      assert(sym.position == 0 and sym.lots == 2)
      local ok, message = pcall(function() sym:target { pct = 10 } end)
      assert(not ok and message:find("lots=hedge opens and closes tickets", 1, true))
      assert(sym:close() > 0)
    end]], "", { lots = "hedge" })
  equal(#r.trades, 2)
  raises(function()
    must_run { script = [[local S = wick.strategy "s"
      function S.signals(b) return { long = wick.gt(b.close, 0) } end
      return S]], bars = { X = ramp(5) }, engine = { lots = "hedge" } }
  end, "signals net a position")
  raises(function() go([[if bar == 1 then sym:order { side = "sell", ticket = 1, units = 1 } end]]) end,
    "under lots=hedge")
end)

-- ---- Pine ----------------------------------------------------------------------------------------

local pine_script = [[
  local s = pine.strategy { title = "turns", default_qty_type = "fixed", default_qty_value = 10 }
  local close = s.close
  return s:each_bar(function()
    if s.bar == 1 then s:entry("L", s.long, { limit = 101 })
    elseif s.bar == 9 then s:entry("S", s.short)
    elseif s.bar == 14 then s:close_all() end
  end)]]

local function wave()
  local c = ramp(20)
  for i = 4, 6 do c.low[i] = 100 end
  return c
end

test("Pine strategies pay maker, taker and scheduled fees, and what holding costs", function()
  local function total(engine, bars)
    local r = must_run { script = pine_script, bars = { X = bars or wave() }, engine = engine }
    return r
  end
  local r = total { fee_maker = 0.02, fee_taker = 0.05 }
  equal(#r.trades, 2)
  local long, short = r.trades[1], r.trades[2]
  -- The reversal is one market order of twenty; the entry rested.
  near(long.fees, 101 * 10 * 0.0002 + long.exit_price * 10 * 0.0005, 1e-9)
  near(short.fees, (short.entry_price + short.exit_price) * 10 * 0.0005, 1e-9)
  local tiers = total { fee_tiers = "0:0.02/0.05" }
  near(tiers.trades[1].fees, long.fees, 1e-9)
  local bars = wave()
  bars.funding = { { first + 7 * DAY, 0.01 } }
  local held = total({ borrow_rate = 10 }, bars)
  near(held.metrics.total_funding, -0.01 * bars.open[8] * 10, 1e-9)
  check(held.metrics.total_borrow < 0)
  near(held.equity[20], total {}.equity[20] + held.metrics.total_carry, 1e-9)
end)

test("what Pine's own rules replace is refused by name", function()
  for key, value in pairs { volume_pct = 5, slip_atr = 1, margin_call = "whole", lots = "hedge" } do
    local r, message = run { script = pine_script, bars = { X = wave() }, engine = { [key] = value } }
    check(r == nil and message:find("Pine strategy", 1, true), key .. ": " .. tostring(message))
  end
end)
