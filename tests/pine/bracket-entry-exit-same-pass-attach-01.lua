-- SPDX-License-Identifier: MIT
-- A bracket attached in the same pass as its entry is live from the fill.
local s = pine.strategy { title = "bracket-entry-exit-same-pass-attach-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local close = s.close
local buy, sell, out = at(8, 15), at(16, 15), at(23, 45)

return s:each_bar(function()
  local position = s.position_size
  local c = close[0]
  if buy[0] == 1 and position == 0 then
    s:entry("L", s.long, { qty = 1, comment = "entry with bracket" })
    s:exit("X", "L", { limit = c * 1.005, stop = c * 0.995, comment = "same-pass bracket" })
  end
  if sell[0] == 1 and position == 0 then
    s:entry("S", s.short, { qty = 1, comment = "short entry with bracket" })
    s:exit("XS", "S", { limit = c * 0.995, stop = c * 1.005, comment = "same-pass short bracket" })
  end
  if out[0] == 1 and position ~= 0 then s:close_all { comment = "timeout" } end
end, { when_flat = wick.either(buy, sell), when_long = out, when_short = out })
