-- SPDX-License-Identifier: MIT
-- The parabolic SAR changing sides.
local s = pine.strategy { title = "SAR flip" }
local below = pine.lt(ta.sar(0.02, 0.02, 0.20), s.close)
local bull = wick.both(below, below[1]:negate())
local bear = wick.both(below:negate(), below[1])

return s:each_bar(function()
  local position = s.position_size
  if bull[0] == 1 and position <= 0 then
    if position < 0 then s:close("S", { comment = "flip flat" }) end
    s:entry("L", s.long, { comment = "sar bull flip" })
  end
  if bear[0] == 1 and position >= 0 then
    if position > 0 then s:close("L", { comment = "flip flat" }) end
    s:entry("S", s.short, { comment = "sar bear flip" })
  end
end, { when = wick.either(bull, bear) })
