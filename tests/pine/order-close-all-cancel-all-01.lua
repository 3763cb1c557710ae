-- SPDX-License-Identifier: MIT
-- cancel_all, and an immediate close_all of two lots.
local s = pine.strategy { title = "order-close-all-cancel-all-01", pyramiding = 2 }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local close = s.close
local arm, disarm = at(4, 15), at(4, 30)
local first, second, out = at(5, 15), at(5, 45), at(6, 15)

return s:each_bar(function()
  local position = s.position_size
  if arm[0] == 1 then
    s:entry("PENDING_L", s.long, { qty = 1, limit = close[0] * 0.80, comment = "pending low" })
    s:entry("PENDING_S", s.short, { qty = 1, limit = close[0] * 1.20, comment = "pending high" })
  end
  if disarm[0] == 1 then s:cancel_all() end
  if first[0] == 1 and position == 0 then s:entry("A", s.long, { qty = 1, comment = "first" }) end
  if second[0] == 1 and position > 0 then s:entry("B", s.long, { qty = 1, comment = "second" }) end
  if out[0] == 1 and position ~= 0 then s:close_all { comment = "global flat", immediately = true } end
end, { when = wick.either(arm, disarm), when_flat = first, when_long = wick.either(second, out), when_short = out })
