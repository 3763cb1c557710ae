-- SPDX-License-Identifier: MIT
-- Three lots under one id, closed by that id: three trades per close.
local s = pine.strategy { title = "pyramid-close-id-grouping-01", pyramiding = 3 }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local long1, long2, long3, long_out = at(0, 15), at(0, 30), at(0, 45), at(1, 15)
local short1, short2, short3, short_out = at(12, 15), at(12, 30), at(12, 45), at(13, 15)

return s:each_bar(function()
  local position = s.position_size
  if long1[0] == 1 and position == 0 then s:entry("L", s.long, { qty = 1, comment = "lot 1" }) end
  if long2[0] == 1 and position > 0 then s:entry("L", s.long, { qty = 1, comment = "lot 2" }) end
  if long3[0] == 1 and position > 0 then s:entry("L", s.long, { qty = 1, comment = "lot 3" }) end
  if long_out[0] == 1 and position > 0 then s:close("L", { comment = "close all L" }) end
  if short1[0] == 1 and position == 0 then s:entry("S", s.short, { qty = 1, comment = "short lot 1" }) end
  if short2[0] == 1 and position < 0 then s:entry("S", s.short, { qty = 1, comment = "short lot 2" }) end
  if short3[0] == 1 and position < 0 then s:entry("S", s.short, { qty = 1, comment = "short lot 3" }) end
  if short_out[0] == 1 and position < 0 then s:close("S", { comment = "close all S" }) end
end, {
  when_flat = wick.either(long1, short1),
  when_long = wick.either(long2, long3, long_out),
  when_short = wick.either(short2, short3, short_out),
})
