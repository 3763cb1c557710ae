-- SPDX-License-Identifier: MIT
-- close at the next open, and close(immediately) at this bar's close.
local s = pine.strategy { title = "order-close-immediate-vs-next-bar-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local next_in, next_out, now_in, now_out = at(2, 15), at(3, 15), at(10, 15), at(11, 15)

return s:each_bar(function()
  local position = s.position_size
  if next_in[0] == 1 and position == 0 then s:entry("NEXT", s.long, { qty = 1, comment = "normal close case" }) end
  if next_out[0] == 1 and position > 0 then s:close("NEXT", { comment = "normal close" }) end
  if now_in[0] == 1 and position == 0 then s:entry("IMM", s.long, { qty = 1, comment = "immediate close case" }) end
  if now_out[0] == 1 and position > 0 then s:close("IMM", { comment = "immediate close", immediately = true }) end
end, { when_flat = wick.either(next_in, now_in), when_long = wick.either(next_out, now_out) })
