-- SPDX-License-Identifier: MIT
-- Two opposite stops armed from flat, never cancelled: what rests from earlier days fills too.
local s = pine.strategy { title = "order-dual-stop-both-touch-priority-01" }
local hour, minute = s.hour, s.minute
local close = s.close

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(2, 45) and position == 0 then
    s:entry("LE", s.long, { stop = close[0] * 1.002, comment = "near long stop" })
    s:entry("SE", s.short, { stop = close[0] * 0.998, comment = "near short stop" })
  end
  if at(6, 15) and position ~= 0 then s:close_all { comment = "morning flat" } end
  if at(14, 45) and position == 0 then
    s:entry("LE2", s.long, { stop = close[0] * 1.004, comment = "farther long stop" })
    s:entry("SE2", s.short, { stop = close[0] * 0.996, comment = "farther short stop" })
  end
  if at(18, 15) and position ~= 0 then s:close_all { comment = "evening flat" } end
end)
