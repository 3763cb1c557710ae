-- SPDX-License-Identifier: MIT
-- Stop, target and a trail whose points are a fraction of ticks, issued once with the entry.
local s = pine.strategy { title = "bracket-atr-trail-series-int-points-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local close, atr = s.close, ta.atr(14)
local buy, sell = at(8, 0), at(20, 0)

return s:each_bar(function()
  local position = s.position_size
  if position ~= 0 then return end
  local a, c = atr[0], close[0]
  if buy[0] == 1 then
    s:entry("L", s.long, { qty = 1, comment = "entry long" })
    s:exit("LX", "L", { stop = c - 1.2 * a, limit = c + 2.4 * a, trail_points = a, comment = "atr trail long" })
  end
  if sell[0] == 1 then
    s:entry("S", s.short, { qty = 1, comment = "entry short" })
    s:exit("SX", "S", { stop = c + 1.2 * a, limit = c - 2.4 * a, trail_points = a, comment = "atr trail short" })
  end
end, { when_flat = wick.either(buy, sell) })
