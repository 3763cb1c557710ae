-- SPDX-License-Identifier: MIT
-- A trailing stop with activation and offset, issued again on every bar with the same numbers.
local s = pine.strategy { title = "bracket-trailing-activation-offset-path-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local points = pine.input.int("trail_points", 800, { minval = 1, title = "Trail points (ticks)" })
local offset = pine.input.int("trail_offset", 400, { minval = 1, title = "Trail offset (ticks)" })
local buy, sell, out = at(9, 15), at(15, 15), at(23, 45)

return s:each_bar(function()
  local position = s.position_size
  if buy[0] == 1 and position == 0 then s:entry("L", s.long, { qty = 1, comment = "trail path long" }) end
  if sell[0] == 1 and position == 0 then s:entry("S", s.short, { qty = 1, comment = "trail path short" }) end
  if position > 0 then
    s:exit("LX", "L", { trail_points = points, trail_offset = offset, comment = "trail path long" })
  elseif position < 0 then
    s:exit("SX", "S", { trail_points = points, trail_offset = offset, comment = "trail path short" })
  end
  if out[0] == 1 and position ~= 0 then s:close_all { comment = "timeout" } end
end, { when_flat = wick.either(buy, sell), when_long = true, when_short = true })
