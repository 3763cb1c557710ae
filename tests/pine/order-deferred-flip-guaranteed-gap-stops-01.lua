-- SPDX-License-Identifier: MIT
-- Stops that the next open has always passed: the reversal size is frozen when they are placed, so
-- that sizes grow 1, 2, 3 ... until the weekly reset.
local s = pine.strategy { title = "order-deferred-flip-guaranteed-gap-stops-01" }
local hour, minute = s.hour, s.minute
local weekday, high, low = s.dayofweek, s.high, s.low

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(8, 0) then
    s:entry("SE", s.short, { qty = 1, stop = 10 * high[0], comment = "open-guaranteed short" })
    s:cancel("LE")
  end
  if at(14, 0) then
    s:entry("LE", s.long, { qty = 1, stop = 0.1 * low[0], comment = "open-guaranteed long" })
    s:cancel("SE")
  end
  if at(8, 0) and position > 0 then s:close("LE", { comment = "flip flat long" }) end
  if at(14, 0) and position < 0 then s:close("SE", { comment = "flip flat short" }) end
  if weekday[0] == pine.dayofweek.monday and at(0, 0) and position ~= 0 then
    s:close_all { comment = "weekly reset" }
  end
end)
