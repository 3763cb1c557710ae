-- SPDX-License-Identifier: MIT
-- Entries that reverse: the exits are implied.
local s = pine.strategy { title = "order-entry-implicit-reversal-exit-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local open, turn, back, out = at(0, 15), at(0, 45), at(1, 15), at(1, 45)

return s:each_bar(function()
  local position = s.position_size
  if open[0] == 1 and position == 0 then s:entry("L", s.long, { qty = 1, comment = "open long" }) end
  if turn[0] == 1 and position > 0 then s:entry("S", s.short, { qty = 1, comment = "reverse short" }) end
  if back[0] == 1 and position < 0 then s:entry("L", s.long, { qty = 1, comment = "reverse long" }) end
  if out[0] == 1 and position ~= 0 then s:close_all { comment = "flat" } end
end, { when_flat = open, when_long = wick.either(turn, out), when_short = wick.either(back, out) })
