-- SPDX-License-Identifier: MIT
-- An hourly average against the hourly close; what is inside the request counts hours.
local s = pine.strategy { title = "Hourly SMA" }
local m, c = pine.request.security("", "60", function(h) return ta.sma(h.close, 20), h.close end)
local enter = wick.both(pine.gt(c, m), pine.le(c[1], m[1]))
local below = pine.lt(c, m)

return s:each_bar(function()
  if enter[0] == 1 then s:entry("L", s.long, { qty = 1 }) end
  if below[0] == 1 and s.position_size > 0 then s:close("L") end
end, { when = enter, when_long = below })
