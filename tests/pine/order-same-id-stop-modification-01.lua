-- SPDX-License-Identifier: MIT
-- Issuing a stop entry again moves it; what did not fill survives into the next days.
local s = pine.strategy { title = "order-same-id-stop-modification-01" }
local hour, minute = s.hour, s.minute
local high, low, tick = s.high, s.low, s.tick_size

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  local early = minute[0] <= 45
  if hour[0] == 2 and early and position == 0 then
    s:entry("LE", s.long, { stop = high[0] + tick, comment = "moving long stop" })
  end
  if hour[0] == 14 and early and position == 0 then
    s:entry("SE", s.short, { stop = low[0] - tick, comment = "moving short stop" })
  end
  if at(6, 15) and position > 0 then s:close("LE", { comment = "long close" }) end
  if at(18, 15) and position < 0 then s:close("SE", { comment = "short close" }) end
end)
