-- SPDX-License-Identifier: MIT
-- Plain close orders fill at the next open.
local s = pine.strategy { title = "order-market-close-fill-basis-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local long_in, long_out, short_in, short_out = at(3, 15), at(5, 15), at(15, 15), at(17, 15)

return s:each_bar(function()
  local position = s.position_size
  if long_in[0] == 1 and position == 0 then s:entry("L", s.long, { qty = 1, comment = "long" }) end
  if long_out[0] == 1 and position > 0 then s:close("L", { comment = "market close long" }) end
  if short_in[0] == 1 and position == 0 then s:entry("S", s.short, { qty = 1, comment = "short" }) end
  if short_out[0] == 1 and position < 0 then s:close("S", { comment = "market close short" }) end
end, { when_flat = wick.either(long_in, short_in), when_long = long_out, when_short = short_out })
