-- SPDX-License-Identifier: MIT
-- CCI leaving its extremes. The crosses of zero stand behind `and`: each is a call of its own that
-- sees, and remembers, only the bars on which a position of its side is open.
local s = pine.strategy { title = "CCI thresholds" }
local c = ta.cci(s.close, 20)
local buy, sell = ta.crossover(c, -100), ta.crossunder(c, 100)
local under, over = pine.call.crossunder(), pine.call.crossover()

return s:each_bar(function()
  if buy[0] == 1 then s:entry("Long", s.long) end
  if sell[0] == 1 then s:entry("Short", s.short) end
  if s.position_size > 0 and under(c[0], 0) then s:close("Long") end
  if s.position_size < 0 and over(c[0], 0) then s:close("Short") end
end, { when_flat = wick.either(buy, sell), when_long = true, when_short = true })
