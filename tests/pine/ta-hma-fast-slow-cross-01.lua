-- SPDX-License-Identifier: MIT
-- Two Hull averages crossing.
local s = pine.strategy { title = "HMA cross" }
local fast, slow = ta.hma(s.close, 9), ta.hma(s.close, 21)
local up, down = ta.crossover(fast, slow), ta.crossunder(fast, slow)

return s:each_bar(function()
  if up[0] == 1 then s:entry("Long", s.long) end
  if down[0] == 1 then s:entry("Short", s.short) end
end, { when = wick.either(up, down) })
