-- SPDX-License-Identifier: MIT
-- The percent rank of one-bar changes, turning at its ends.
local s = pine.strategy { title = "Percent rank reversion" }
local length = pine.input.int("length", 50, { minval = 1 })
local upper = pine.input.float("upper", 90)
local lower = pine.input.float("lower", 10)

local p = ta.percentrank(s.close - s.close[1], length)
local buy = wick.both(pine.lt(p, lower), pine.gt(p, p[1]))
local sell = wick.both(pine.gt(p, upper), pine.lt(p, p[1]))
local high, low = pine.gt(p, 50), pine.lt(p, 50)

return s:each_bar(function()
  if buy[0] == 1 then s:entry("Long", s.long) end
  if sell[0] == 1 then s:entry("Short", s.short) end
  if s.position_size > 0 and high[0] == 1 then s:close("Long") end
  if s.position_size < 0 and low[0] == 1 then s:close("Short") end
end, { when = wick.either(buy, sell), when_long = high, when_short = low })
