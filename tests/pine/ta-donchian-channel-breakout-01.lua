-- SPDX-License-Identifier: MIT
-- Donchian channels: a wide one to enter, a narrow one to leave, both as of the bar before.
local s = pine.strategy { title = "Donchian breakout" }
local enter = pine.input.int("enter", 20, { minval = 1 })
local leave = pine.input.int("leave", 10, { minval = 1 })

local close = s.close
local up = pine.gt(close, ta.highest(s.high, enter)[1])
local down = pine.lt(close, ta.lowest(s.low, enter)[1])
local exit_long = pine.lt(close, ta.lowest(s.low, leave)[1])
local exit_short = pine.gt(close, ta.highest(s.high, leave)[1])

return s:each_bar(function()
  if up[0] == 1 then s:entry("Long", s.long) end
  if down[0] == 1 then s:entry("Short", s.short) end
  if s.position_size > 0 and exit_long[0] == 1 then s:close("Long") end
  if s.position_size < 0 and exit_short[0] == 1 then s:close("Short") end
end, { when = wick.either(up, down), when_long = exit_long, when_short = exit_short })
