-- SPDX-License-Identifier: MIT
-- Two entries, each held two bars; the last one is open at the end.
-- data: symbols=1 count=10
-- trades: 2
local S = wick.strategy "trades"
function S.each_bar(sym)
  if sym.bar % 4 == 0 then sym:buy { units = 1, hold = 2 } end
end
return S
