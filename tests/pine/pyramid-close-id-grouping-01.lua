-- SPDX-License-Identifier: MIT
-- Three lots under one id, closed by that id: three trades per close.
local s = pine.strategy { title = "pyramid-close-id-grouping-01", pyramiding = 3 }
local hour, minute = s.hour, s.minute

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(0, 15) and position == 0 then s:entry("L", s.long, { qty = 1, comment = "lot 1" }) end
  if at(0, 30) and position > 0 then s:entry("L", s.long, { qty = 1, comment = "lot 2" }) end
  if at(0, 45) and position > 0 then s:entry("L", s.long, { qty = 1, comment = "lot 3" }) end
  if at(1, 15) and position > 0 then s:close("L", { comment = "close all L" }) end
  if at(12, 15) and position == 0 then s:entry("S", s.short, { qty = 1, comment = "short lot 1" }) end
  if at(12, 30) and position < 0 then s:entry("S", s.short, { qty = 1, comment = "short lot 2" }) end
  if at(12, 45) and position < 0 then s:entry("S", s.short, { qty = 1, comment = "short lot 3" }) end
  if at(13, 15) and position < 0 then s:close("S", { comment = "close all S" }) end
end)
