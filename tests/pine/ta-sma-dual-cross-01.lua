-- SPDX-License-Identifier: MIT
-- Two simple averages crossing: flat first, then the other side.
local s = pine.strategy { title = "SMA dual cross" }
local fast = pine.input.int("fast", 9, { minval = 1, title = "Fast" })
local slow = pine.input.int("slow", 21, { minval = 1, title = "Slow" })

local up = ta.crossover(ta.sma(s.close, fast), ta.sma(s.close, slow))
local down = ta.crossunder(ta.sma(s.close, fast), ta.sma(s.close, slow))

return s:each_bar(function()
  local position = s.position_size
  if up[0] == 1 and position <= 0 then
    if position < 0 then s:close("S", { comment = "flip flat" }) end
    s:entry("L", s.long, { comment = "golden cross" })
  end
  if down[0] == 1 and position >= 0 then
    if position > 0 then s:close("L", { comment = "flip flat" }) end
    s:entry("S", s.short, { comment = "death cross" })
  end
end, { when = wick.either(up, down) })
