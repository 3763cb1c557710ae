-- SPDX-License-Identifier: MIT
-- A close above the high of the day before the last completed one.
local s = pine.strategy { title = "Previous daily high" }
local close = s.close
local h = pine.request.security("", "D", function(d) return d.high[1] end)
local up = wick.both(close:gt(h), close[1]:le(h[1]))
local down = pine.lt(close, 0.995 * h)

return s:each_bar(function()
  if up[0] == 1 and s.position_size == 0 then s:entry("L", s.long, { qty = 1 }) end
  if down[0] == 1 and s.position_size > 0 then s:close("L") end
end, { when_flat = up, when_long = down })
