-- SPDX-License-Identifier: MIT
-- Stop entries one tick outside the bar before the signal bar.
local s = pine.strategy { title = "order-stop-entry-touch-boundary-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local high, low, tick = s.high, s.low, s.tick_size
local buy, sell, long_out, short_out = at(2, 15), at(14, 15), at(6, 15), at(18, 15)

return s:each_bar(function()
  local position = s.position_size
  if buy[0] == 1 and position == 0 then
    s:entry("LE", s.long, { stop = high[1] + tick, comment = "one tick over high" })
    s:cancel("SE")
  end
  if sell[0] == 1 and position == 0 then
    s:entry("SE", s.short, { stop = low[1] - tick, comment = "one tick under low" })
    s:cancel("LE")
  end
  if long_out[0] == 1 and position > 0 then s:close("LE", { comment = "long timeout" }) end
  if short_out[0] == 1 and position < 0 then s:close("SE", { comment = "short timeout" }) end
end, { when_flat = wick.either(buy, sell), when_long = long_out, when_short = short_out })
