-- SPDX-License-Identifier: MIT
-- Gaps on: the hourly close exists only on the bar that completes the hour.
local s = pine.strategy { title = "Hourly roll" }
local v = pine.request.security("", "60", function(h) return h.close end, { gaps = true })
local last = pine.fixnan(v)[1] -- the hourly close before
local up, down = v:gt(last), v:lt(last)

return s:each_bar(function()
  if up[0] == 1 and s.position_size == 0 then
    s:entry("GAP_UP", s.long, { qty = 1, comment = "gap roll up" })
  end
  if down[0] == 1 and s.position_size > 0 then s:close("GAP_UP", { comment = "gap roll down" }) end
end, { when_flat = up, when_long = down })
