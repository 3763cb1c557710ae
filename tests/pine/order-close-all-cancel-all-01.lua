-- SPDX-License-Identifier: MIT
-- cancel_all, and an immediate close_all of two lots.
local s = pine.strategy { title = "order-close-all-cancel-all-01", pyramiding = 2 }
local hour, minute = s.hour, s.minute
local close = s.close

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(4, 15) then
    s:entry("PENDING_L", s.long, { qty = 1, limit = close[0] * 0.80, comment = "pending low" })
    s:entry("PENDING_S", s.short, { qty = 1, limit = close[0] * 1.20, comment = "pending high" })
  end
  if at(4, 30) then s:cancel_all() end
  if at(5, 15) and position == 0 then s:entry("A", s.long, { qty = 1, comment = "first" }) end
  if at(5, 45) and position > 0 then s:entry("B", s.long, { qty = 1, comment = "second" }) end
  if at(6, 15) and position ~= 0 then s:close_all { comment = "global flat", immediately = true } end
end)
