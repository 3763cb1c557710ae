-- SPDX-License-Identifier: MIT
-- Trailing activation without an offset exits at the activation level.
local s = pine.strategy { title = "bracket-trail-points-no-offset-explicit-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local close = s.close
local buy, sell = at(8, 0), at(20, 0)

return s:each_bar(function()
  local position = s.position_size
  if position ~= 0 then return end
  local c = close[0]
  if buy[0] == 1 then
    s:entry("L", s.long, { qty = 1, comment = "entry long" })
    s:exit("LX", "L", { stop = c * 0.95, limit = c * 1.05, trail_points = 8, comment = "trail8 + far stop/limit" })
  end
  if sell[0] == 1 then
    s:entry("S", s.short, { qty = 1, comment = "entry short" })
    s:exit("SX", "S", { stop = c * 1.05, limit = c * 0.95, trail_points = 8, comment = "trail8 + far stop/limit" })
  end
end, { when_flat = wick.either(buy, sell) })
