-- SPDX-License-Identifier: MIT
-- The supertrend changing direction. Direction -1 is the uptrend.
local s = pine.strategy { title = "Supertrend flip" }
local _, direction = ta.supertrend(3.0, 10)
local bull = wick.both(direction:eq(-1), direction[1]:eq(1))
local bear = wick.both(direction:eq(1), direction[1]:eq(-1))

return s:each_bar(function()
  local position = s.position_size
  if bull[0] == 1 and position <= 0 then
    if position < 0 then s:close("S", { comment = "flip flat" }) end
    s:entry("L", s.long, { comment = "st bull flip" })
  end
  if bear[0] == 1 and position >= 0 then
    if position > 0 then s:close("L", { comment = "flip flat" }) end
    s:entry("S", s.short, { comment = "st bear flip" })
  end
end, { when = wick.either(bull, bear) })
