-- SPDX-License-Identifier: MIT
-- Two opposite stops armed from flat, never cancelled: what rests from earlier days fills too.
local s = pine.strategy { title = "order-dual-stop-both-touch-priority-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local close = s.close
local near, morning, far, evening = at(2, 45), at(6, 15), at(14, 45), at(18, 15)
local out = wick.either(morning, evening)

return s:each_bar(function()
  local position = s.position_size
  if near[0] == 1 and position == 0 then
    s:entry("LE", s.long, { stop = close[0] * 1.002, comment = "near long stop" })
    s:entry("SE", s.short, { stop = close[0] * 0.998, comment = "near short stop" })
  end
  if morning[0] == 1 and position ~= 0 then s:close_all { comment = "morning flat" } end
  if far[0] == 1 and position == 0 then
    s:entry("LE2", s.long, { stop = close[0] * 1.004, comment = "farther long stop" })
    s:entry("SE2", s.short, { stop = close[0] * 0.996, comment = "farther short stop" })
  end
  if evening[0] == 1 and position ~= 0 then s:close_all { comment = "evening flat" } end
end, { when_flat = wick.either(near, far), when_long = out, when_short = out })
