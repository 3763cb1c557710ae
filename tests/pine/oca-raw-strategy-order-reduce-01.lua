-- SPDX-License-Identifier: MIT
-- A bracket made of two raw orders in a reduce group.
local s = pine.strategy { title = "oca-raw-strategy-order-reduce-01" }
local hour, minute = s.hour, s.minute

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if at(7, 15) and position == 0 then s:entry("L", s.long, { qty = 1, comment = "oca source" }) end
  if position > 0 then
    local avg = s.position_avg_price
    s:order("TP", s.short, { qty = position, limit = avg * 1.004, oca_name = "BRACKET", oca_type = "reduce" })
    s:order("SL", s.short, { qty = position, stop = avg * 0.996, oca_name = "BRACKET", oca_type = "reduce" })
  end
  if position == 0 then
    s:cancel("TP")
    s:cancel("SL")
  end
  if at(13, 15) and position > 0 then s:close("L", { comment = "timeout" }) end
end)
