-- SPDX-License-Identifier: MIT
-- A stop placed with the entry, often above its fill: the trade then opens and closes at one open.
local s = pine.strategy { title = "magnifier-tick-dist-endpoints-01", use_bar_magnifier = true }
local open, high, close = s.open, s.high, s.close
local fast, slow = ta.ema(close, 9), ta.ema(close, 21)
local up, down = ta.crossover(fast, slow), ta.crossunder(fast, slow)

return s:each_bar(function()
  if up[0] == 1 and s.position_size == 0 then
    s:entry("L", s.long, { qty = 1, comment = "entry long" })
    s:exit("X", "L", { stop = open[0] + 0.5 * (high[0] - open[0]), comment = "mid-bar stop" })
  end
  if down[0] == 1 and s.position_size > 0 then s:close("L", { comment = "exit long" }) end
end, { when_flat = up, when_long = down })
