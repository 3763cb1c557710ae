-- SPDX-License-Identifier: MIT
-- RSI(14) crossing 50: always in the market.
local s = pine.strategy { title = "RSI 14 cross 50" }
local r = ta.rsi(s.close, 14)
local up, down = ta.crossover(r, 50), ta.crossunder(r, 50)

return s:each_bar(function()
  if up[0] == 1 then s:entry("L", s.long, { comment = "rsi cross up 50" }) end
  if down[0] == 1 then s:entry("S", s.short, { comment = "rsi cross dn 50" }) end
end, { when = wick.either(up, down) })
