-- SPDX-License-Identifier: MIT
-- Stop entries one tick outside the bar before the signal bar.
local s = pine.strategy { title = "order-stop-entry-touch-boundary-01" }
local hour, minute = s.hour, s.minute
local high, low, tick = s.high, s.low, s.tick_size

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(2, 15) and position == 0 then
    s:entry("LE", s.long, { stop = high[1] + tick, comment = "one tick over high" })
    s:cancel("SE")
  end
  if at(14, 15) and position == 0 then
    s:entry("SE", s.short, { stop = low[1] - tick, comment = "one tick under low" })
    s:cancel("LE")
  end
  if at(6, 15) and position > 0 then s:close("LE", { comment = "long timeout" }) end
  if at(18, 15) and position < 0 then s:close("SE", { comment = "short timeout" }) end
end)
