-- SPDX-License-Identifier: MIT
-- A close and an opposite stop in one pass: entry first freezes a reversal of 1 + 1, close first 1 + 0.
local s = pine.strategy { title = "order-opposite-entry-close-same-pass-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local low, tick = s.low, s.tick_size
local first_in, first_out, second_in, second_out, cleanup =
  at(0, 15), at(0, 45), at(6, 15), at(6, 45), at(12, 15)

return s:each_bar(function()
  local position = s.position_size
  if first_in[0] == 1 and position == 0 then s:entry("L", s.long, { qty = 1, comment = "open long" }) end
  if first_out[0] == 1 and position > 0 then
    s:entry("S", s.short, { qty = 1, stop = low[0] - tick, comment = "opposite stop first" })
    s:close("L", { comment = "close long second" })
  end
  if second_in[0] == 1 and position == 0 then s:entry("L2", s.long, { qty = 1, comment = "open long2" }) end
  if second_out[0] == 1 and position > 0 then
    s:close("L2", { comment = "close long first" })
    s:entry("S2", s.short, { qty = 1, stop = low[0] - tick, comment = "opposite stop second" })
  end
  if cleanup[0] == 1 and position < 0 then s:close_all { comment = "cleanup short" } end
end, {
  when_flat = wick.either(first_in, second_in),
  when_long = wick.either(first_out, second_out),
  when_short = cleanup,
})
