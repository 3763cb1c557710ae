-- SPDX-License-Identifier: MIT
-- A close beyond the last confirmed pivot.
local s = pine.strategy { title = "Pivot break" }
local left = pine.input.int("left", 4, { minval = 1 })
local right = pine.input.int("right", 4, { minval = 1 })

-- var float H = na; if not na(ph) H := ph: the last value that was not na.
local H = pine.fixnan(ta.pivothigh(s.high, left, right))
local L = pine.fixnan(ta.pivotlow(s.low, left, right))
local above, below = s.close:gt(H), s.close:lt(L)

return s:each_bar(function()
  local position = s.position_size
  if above[0] == 1 and position <= 0 then
    if position < 0 then s:close("S", { comment = "flip flat" }) end
    s:entry("L", s.long, { comment = "pivot-high break" })
  end
  if below[0] == 1 and position >= 0 then
    if position > 0 then s:close("L", { comment = "flip flat" }) end
    s:entry("S", s.short, { comment = "pivot-low break" })
  end
end, { when_flat = wick.either(above, below), when_long = below, when_short = above })
