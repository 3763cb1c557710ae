-- SPDX-License-Identifier: MIT
-- The MACD line crossing its signal.
local s = pine.strategy { title = "MACD line over signal" }
local line, signal = ta.macd(s.close, 12, 26, 9)
local up, down = ta.crossover(line, signal), ta.crossunder(line, signal)

return s:each_bar(function()
  if up[0] == 1 then s:entry("L", s.long, { comment = "macd cross up" }) end
  if down[0] == 1 then s:entry("S", s.short, { comment = "macd cross dn" }) end
end, { when = wick.either(up, down) })
