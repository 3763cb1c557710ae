-- SPDX-License-Identifier: MIT
-- A mask of the week: hours in which the RSI was high once count as hot for good.
local s = pine.strategy { title = "Regime mask" }
local r = ta.rsi(s.close, 14)
local hour, dayofweek = s.hour, s.dayofweek

local mask = pine.matrix.new("bool", 24, 7, false) -- var
local hot = 0 -- cells that are true

return s:each_bar(function()
  local h, d = hour[0], dayofweek[0] - 1
  if r[0] > 60 and not mask:get(h, d) then
    mask:set(h, d, true)
    hot = hot + 1
  end
  if hot >= 6 and r[0] > 55 and mask:get(h, d) and s.position_size == 0 then
    s:entry("L", s.long, { qty = 1, comment = "entry long" })
  end
  if r[0] < 45 and s.position_size > 0 then s:close("L", { comment = "exit long" }) end
end, { when_flat = r:gt(55), when_long = wick.either(r:gt(60), r:lt(45)) })
