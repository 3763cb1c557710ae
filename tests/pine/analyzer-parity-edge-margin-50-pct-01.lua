-- SPDX-License-Identifier: MIT
-- Half of equity, sized by the script.
local s = pine.strategy { title = "analyzer-parity-edge-margin-50-pct-01", pyramiding = 0 }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local close = s.close
local fire = wick.both(s.dayofweek:eq(pine.dayofweek.monday), at(0, 0))

return s:each_bar(function()
  local position = s.position_size
  if fire[0] == 1 and position == 0 then
    local qty = pine.math.round(0.5 * s.equity / close[0] * 1000) / 1000
    if qty > 0 then s:entry("E", s.long, { qty = qty, comment = "qty = 50% equity / close" }) end
  end
  if position > 0 and s.bar > s:opentrades_entry_bar_index(0) then
    s:close("E", { comment = "next-bar flatten" })
  end
end, { when_flat = fire, when_long = true })
