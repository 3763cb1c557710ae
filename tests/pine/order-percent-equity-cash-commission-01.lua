-- SPDX-License-Identifier: MIT
-- Percent of equity sizing with a flat fee per order.
local s = pine.strategy { title = "order-percent-equity-cash-commission-01",
  default_qty_type = "percent_of_equity", default_qty_value = 25,
  commission_type = "cash_per_order", commission_value = 1.5 }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local enter, leave = at(8, 15), at(12, 15)

return s:each_bar(function()
  local position = s.position_size
  if enter[0] == 1 and position == 0 then s:entry("L", s.long, { comment = "default percent sizing" }) end
  if leave[0] == 1 and position > 0 then s:close("L", { comment = "sizing close" }) end
end, { when_flat = enter, when_long = leave })
