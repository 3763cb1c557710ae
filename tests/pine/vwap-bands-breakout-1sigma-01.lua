-- SPDX-License-Identifier: MIT
-- The volume-weighted price of the day with one deviation: in above the band, out at the price.
local s = pine.strategy { title = "VWAP band", initial_capital = 100000, pyramiding = 0 }
local v, upper = ta.vwap(s.close, pine.timeframe.change("1D"), 1.0)
local up, down = ta.crossover(s.close, upper), ta.crossunder(s.close, v)

return s:each_bar(function()
  if up[0] == 1 then s:entry("long", s.long) end
  if down[0] == 1 then s:close("long") end
end, { when_flat = up, when_long = wick.either(up, down) })
