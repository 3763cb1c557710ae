-- SPDX-License-Identifier: MIT
-- A trailing stop with activation and offset, issued again on every bar with the same numbers.
local s = pine.strategy { title = "bracket-trailing-activation-offset-path-01" }
local hour, minute = s.hour, s.minute
local points = pine.input.int("trail_points", 800, { minval = 1, title = "Trail points (ticks)" })
local offset = pine.input.int("trail_offset", 400, { minval = 1, title = "Trail offset (ticks)" })

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(9, 15) and position == 0 then s:entry("L", s.long, { qty = 1, comment = "trail path long" }) end
  if at(15, 15) and position == 0 then s:entry("S", s.short, { qty = 1, comment = "trail path short" }) end
  if position > 0 then
    s:exit("LX", "L", { trail_points = points, trail_offset = offset, comment = "trail path long" })
  elseif position < 0 then
    s:exit("SX", "S", { trail_points = points, trail_offset = offset, comment = "trail path short" })
  end
  if at(23, 45) and position ~= 0 then s:close_all { comment = "timeout" } end
end)
