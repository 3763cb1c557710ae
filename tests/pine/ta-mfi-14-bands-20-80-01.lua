-- SPDX-License-Identifier: MIT
-- The money flow index crossing its bands.
local s = pine.strategy { title = "MFI bands" }
local m = ta.mfi(s.hlc3, 14)
local up, down = ta.crossover(m, 20), ta.crossunder(m, 80)

return s:each_bar(function()
  if up[0] == 1 then s:entry("L", s.long, { comment = "mfi x up 20" }) end
  if down[0] == 1 then s:entry("S", s.short, { comment = "mfi x dn 80" }) end
end, { when = wick.either(up, down) })
