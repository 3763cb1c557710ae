-- SPDX-License-Identifier: MIT
-- Fixed percent target and stop, issued again on every bar, and a timed exit.
local s = pine.strategy { title = "bracket-exit-tp-sl-fixed-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local enter, out = at(0, 15), at(6, 15)

return s:each_bar(function()
  local position = s.position_size
  if enter[0] == 1 and position == 0 then s:entry("L", s.long, { qty = 1, comment = "periodic long" }) end
  if position > 0 then
    local avg = s.position_avg_price
    s:exit("LX", "L", { limit = avg * 1.004, stop = avg * 0.996, comment = "bracket" })
  end
  if out[0] == 1 and position > 0 then s:close("L", { comment = "timeout" }) end
end, { when_flat = enter, when_long = true })
