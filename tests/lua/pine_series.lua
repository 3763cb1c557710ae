-- SPDX-License-Identifier: MIT
-- Series that scripts write, and stateful calls in the bar function: against the columns of C when
-- they run on every bar, and by Pine's own laws when they do not.

local function run(script, bars)
  return must_run { bars = bars or { symbols = 2, count = 150, seed = 6 }, script = [[
    local s = pine.strategy { title = "series" }
    local function same(a, b, what)
      if not (a == b or (a ~= a and b ~= b)) then
        error(what .. " on bar " .. wick.fmt(s.bar) .. ": got " .. wick.fmt(a) .. ", want " .. wick.fmt(b), 2)
      end
    end
    ]] .. script }
end

test("x:set(v) and x[k]; before the start it is na, or the start", function()
  run [[
    local close = s.close
    local x, y, z = pine.series(), pine.series(7), pine.series("bool")
    return s:each_bar(function()
      same(x[1], s.bar == 0 and wick.na or close[1] * 2, "x[1]")
      if s.bar == 0 then same(x[0], wick.na, "x[0] unset") same(y[0], 7, "start") end
      same(y[1], s.bar == 0 and wick.na or close[1], "y[1]")
      x:set(1)
      x:set(close[0] * 2) -- the last value of a bar counts
      y:set(close[0])
      same(x[0], close[0] * 2, "x[0]")
      same(x[3], s.bar < 3 and wick.na or close[3] * 2, "x[3]")
      same(x:get(2), x[2], "get")
      same(x:get(2.9), x[2], "a fraction is cut off")
      same(close:get(wick.na), close[0], "na reads the present bar")
      if z[1] ~= (s.bar > 0 and close[1] > 100) then error("bool") end
      z:set(close[0] > 100)
    end)]]
end)

test("a bar on which nothing is set repeats the last value", function()
  run [[
    local x, o = pine.series(), pine.series("object")
    local last = wick.na
    local kept = {}
    return s:each_bar(function()
      if s.bar % 3 == 0 then
        last = s.bar
        x:set(last)
        o:set({ at = s.bar })
      end
      kept[s.bar] = last
      same(x[0], last, "x[0]")
      for k = 1, 5 do
        same(x[k], kept[s.bar - k] or wick.na, "x[" .. k .. "]")
        local v = o[k]
        same(v and v.at or wick.na, kept[s.bar - k] or wick.na, "o[" .. k .. "]")
      end
    end)]]
end)

test("bars on which the script is not asked count too", function()
  run [[
    local x, seen = pine.series(), 0
    local asked = (s.bar_index % 4):eq(0)
    return s:each_bar(function()
      x:set(s.bar)
      if s.bar >= 4 then
        same(x[1], s.bar - 4, "one bar ago") -- repeated since the last call
        same(x[4], s.bar - 4, "four bars ago")
        same(x[5], s.bar >= 8 and s.bar - 8 or wick.na, "five bars ago")
      end
    end, { when = asked })]]
end)

test("misuse of series raises", function()
  raises(function() run [[local x = pine.series() local y = x + 1 return s:each_bar(function() end)]] end,
    "known bar by bar")
  raises(function() run [[local x = pine.series() local y = ta.sma(x, 3) return s:each_bar(function() end)]] end,
    "known bar by bar")
  raises(function() run [[local x = pine.series() x:set(1) return s:each_bar(function() end)]] end,
    "written in the bar function")
  raises(function() run [[local c = s.close return s:each_bar(function() c:set(1) end)]] end,
    "only a series made by pine.series")
  raises(function() run [[local x = pine.series() return s:each_bar(function() local v = x[-1] end)]] end,
    "in the future")
  raises(function() run [[local x = pine.series() return s:each_bar(function() x:set("a") end)]] end,
    "a number is expected, got string")
  raises(function() run([[return s:each_bar(function() pine.series() end)]], { symbols = 1, count = 4200 }) end,
    "make them once")
  raises(function() run [[return s:each_bar(function() local v = s.close:get(-1) end)]] end, "in the future")
end)

test("called on every bar, pine.call gives what ta declares", function()
  run([[
    local c, h, l, v = s.close, s.high, s.low, s.volume
    local d = c - c[1]
    local up = c:gt(s.open)
    local pairs_ = {
      sma = { ta.sma(c, 9), function(f) return f(c[0], 9) end },
      ema = { ta.ema(c, 9), function(f) return f(c[0], 9) end },
      rma = { ta.rma(c, 9), function(f) return f(c[0], 9) end },
      wma = { ta.wma(c, 9), function(f) return f(c[0], 9) end },
      hma = { ta.hma(c, 9), function(f) return f(c[0], 9) end },
      vwma = { ta.vwma(c, 9), function(f) return f(c[0], 9) end },
      alma = { ta.alma(c, 9, 0.85, 6), function(f) return f(c[0], 9, 0.85, 6) end },
      swma = { ta.swma(c), function(f) return f(c[0]) end },
      linreg = { ta.linreg(c, 9, 1), function(f) return f(c[0], 9, 1) end },
      rsi = { ta.rsi(c, 9), function(f) return f(c[0], 9) end },
      cci = { ta.cci(c, 9), function(f) return f(c[0], 9) end },
      cmo = { ta.cmo(c, 9), function(f) return f(c[0], 9) end },
      mfi = { ta.mfi(s.hlc3, 9), function(f) return f(s.hlc3[0], 9) end },
      tsi = { ta.tsi(c, 5, 9), function(f) return f(c[0], 5, 9) end },
      cog = { ta.cog(c, 9), function(f) return f(c[0], 9) end },
      rci = { ta.rci(c, 9), function(f) return f(c[0], 9) end },
      mom = { ta.mom(c, 4), function(f) return f(c[0], 4) end },
      roc = { ta.roc(c, 4), function(f) return f(c[0], 4) end },
      change = { ta.change(c, 4), function(f) return f(c[0], 4) end },
      percentrank = { ta.percentrank(c, 9), function(f) return f(c[0], 9) end },
      stdev = { ta.stdev(c, 9), function(f) return f(c[0], 9) end },
      variance = { ta.variance(c, 9, false), function(f) return f(c[0], 9, false) end },
      dev = { ta.dev(c, 9), function(f) return f(c[0], 9) end },
      bbw = { ta.bbw(c, 9, 2), function(f) return f(c[0], 9, 2) end },
      kcw = { ta.kcw(c, 9, 2), function(f) return f(c[0], 9, 2) end },
      tr = { ta.tr(), function(f) return f() end },
      atr = { ta.atr(9), function(f) return f(9) end },
      sar = { ta.sar(), function(f) return f(0.02, 0.02, 0.2) end },
      wpr = { ta.wpr(9), function(f) return f(9) end },
      stoch = { ta.stoch(c, h, l, 9), function(f) return f(c[0], h[0], l[0], 9) end },
      highest = { ta.highest(h, 9), function(f) return f(h[0], 9) end },
      lowest = { ta.lowest(l, 9), function(f) return f(l[0], 9) end },
      highestbars = { ta.highestbars(h, 9), function(f) return f(h[0], 9) end },
      lowestbars = { ta.lowestbars(l, 9), function(f) return f(l[0], 9) end },
      range = { ta.range(c, 9), function(f) return f(c[0], 9) end },
      pivothigh = { ta.pivothigh(h, 3, 2), function(f) return f(h[0], 3, 2) end },
      pivotlow = { ta.pivotlow(l, 3, 2), function(f) return f(l[0], 3, 2) end },
      median = { ta.median(c, 8), function(f) return f(c[0], 8) end },
      mode = { ta.mode(c, 8), function(f) return f(c[0], 8) end },
      percentile_nearest_rank = { ta.percentile_nearest_rank(c, 8, 30), function(f) return f(c[0], 8, 30) end },
      percentile_linear_interpolation = { ta.percentile_linear_interpolation(c, 8, 30),
        function(f) return f(c[0], 8, 30) end },
      correlation = { ta.correlation(c, v, 9), function(f) return f(c[0], v[0], 9) end },
      cum = { ta.cum(v), function(f) return f(v[0]) end },
      max = { ta.max(c), function(f) return f(c[0]) end },
      min = { ta.min(c), function(f) return f(c[0]) end },
      fixnan = { ta.fixnan(d), function(f) return f(d[0]) end },
      sum = { ta.sum(d, 9), function(f) return f(d[0], 9) end },
      barssince = { ta.barssince(up), function(f) return f(up[0] == 1) end },
      valuewhen = { ta.valuewhen(up, c, 1), function(f) return f(up[0] == 1, c[0], 1) end },
      obv = { ta.obv(), function(f) return f() end },
      nvi = { ta.nvi(), function(f) return f() end },
    }
    local several = {
      bb = { { ta.bb(c, 9, 2) }, function(f) return f(c[0], 9, 2) end },
      kc = { { ta.kc(c, 9, 2) }, function(f) return f(c[0], 9, 2) end },
      macd = { { ta.macd(c, 5, 9, 4) }, function(f) return f(c[0], 5, 9, 4) end },
      dmi = { { ta.dmi(7, 5) }, function(f) return f(7, 5) end },
      supertrend = { { ta.supertrend(2, 7) }, function(f) return f(2, 7) end },
      vwap = { { ta.vwap(c, up, 1) }, function(f) return f(c[0], up[0] == 1, 1) end },
    }
    local masks = {
      crossover = { ta.crossover(c, ta.sma(c, 5)), 1 }, crossunder = { ta.crossunder(c, ta.sma(c, 5)), 1 },
      cross = { ta.cross(c, ta.sma(c, 5)), 1 }, rising = { ta.rising(c, 3), 3 }, falling = { ta.falling(c, 3), 3 },
    }
    local mean = ta.sma(c, 5)
    local calls = {}
    for name in pairs(pairs_) do calls[name] = pine.call[name]() end
    for name in pairs(several) do calls[name] = pine.call[name]() end
    for name in pairs(masks) do calls[name] = pine.call[name]() end
    return s:each_bar(function()
      for name, p in pairs(pairs_) do same(p[2](calls[name]), p[1][0], name) end
      for name, p in pairs(several) do
        local got = { p[2](calls[name]) }
        for k, x in ipairs(p[1]) do same(got[k], x[0], name .. " " .. k) end
      end
      for name, p in pairs(masks) do
        local got
        if p[2] == 3 then got = calls[name](c[0], 3) else got = calls[name](c[0], mean[0]) end
        same(got and 1 or 0, p[1][0], name)
      end
    end)]], { symbols = 1, count = 120, seed = 9 })
end)

test("lengths may change from call to call", function()
  run [[
    local c = s.close
    local by = {}
    for n = 2, 6 do by[n] = { ta.sma(c, n), ta.highest(c, n), ta.stdev(c, n) } end
    local sma, top, dev = pine.call.sma(), pine.call.highest(), pine.call.stdev()
    return s:each_bar(function()
      local n = 2 + s.bar % 5
      local a, b, d = sma(c[0], n), top(c[0], n), dev(c[0], n)
      if s.bar >= 6 then
        -- A sum that is made anew may differ in its last bits.
        if math.abs(a - by[n][1][0]) > 1e-9 or math.abs(d - by[n][3][0]) > 1e-6 then error("sma or stdev") end
        same(b, by[n][2][0], "highest")
      end
    end)]]
end)

test("a length is cut to a whole number before it is checked", function()
  run [[
    local sma, a = pine.call.sma(), ta.sma(s.close, 3)
    return s:each_bar(function() same(sma(s.close[0], 3.9), a[0], "3.9 is 3") end)]]
  raises(function() run [[
    local highest = pine.call.highest()
    return s:each_bar(function() highest(1, 0.5) end)]] end, "the length must be at least 1, got 0")
  raises(function() run [[
    local highest = pine.call.highest()
    return s:each_bar(function() highest(1, wick.na) end)]] end, "the length is na")
end)

-- ---- calls that are skipped (pine_semantics.md 1.5) ----------------------------------------
local up_and_down = { X = { close = { 10, 12, 11, 15, 9, 14, 8, 16, 7, 13, 6, 17 } } }

test("averages and sums count the values they are given", function()
  run([[
    local sum, ema = pine.call.sum(), pine.call.ema()
    local given, e = {}, wick.na
    return s:each_bar(function()
      if s.bar % 2 == 1 then
        local x = s.close[0]
        given[#given + 1] = x
        local n = #given
        same(sum(x, 2), n < 2 and wick.na or given[n] + given[n - 1], "sum")
        local want = ema(x, 2)
        if n == 2 then e = (given[1] + given[2]) / 2 elseif n > 2 then e = e + 2 / 3 * (x - e) end
        same(want, e, "ema")
      end
    end)]], up_and_down)
end)

test("a cross remembers the last bar on which it was called", function()
  run([[
    local over = pine.call.crossover()
    local fired = {}
    return s:each_bar(function()
      -- Called on bars 0, 4, 5: 10 and 9 are below 12, 14 is above.
      if s.bar == 0 or s.bar == 4 or s.bar == 5 then fired[s.bar] = over(s.close[0], 12) end
      if s.bar == 11 and (fired[0] or fired[4] or not fired[5]) then error("cross") end
    end)]], up_and_down)
end)

test("cross neither fires nor resets on a tie, and is not crossover or crossunder", function()
  run([[
    local cross, over = pine.call.cross(), pine.call.crossover()
    local a = { 1, 2, 2, 3, 3, 2 }
    local want = { false, false, false, true, false, false }
    local wants_over = { false, false, false, true, false, false }
    return s:each_bar(function()
      local x = a[s.bar + 1]
      if x then
        if cross(x, 2) ~= want[s.bar + 1] then error("cross " .. s.bar) end
        if over(x, 2) ~= wants_over[s.bar + 1] then error("crossover " .. s.bar) end
      end
    end)]], up_and_down)
end)

test("highest and lowest keep a stale slot of a skipped bar", function()
  -- Length 3 has 4 slots: on bar 7 the skipped bars 5 and 6 show what was written on bars 1 and 2.
  run([[
    local top, bottom = pine.call.highest(), pine.call.lowest()
    local seen = {}
    return s:each_bar(function()
      if s.bar < 5 or s.bar == 7 or s.bar == 11 then
        seen[s.bar] = { top(s.close[0], 3), bottom(s.close[0], 3) }
      end
      if s.bar == 11 then
        same(seen[4][1], 15, "bar 4")
        same(seen[7][1], 16, "bar 7")
        same(seen[7][2], 11, "bar 7: 12 and 11 of bars 1 and 2 are in the slots of 5 and 6")
        same(seen[11][2], 11, "bar 11: bars 9 and 10 show 1 (12) and 2 (11) still")
      end
    end)]], up_and_down)
end)

test("a slot that was never written is 0; a series length repeats instead", function()
  run([[
    local bottom, repeating = pine.call.lowest(), pine.call.lowest("series")
    local seen, again = {}, {}
    return s:each_bar(function()
      if s.bar == 4 or s.bar == 7 then
        seen[s.bar], again[s.bar] = bottom(s.close[0], 2), repeating(s.close[0], 2)
      end
      if s.bar == 11 then
        same(seen[4], 9, "its own value alone is known")
        same(seen[7], 0, "the slot of bar 6 was never written")
        same(again[7], 9, "bar 6 repeats bar 4")
      end
    end)]], up_and_down)
end)

test("change, pivots and swma look back over bars, repeating skipped ones", function()
  run([[
    local change, mom, pivot = pine.call.change(), pine.call.mom(), pine.call.pivothigh()
    return s:each_bar(function()
      if s.bar % 2 == 0 then
        -- One bar ago was skipped and repeats two bars ago.
        same(change(s.close[0], 1), s.bar < 2 and wick.na or s.close[0] - s.close[2], "change")
        same(mom(s.close[0], 2), s.bar < 2 and wick.na or s.close[0] - s.close[2], "mom")
      end
    end)]], up_and_down)
end)

test("tr and atr use the chart's own previous close", function()
  run([[
    local tr, atr, rma = pine.call.tr(), pine.call.atr(), pine.call.rma()
    local column = ta.tr(true)
    return s:each_bar(function()
      if s.bar % 3 == 1 then
        same(tr(true), column[0], "tr")
        same(atr(2), rma(column[0], 2), "atr") -- the average counts calls
      end
    end)]])
end)

test("sar is na for good after a skipped bar", function()
  run([[
    local sar, late, all = pine.call.sar(), pine.call.sar(), ta.sar()
    return s:each_bar(function()
      if s.bar ~= 6 then
        local v = sar(0.02, 0.02, 0.2)
        same(v, s.bar < 6 and all[0] or wick.na, "sar")
      end
      if s.bar > 0 then same(late(0.02, 0.02, 0.2), wick.na, "not called on the first bar") end
    end)]])
end)

test("volume variables are the same wherever they are read", function()
  run [[
    local obv, column = pine.call.obv(), ta.obv()
    return s:each_bar(function()
      if s.bar % 5 == 2 then same(obv(), column[0], "obv") end
    end)]]
end)

test("valuewhen and barssince; fixnan; any kind of value", function()
  run([[
    local when, since, fix = pine.call.valuewhen(), pine.call.barssince(), pine.call.fixnan()
    local word = pine.call.valuewhen()
    return s:each_bar(function()
      local hit = s.bar == 2 or s.bar == 5
      local x = s.bar == 5 and wick.na or s.close[0]
      local v = when(hit, x, 0)
      same(v, s.bar < 2 and wick.na or s.bar < 5 and s.close[s.bar - 2] or wick.na, "valuewhen")
      same(since(hit), s.bar < 2 and wick.na or s.bar < 5 and s.bar - 2 or s.bar - 5, "barssince")
      same(fix(s.bar % 2 == 0 and s.bar or wick.na), s.bar - s.bar % 2, "fixnan")
      local w = word(hit, "b" .. s.bar, 0)
      if s.bar >= 5 and w ~= "b5" then error("text") end
    end)]], up_and_down)
end)

test("in a loop a place has one state: calls of a bar start from the bar before, the last one stays", function()
  run [[
    local ema, cross, since = pine.call.many("ema"), pine.call.many("crossover"), pine.call.many("barssince")
    local sum, old = pine.call.many("sum"), 0
    local high = ta.ema(s.high, 3)
    return s:each_bar(function()
      local last
      for i, x in ipairs { s.close[0], s.open[0], s.high[0] } do last = ema(x, 3) end
      same(last, high[0], "the last turn")
      -- Of a sum over two bars: this turn now, the last turn of the bar before.
      for i = 1, 3 do same(sum(i * 10, 2), s.bar == 0 and wick.na or i * 10 + 30, "turn " .. i) end
      for i = 1, 3 do same(sum(i * 10, 2), s.bar == 0 and wick.na or i * 10 + 30, "again " .. i) end
      local up = cross(1, 2) or cross(3, 2)
      if up ~= (s.bar > 0 and false) then error("the second turn left it above") end
      same(since(true), 0, "now")
      same(since(false), s.bar == 0 and wick.na or old + 1, "since")
      old = s.bar == 0 and wick.na or old + 1
    end)]]
end)

test("accumulation is naive", function()
  run([[
    local cum = pine.call.cum()
    local total = 0
    return s:each_bar(function()
      total = total + 0.1
      same(cum(0.1), total, "cum")
      same(pine.call.cum()(wick.na), wick.na, "na")
    end)]], up_and_down)
end)
