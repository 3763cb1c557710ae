-- SPDX-License-Identifier: MIT
-- A bracket anchored at the last pivot, issued again on every bar of the position.
local s = pine.strategy { title = "composite-trendmaster-pivot-anchored-bracket-01" }
local wing = pine.input.int("pivot", 5, { minval = 1, maxval = 50 })
local reward = pine.input.float("reward", 2, { minval = 0.1, maxval = 10 })
local fast_n = pine.input.int("fast", 5, { minval = 1, maxval = 50 })
local slow_n = pine.input.int("slow", 13, { minval = 2, maxval = 200 })
local close = s.close
local fast, slow = ta.ema(close, fast_n), ta.ema(close, slow_n)
local up, down = ta.crossover(fast, slow), ta.crossunder(fast, slow)
local top = pine.fixnan(ta.pivothigh(s.high, wing, wing)) -- the latest pivots, kept
local bottom = pine.fixnan(ta.pivotlow(s.low, wing, wing))

return s:each_bar(function()
  local position, high, low = s.position_size, top[0], bottom[0]
  if up[0] == 1 and not pine.na(low) and position <= 0 then
    s:entry("L", s.long, { qty = 1, comment = "pivot long" })
  end
  if down[0] == 1 and not pine.na(high) and position >= 0 then
    s:entry("S", s.short, { qty = 1, comment = "pivot short" })
  end
  local avg = s.position_avg_price
  if position > 0 and not pine.na(low) then
    s:exit("Brk", "L", { stop = low, limit = avg + reward * (avg - low) })
  elseif position < 0 and not pine.na(high) then
    s:exit("Brk", "S", { stop = high, limit = avg - reward * (high - avg) })
  end
end, { when = wick.either(up, down), when_long = true, when_short = true })
