-- SPDX-License-Identifier: MIT
-- Percent of equity sizing with a flat fee per order.
local s = pine.strategy { title = "order-percent-equity-cash-commission-01", default_qty_type = "percent_of_equity", default_qty_value = 25,
  commission_type = "cash_per_order", commission_value = 1.5 }
local hour, minute = s.hour, s.minute

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(8, 15) and position == 0 then s:entry("L", s.long, { comment = "default percent sizing" }) end
  if at(12, 15) and position > 0 then s:close("L", { comment = "sizing close" }) end
end)
