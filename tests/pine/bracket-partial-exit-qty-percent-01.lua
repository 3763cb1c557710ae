-- SPDX-License-Identifier: MIT
-- Half at a target, the rest on a stop.
local s = pine.strategy { title = "bracket-partial-exit-qty-percent-01", default_qty_value = 2 }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local enter, out = at(1, 15), at(9, 15)

return s:each_bar(function()
  local position = s.position_size
  if enter[0] == 1 and position == 0 then s:entry("L", s.long, { qty = 2, comment = "two lots" }) end
  if position > 0 then
    local avg = s.position_avg_price
    s:exit("HALF_TP", "L", { limit = avg * 1.003, qty_percent = 50, comment = "half tp" })
    s:exit("REST_SL", "L", { stop = avg * 0.994, comment = "rest stop" })
  end
  if out[0] == 1 and position > 0 then s:close("L", { comment = "timeout" }) end
end, { when_flat = enter, when_long = true })
