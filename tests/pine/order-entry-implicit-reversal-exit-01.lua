-- SPDX-License-Identifier: MIT
-- Entries that reverse: the exits are implied.
local s = pine.strategy { title = "order-entry-implicit-reversal-exit-01" }
local hour, minute = s.hour, s.minute

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(0, 15) and position == 0 then s:entry("L", s.long, { qty = 1, comment = "open long" }) end
  if at(0, 45) and position > 0 then s:entry("S", s.short, { qty = 1, comment = "reverse short" }) end
  if at(1, 15) and position < 0 then s:entry("L", s.long, { qty = 1, comment = "reverse long" }) end
  if at(1, 45) and position ~= 0 then s:close_all { comment = "flat" } end
end)
