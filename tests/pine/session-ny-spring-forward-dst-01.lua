-- SPDX-License-Identifier: MIT
-- The cash session of New York, whose hours move in UTC twice a year.
local s = pine.strategy { title = "New York session" }
local inside = pine.na(pine.time("", "0930-1600", "America/New_York")):negate()
local opens = wick.both(inside, inside[1]:negate())
local shuts = wick.both(inside:negate(), inside[1])

return s:each_bar(function()
  if opens[0] == 1 and s.position_size == 0 then
    s:entry("L", s.long, { qty = 1, comment = "session open" })
  end
  if shuts[0] == 1 and s.position_size > 0 then s:close("L", { comment = "session close" }) end
end, { when_flat = opens, when_long = shuts })
