-- SPDX-License-Identifier: MIT
-- Plain close orders fill at the next open.
local s = pine.strategy { title = "order-market-close-fill-basis-01" }
local hour, minute = s.hour, s.minute

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(3, 15) and position == 0 then s:entry("L", s.long, { qty = 1, comment = "long" }) end
  if at(5, 15) and position > 0 then s:close("L", { comment = "market close long" }) end
  if at(15, 15) and position == 0 then s:entry("S", s.short, { qty = 1, comment = "short" }) end
  if at(17, 15) and position < 0 then s:close("S", { comment = "market close short" }) end
end)
