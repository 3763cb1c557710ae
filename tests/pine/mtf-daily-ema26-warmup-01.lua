-- SPDX-License-Identifier: MIT
-- The side on which a daily average moves. The day counts from the first bar of the feed.
local s = pine.strategy { title = "Daily EMA" }
local e = pine.request.security("", "D", function(d) return ta.ema(d.close, 26) end)
local rising, falling = pine.gt(e, e[1]), pine.lt(e, e[1])

return s:each_bar(function()
  local position = s.position_size
  if rising[0] == 1 and position <= 0 then
    if position < 0 then s:close("S", { comment = "flip to long" }) end
    s:entry("L", s.long, { comment = "daily EMA rising" })
  end
  if falling[0] == 1 and position >= 0 then
    if position > 0 then s:close("L", { comment = "flip to short" }) end
    s:entry("S", s.short, { comment = "daily EMA falling" })
  end
end, { when = wick.either(rising, falling) })
