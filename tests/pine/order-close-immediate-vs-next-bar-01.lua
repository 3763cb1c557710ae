-- SPDX-License-Identifier: MIT
-- close at the next open, and close(immediately) at this bar's close.
local s = pine.strategy { title = "order-close-immediate-vs-next-bar-01" }
local hour, minute = s.hour, s.minute

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(2, 15) and position == 0 then s:entry("NEXT", s.long, { qty = 1, comment = "normal close case" }) end
  if at(3, 15) and position > 0 then s:close("NEXT", { comment = "normal close" }) end
  if at(10, 15) and position == 0 then s:entry("IMM", s.long, { qty = 1, comment = "immediate close case" }) end
  if at(11, 15) and position > 0 then s:close("IMM", { comment = "immediate close", immediately = true }) end
end)
