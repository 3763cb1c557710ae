-- SPDX-License-Identifier: MIT
-- The directional lines crossing.
local s = pine.strategy { title = "DI cross" }
local plus, minus = ta.dmi(14, 14)
local up, down = ta.crossover(plus, minus), ta.crossunder(plus, minus)

return s:each_bar(function()
  if up[0] == 1 then s:entry("Long", s.long) end
  if down[0] == 1 then s:entry("Short", s.short) end
end, { when = wick.either(up, down) })
