-- SPDX-License-Identifier: MIT
-- Stop, target and a trail whose points are a fraction of ticks, issued once with the entry.
local s = pine.strategy { title = "bracket-atr-trail-series-int-points-01" }
local hour, minute = s.hour, s.minute
local close, atr = s.close, ta.atr(14)

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if not (at(8, 0) or at(20, 0)) or position ~= 0 then return end
  local a, c = atr[0], close[0]
  if hour[0] == 8 then
    s:entry("L", s.long, { qty = 1, comment = "entry long" })
    s:exit("LX", "L", { stop = c - 1.2 * a, limit = c + 2.4 * a, trail_points = a, comment = "atr trail long" })
  else
    s:entry("S", s.short, { qty = 1, comment = "entry short" })
    s:exit("SX", "S", { stop = c + 1.2 * a, limit = c - 2.4 * a, trail_points = a, comment = "atr trail short" })
  end
end)
