-- SPDX-License-Identifier: MIT
-- Issuing a stop entry again moves it; what did not fill survives into the next days.
local s = pine.strategy { title = "order-same-id-stop-modification-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local high, low, tick = s.high, s.low, s.tick_size
local early = minute:le(45)
local buy, sell = wick.both(hour:eq(2), early), wick.both(hour:eq(14), early)
local long_out, short_out = at(6, 15), at(18, 15)

return s:each_bar(function()
  local position = s.position_size
  if buy[0] == 1 and position == 0 then
    s:entry("LE", s.long, { stop = high[0] + tick, comment = "moving long stop" })
  end
  if sell[0] == 1 and position == 0 then
    s:entry("SE", s.short, { stop = low[0] - tick, comment = "moving short stop" })
  end
  if long_out[0] == 1 and position > 0 then s:close("LE", { comment = "long close" }) end
  if short_out[0] == 1 and position < 0 then s:close("SE", { comment = "short close" }) end
end, { when_flat = wick.either(buy, sell), when_long = long_out, when_short = short_out })
