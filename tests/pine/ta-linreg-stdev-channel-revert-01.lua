-- SPDX-License-Identifier: MIT
-- A regression channel: in on a turn outside it, out at the line.
local s = pine.strategy { title = "Regression channel" }
local length = pine.input.int("length", 50, { minval = 2 })
local mult = pine.input.float("mult", 2.0, { minval = 0.1 })

local close = s.close
local line, width = ta.linreg(close, length, 0), ta.stdev(close, length) * mult
local buy = wick.both(pine.lt(close, line - width), close:gt(close[1]))
local sell = wick.both(pine.gt(close, line + width), close:lt(close[1]))
local above, below = pine.gt(close, line), pine.lt(close, line)

return s:each_bar(function()
  if buy[0] == 1 then s:entry("Long", s.long) end
  if sell[0] == 1 then s:entry("Short", s.short) end
  if s.position_size > 0 and above[0] == 1 then s:close("Long") end
  if s.position_size < 0 and below[0] == 1 then s:close("Short") end
end, { when = wick.either(buy, sell), when_long = above, when_short = below })
