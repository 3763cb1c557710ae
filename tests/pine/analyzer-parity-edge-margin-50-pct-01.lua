-- SPDX-License-Identifier: MIT
-- Half of equity, sized by the script.
local s = pine.strategy { title = "analyzer-parity-edge-margin-50-pct-01", pyramiding = 0 }
local hour, minute = s.hour, s.minute
local weekday, close = s.dayofweek, s.close

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if weekday[0] == pine.dayofweek.monday and at(0, 0) and position == 0 then
    local qty = pine.math.round(0.5 * s.equity / close[0] * 1000) / 1000
    if qty > 0 then s:entry("E", s.long, { qty = qty, comment = "qty = 50% equity / close" }) end
  end
  if position > 0 and s.bar > s:opentrades_entry_bar_index(0) then
    s:close("E", { comment = "next-bar flatten" })
  end
end)
