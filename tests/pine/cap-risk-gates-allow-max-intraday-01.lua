-- SPDX-License-Identifier: MIT
-- Direction, size and daily order caps.
local s = pine.strategy { title = "cap-risk-gates-allow-max-intraday-01", pyramiding = 10 }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local first, second, third, blocked, reset = at(0, 15), at(0, 30), at(0, 45), at(1, 0), at(3, 0)

return s:each_bar(function()
  local position = s.position_size
  s:risk_allow_entry_in("long")
  s:risk_max_position_size(2)
  s:risk_max_intraday_filled_orders(3)
  if first[0] == 1 then s:entry("L1", s.long, { qty = 1, comment = "first long" }) end
  if second[0] == 1 then s:entry("L2", s.long, { qty = 1, comment = "second long" }) end
  if third[0] == 1 then s:entry("L3", s.long, { qty = 1, comment = "third long" }) end
  if blocked[0] == 1 then s:entry("S_BLOCKED", s.short, { qty = 1, comment = "blocked short" }) end
  if reset[0] == 1 and position ~= 0 then s:close_all { comment = "daily reset" } end
end, { when = wick.either(first, second, third, blocked, reset) })
