-- SPDX-License-Identifier: MIT
-- On-balance volume crossing its average.
local s = pine.strategy { title = "OBV over its EMA" }
local v = ta.obv()
local e = ta.ema(v, 21)
local up, down = ta.crossover(v, e), ta.crossunder(v, e)

return s:each_bar(function()
  if up[0] == 1 then s:entry("L", s.long, { comment = "obv cross up" }) end
  if down[0] == 1 then s:entry("S", s.short, { comment = "obv cross dn" }) end
end, { when = wick.either(up, down) })
