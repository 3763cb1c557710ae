-- SPDX-License-Identifier: MIT
-- Rules of Pine's indicators that were told by lists of trades or measured (pine_semantics.md 4 and 5),
-- each on bars small enough to compute by hand. NA marks a hole in a series.

local function run(script, closes, more)
  local x = { close = closes }
  for k, v in pairs(more or {}) do x[k] = v end
  return must_run { bars = { X = x }, script = [[
    local s = pine.strategy { title = "ta" }
    local NA = wick.na
    local close = s.close
    -- A series with the values of a list; longer bars than the list has are na.
    local function of(list)
      local x = close * NA
      for i = #list, 1, -1 do
        local v = list[i]
        if v == v then x = wick.iff(s.bar_index:eq(i - 1), v, x) end
      end
      return x
    end
    local function expect(x, list, eps)
      return function()
        local want, got = list[s.bar + 1], x[0]
        if want == nil then return end
        local d = got - want
        if not (got == want or (got ~= got and want ~= want) or (d < (eps or 0) and -d < (eps or 0))) then
          error("bar " .. wick.fmt(s.bar) .. ": got " .. wick.fmt(got) .. ", want " .. wick.fmt(want), 0)
        end
      end
    end
    local checks = {}
    local function check(x, list, eps) checks[#checks + 1] = expect(x, list, eps) end
    ]] .. script .. [[
    return s:each_bar(function()
      for i = 1, #checks do checks[i]() end
    end)]] }
end

local ten = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }

test("sums and averages: holes take no place, and show the last full result", function()
  run([[
    local x = of { 1, NA, 2, 3, NA, 4, NA, NA, 5 }
    check(ta.sum(x, 2), { NA, NA, 3, 5, 5, 7, 7, 7, 9 })
    check(ta.sma(x, 2), { NA, NA, 1.5, 2.5, 2.5, 3.5, 3.5, 3.5, 4.5 })
  ]], ten)
end)

test("ema and rma: seeded with the mean of the first values, na leaves them alone", function()
  run([[
    local x = of { NA, 2, 4, NA, 6, 8 }
    check(ta.ema(x, 2), { NA, NA, 3, NA, 5, 7 }, 1e-12)
    check(ta.rma(x, 2), { NA, NA, 3, NA, 4.5, 6.25 }, 1e-12)
    check(ta.ema(x, 1), { NA, 2, 4, NA, 6, 8 })
    -- (r * (n - 1) + x) / n, in this order.
    local y = of { 0.1, 0.2, 0.7 }
    check(ta.rma(y, 2), { NA, (0.1 + 0.2) / 2, ((0.1 + 0.2) / 2 * 1 + 0.7) / 2 })
  ]], ten)
end)

test("sums: windows of the same values have the same bits, whatever came before", function()
  run([[
    local mean = ta.sma(close, 3)
    local same = mean - mean:lag(4)
    check(same, { NA, NA, NA, NA, NA, NA, 0 })
  ]], { 3.0, 5.2, 6.6, 4.5, 6.6, 3.0, 5.2 })
end)

test("ema and rma of whole columns: the same seeds", function()
  run([[
    check(ta.ema(close, 3), { NA, NA, 2, 3, 4, 5, 6, 7, 8, 9 })
    check(ta.rma(close, 2), { NA, 1.5, 2.25, 3.125, 4.0625 })
  ]], ten)
  run([[check(ta.rma(close, 3), { NA, NA, (9.4 + 0.4 + 6.1) / 3, ((9.4 + 0.4 + 6.1) / 3 * 2 + 0.6) / 3 })]],
    { 9.4, 0.4, 6.1, 0.6 })
end)

test("wma adds up from the oldest", function()
  run([[
    local n = 0
    for i = 1, 3 do n = n + i end
    check(ta.wma(close, 3), { NA, NA, (9.3 * 1 + 3.8 * 2 + 1.6 * 3) / n })
    -- With a hole in the series: one bar at a time.
    check(ta.wma(of { 9.3, 3.8, 1.6, NA }, 3), { NA, NA, (9.3 * 1 + 3.8 * 2 + 1.6 * 3) / n, NA })
  ]], { 9.3, 3.8, 1.6, 1.6 })
end)

test("cmo, cci and rci where nothing moves, and their first bar", function()
  run([[
    local flat = of { 2, 2, 2, 2, 2 }
    check(ta.cmo(flat, 2), { NA, NA, NA, NA, NA })
    check(ta.cmo(close, 2), { NA, NA, 100, 100 })
    check(ta.cci(flat, 2), { NA, 0, 0, 0, 0 })
    check(ta.rci(close, 3), { NA, NA, NA, 100, 100 }, 1e-9) -- one bar after its window is full
  ]], ten)
end)

test("linreg counts bars, and is na while its window has an na", function()
  run([[check(ta.linreg(of { 1, NA, 2, 3, NA, 5 }, 2, 0), { NA, NA, NA, 3, NA, NA }, 1e-9)]], ten)
end)

test("a sar is not turned by a touch", function()
  run([[check(ta.sar(0.02, 0.02, 0.2), { NA, 9, 9 })]], { 9.5, 10.5, 10 },
    { open = { 9.5, 10.5, 10 }, high = { 10, 11, 10.5 }, low = { 9, 10, 9 + 0.02 * (11 - 9) }, close = { 9.5, 10.5, 10 } })
end)

test("what was found elsewhere and is not followed", function()
  -- mfi counts the first bar in both sums; sar begins by the highs; a supertrend begins downward.
  run([[check(ta.mfi(close, 2), { NA, 100 - 100 / (1 + (10 + 20 * 2) / 10) }, 1e-9)]], { 10, 20, 30 },
    { open = { 10, 20, 30 }, volume = { 1, 2, 3 } })
  run([[check(ta.sar(0.02, 0.02, 0.2), { NA, 13 })]], { 10, 11 },
    { open = { 10, 11 }, high = { 13, 12 }, low = { 9, 10 }, close = { 10, 11 } })
  -- cum is na where its source is.
  run([[check(ta.cum(of { 1, NA, 2 }), { 1, NA, 3 })]], ten)
  -- Woodie's point has the open of the period under way.
  run([[check(ta.pivot_point_levels(of { 1, 0, 1 }, "woodie"), { NA, NA, (3 + 1 + 2 * 4) / 4 }, 1e-12)]],
    { 1, 3, 5 }, { open = { 1, 3, 4 } })
  run([[check(ta.iii(), { (2 * 11 - 12 - 9) / ((12 - 9) * 5) }, 1e-12)]], { 11 },
    { open = { 10 }, high = { 12 }, low = { 9 }, volume = { 5 } })
end)

test("wma repeats the last value inside its window; hma cuts half and root off", function()
  run([[
    local x = of { 3, NA, 6, 9 }
    check(ta.wma(x, 2), { NA, NA, (3 + 12) / 3, (6 + 18) / 3 }, 1e-12)
    -- Length 7: half 3, root 2.
    local h, w = ta.hma(close, 7), ta.wma(2 * ta.wma(close, 3) - ta.wma(close, 7), 2)
    check(wick.nz(h - w, 0), { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 1e-12)
    check(wick.isna(h), { 1, 1, 1, 1, 1, 1, 1, 0, 0, 0 })
  ]], { 3, 1, 4, 1, 5, 9, 2, 6, 5, 3 })
end)

test("highest and lowest count bars; a hole takes its place and is passed over", function()
  run([[
    local x = of { 5, NA, 3, NA, NA, 4, NA, NA, NA, NA }
    check(ta.highest(x, 3), { NA, NA, 5, 3, 3, 4, 4, 4, NA, NA })
    check(ta.lowest(x, 3), { NA, NA, 3, 3, 3, 4, 4, 4, NA, NA })
    -- Of equal extremes the oldest counts.
    check(ta.highestbars(of { 2, 2, 1, 2, 2 }, 3), { NA, NA, -2, -2, -1 })
  ]], ten)
end)

test("no cross before the first pair; a gap does not reset it", function()
  run([[
    check(ta.crossover(of { NA, 1, 3 }, 2), { 0, 0, 1 })
    check(ta.crossover(of { NA, 3, 1, 3 }, 2), { 0, 0, 0, 1 })
    check(ta.crossover(of { 1, NA, NA, 3 }, 2), { 0, 0, 0, 1 })
    check(ta.crossunder(of { 3, NA, 1, 2, 1 }, 2), { 0, 0, 1, 0, 1 })
    check(ta.crossover(of { 2, 2, 3 }, 2), { 0, 0, 1 }) -- from equal counts
    -- Exact, unlike the operators: a difference below 1e-10 crosses.
    check(ta.crossover(of { 2, 2 + 5e-11 }, 2), { 0, 1 })
    -- cross: neither fires nor resets on a tie.
    check(ta.cross(of { 1, 2, 1, 2, 3, 2, 1 }, 2), { 0, 0, 0, 0, 1, 0, 1 })
    check(ta.cross(of { 2, 3 }, 2), { 0, 0 })
    check(ta.cross(of { 1, 2 + 5e-11, 1 }, 2), { 0, 1, 0 })
  ]], ten)
end)

test("a cross needs both: na on one side never fires", function()
  run([[check(ta.crossover(of { 1, 3, 3 }, of { NA, 2, 2 }), { 0, 0, 0 })]], ten)
end)

test("cog: the newest has weight 1", function()
  run([[check(ta.cog(of { 1, 2, 4 }, 3), { NA, NA, -(4 * 1 + 2 * 2 + 1 * 3) / 7 }, 1e-12)]], ten)
end)

test("percentrank: the divisor is the length, holes are left out of the count only", function()
  run([[
    check(ta.percentrank(of { 1, 2, 3, 4, 5 }, 4), { NA, NA, NA, NA, 100 })
    check(ta.percentrank(of { 1, NA, 3, 9, 3 }, 4), { NA, NA, NA, NA, 50 })
    check(ta.percentrank(of { 3 + 5e-11, 9, 9, 9, 3 }, 4), { NA, NA, NA, NA, 25 }) -- tolerant
  ]], ten)
end)

test("bbw is in percent, kcw is not, tsi runs from -1 to 1", function()
  run([[
    local m, u, l = ta.bb(close, 3, 2)
    check(wick.nz(ta.bbw(close, 3, 2) - (u - l) / m * 100, 0), { 0, 0, 0, 0, 0 }, 1e-9)
    local k, ku, kl = ta.kc(close, 3, 2)
    check(wick.nz(ta.kcw(close, 3, 2) - (ku - kl) / k, 0), { 0, 0, 0, 0, 0 }, 1e-12)
    check(ta.tsi(close, 2, 3), { NA, NA, NA, NA, 1, 1, 1 })
  ]], ten)
end)

test("the true range of kc and dmi is na on the first bar, that of atr is not", function()
  run([[
    check(ta.tr(), { NA, 2, 2, 2 })
    check(ta.tr(true), { 1, 2, 2, 2 })
    check(ta.atr(2), { NA, 1.5, 1.75, 1.875 })
    local m, u = ta.kc(close, 2, 1)
    check(wick.isna(m), { 1, 0, 0, 0 })
    check(wick.isna(u), { 1, 1, 0, 0 }) -- one bar later
    local plus, minus, adx = ta.dmi(2, 2)
    check(wick.isna(plus), { 1, 1, 0, 0 })
    check(wick.isna(adx), { 1, 1, 1, 0 })
    check(plus, { NA, NA, 50, 50 }, 1e-9) -- up moves of 1 in a range of 2
  ]], { 10, 11, 12, 13 }, { open = { 10, 11, 12, 13 }, high = { 10.5, 11.5, 12.5, 13.5 }, low = { 9.5, 9.5, 10.5, 11.5 } })
end)

test("stoch multiplies first; a range of zero is na", function()
  run([[
    local x = of { 0.1, 0.3, 0.7 }
    check(ta.stoch(x, x, x, 3), { NA, NA, 100 * (0.7 - 0.1) / (0.7 - 0.1) })
    local b, v, t = 5.22, 7.41, 8.81
    local z = of { b, t, v }
    check(ta.stoch(z, z, z, 3), { NA, NA, 100 * (v - b) / (t - b) })
    local f = of { 2, 2, 2 }
    check(ta.stoch(f, f, f, 3), { NA, NA, NA })
  ]], ten)
end)

test("rising and falling count steps, not distances", function()
  run([[
    check(ta.rising(of { 1, 2, 3, 3, 4, 5 }, 2), { 0, 0, 1, 0, 0, 1 })
    check(ta.falling(of { 5, 4, 3, 3.5, 3, 2 }, 2), { 0, 0, 1, 0, 0, 1 })
    check(ta.rising(of { 1, 1 + 5e-11, 2 }, 1), { 0, 0, 1 })
  ]], ten)
end)

test("a flat top is confirmed when it ends, at its last bar", function()
  run([[
    check(ta.pivothigh(of { 1, 3, 3, 2, 1, 1 }, 1, 1), { NA, NA, NA, 3, NA, NA })
    check(ta.pivotlow(of { 3, 1, 1, 2, 3, 3 }, 1, 1), { NA, NA, NA, 1, NA, NA })
    check(ta.pivothigh(of { 1, 3, 2, 3, 3, 3 }, 1, 1), { NA, NA, 3, NA, NA, NA })
  ]], ten)
end)

test("obv and pvt are na on the first bar", function()
  run([[
    check(ta.obv(), { NA, 20, -10, -10 })
    check(ta.pvt(), { NA, 20, 5, 5 }, 1e-12)
    check(ta.nvi(), { 1, 1, 1, 1 })
    check(ta.pvi(), { 1, 2, 1, 1 })
    check(ta.accdist(), { 0, 0, 0, 0 }) -- bars without a range add nothing
  ]], { 1, 2, 1, 1 }, { open = { 1, 2, 1, 1 }, volume = { 10, 20, 30, 40 } })
end)

test("vwap: the bar that resets counts in all sums; na before the first anchor", function()
  run([[
    local v, up, low = ta.vwap(close, of { 0, 1, 0, 1 }, 1)
    check(v, { NA, 2, 3, 8 })
    check(up, { NA, 2, 4, 8 }, 1e-12)
    check(low, { NA, 2, 2, 8 }, 1e-12)
  ]], { 1, 2, 4, 8 }, { open = { 1, 2, 4, 8 }, volume = { 1, 1, 1, 1 } })
end)

test("valuewhen remembers an na; barssince is na before; fixnan holes are NaN only", function()
  run([[
    check(ta.valuewhen(of { 0, 1, 0, 1, 0 }, of { 1, 2, 3, NA, 5 }, 0), { NA, 2, 2, NA, NA })
    check(ta.valuewhen(of { 0, 1, 0, 1, 0 }, of { 1, 2, 3, 4, 5 }, 1), { NA, NA, NA, 2, 2 })
    check(ta.barssince(of { 0, 1, 0, 0, 1 }), { NA, 0, 1, 2, 0 })
    check(pine.fixnan(of { NA, 1, NA, 2, NA }), { NA, 1, 1, 2, 2 })
    local inf = 1 / (close - 2)
    check(pine.fixnan(inf), { -1, 1 / 0, 1, 0.5 })
    check(pine.na(inf), { 0, 1, 0, 0 })
  ]], ten)
end)

test("comparisons with na are false, in masks too", function()
  run([[
    local x = of { NA, 1 }
    check(pine.ne(x, 0), { 0, 1 }) -- na != 0 is false
    check(wick.iff(pine.ne(x, 0), 1, 0), { 0, 1 })
    check(wick.negate(pine.gt(x, 0)), { 1, 0 })
  ]], ten)
end)

test("supertrend: the line is 0 on the first bar and direction 1 while the ATR warms", function()
  run([[
    local line, direction = ta.supertrend(1, 3)
    check(direction, { 1, 1 })
    check(line, { 0, NA })
  ]], ten)
end)

test("pivot point levels come from the completed period", function()
  run([[
    local p, r1, s1 = ta.pivot_point_levels(of { 1, 0, 0, 1, 0, 0 })
    check(p, { NA, NA, NA, 2, 2, 2 }, 1e-12) -- (3 + 1 + 2) / 3
    check(r1, { NA, NA, NA, 3, 3, 3 }, 1e-12)
    check(s1, { NA, NA, NA, 1, 1, 1 }, 1e-12)
  ]], { 1, 3, 2, 4, 6, 5 }, { open = { 1, 3, 2, 4, 6, 5 } })
end)

test("macd shows its line while the signal warms", function()
  run([[
    local line, signal = ta.macd(close, 2, 3, 2)
    check(wick.isna(line), { 1, 1, 0, 0 })
    check(wick.isna(signal), { 1, 1, 1, 0 })
  ]], ten)
end)

test("variance is the mean of squares less the squared mean, never below zero", function()
  run([[
    check(ta.variance(of { 1, 2, 3 }, 3), { NA, NA, 14 / 3 - 2 * 2 }, 1e-12)
    check(ta.variance(of { 1, 2, 3 }, 3, false), { NA, NA, 1 }, 1e-12)
    check(ta.stdev(of { 0.1, 0.1, 0.1 }, 3), { NA, NA, 0 }, 1e-8)
    check(ta.correlation(close, of { 1, 1, 1, 1 }, 3), { NA, NA, 0, 0 }) -- no covariance at all
  ]], ten)
end)
