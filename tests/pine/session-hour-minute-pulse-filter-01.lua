-- SPDX-License-Identifier: MIT
-- In at 00:15, out at 00:45.
local s = pine.strategy { title = "Clock pulse" }
local midnight = s.hour:eq(0)
local enter, leave = wick.both(midnight, s.minute:eq(15)), wick.both(midnight, s.minute:eq(45))

return s:each_bar(function()
  if enter[0] == 1 and s.position_size == 0 then
    s:entry("T", s.long, { qty = 1, comment = "time entry" })
  end
  if leave[0] == 1 and s.position_size > 0 then s:close("T", { comment = "time exit" }) end
end, { when_flat = enter, when_long = leave })
