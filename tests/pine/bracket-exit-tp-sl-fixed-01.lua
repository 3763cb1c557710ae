-- SPDX-License-Identifier: MIT
-- Fixed percent target and stop, issued again on every bar, and a timed exit.
local s = pine.strategy { title = "bracket-exit-tp-sl-fixed-01" }
local hour, minute = s.hour, s.minute

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(0, 15) and position == 0 then s:entry("L", s.long, { qty = 1, comment = "periodic long" }) end
  if position > 0 then
    local avg = s.position_avg_price
    s:exit("LX", "L", { limit = avg * 1.004, stop = avg * 0.996, comment = "bracket" })
  end
  if at(6, 15) and position > 0 then s:close("L", { comment = "timeout" }) end
end)
