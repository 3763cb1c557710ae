-- SPDX-License-Identifier: MIT
-- A tight bracket around the average price, issued again on every bar of the position.
local s = pine.strategy { title = "composite-scalping-tight-tp-sl-points-01" }
local fast_n = pine.input.int("fast", 5, { minval = 1, maxval = 50 })
local slow_n = pine.input.int("slow", 13, { minval = 2, maxval = 200 })
local target = pine.input.int("target", 15, { minval = 1, maxval = 500, title = "Target (ticks)" })
local stop = pine.input.int("stop", 7, { minval = 1, maxval = 500, title = "Stop (ticks)" })
local close, tick = s.close, s.tick_size
local fast, slow = ta.ema(close, fast_n), ta.ema(close, slow_n)
local up, down = ta.crossover(fast, slow), ta.crossunder(fast, slow)

return s:each_bar(function()
  if up[0] == 1 then s:entry("L", s.long, { qty = 1, comment = "scalp long" }) end
  if down[0] == 1 then s:entry("S", s.short, { qty = 1, comment = "scalp short" }) end
  local position, avg = s.position_size, s.position_avg_price
  if position > 0 then
    s:exit("Brk", "L", { stop = avg - stop * tick, limit = avg + target * tick })
  elseif position < 0 then
    s:exit("Brk", "S", { stop = avg + stop * tick, limit = avg - target * tick })
  end
end, { when = wick.either(up, down), when_long = true, when_short = true })
