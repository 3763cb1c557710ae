-- SPDX-License-Identifier: MIT
-- A bracket made of two raw orders in a reduce group. They rest only while long: once flat, the bar of
-- the fill is the one on which they are withdrawn.
local s = pine.strategy { title = "oca-raw-strategy-order-reduce-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local enter, out = at(7, 15), at(13, 15)

return s:each_bar(function()
  local position = s.position_size
  if enter[0] == 1 and position == 0 then s:entry("L", s.long, { qty = 1, comment = "oca source" }) end
  if position > 0 then
    local avg = s.position_avg_price
    s:order("TP", s.short, { qty = position, limit = avg * 1.004, oca_name = "BRACKET", oca_type = "reduce" })
    s:order("SL", s.short, { qty = position, stop = avg * 0.996, oca_name = "BRACKET", oca_type = "reduce" })
  end
  if position == 0 then
    s:cancel("TP")
    s:cancel("SL")
  end
  if out[0] == 1 and position > 0 then s:close("L", { comment = "timeout" }) end
end, { when_flat = enter, when_long = true, on_fill = true })
