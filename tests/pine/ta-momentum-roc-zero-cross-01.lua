-- SPDX-License-Identifier: MIT
-- Momentum crossing zero, confirmed by the rate of change.
local s = pine.strategy { title = "Momentum and ROC" }
local m, q = ta.mom(s.close, 10), ta.roc(s.close, 10)
local buy = wick.both(ta.crossover(m, 0), pine.gt(q, 0))
local sell = wick.both(ta.crossunder(m, 0), pine.lt(q, 0))
local falls, rises = pine.lt(m, 0), pine.gt(m, 0)

return s:each_bar(function()
  if buy[0] == 1 then s:entry("Long", s.long) end
  if sell[0] == 1 then s:entry("Short", s.short) end
  if s.position_size > 0 and falls[0] == 1 then s:close("Long") end
  if s.position_size < 0 and rises[0] == 1 then s:close("Short") end
end, { when = wick.either(buy, sell), when_long = falls, when_short = rises })
