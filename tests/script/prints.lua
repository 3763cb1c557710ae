-- SPDX-License-Identifier: MIT
-- Values a bar hook sees on a flat market.
-- data: symbols=1 count=3 seed=1
-- param: n=2
-- prints: 0 true 2
-- prints: 1 true 2
-- prints: 2 true 2
-- trades: 0
local S = wick.strategy "prints"
S.params = { n = wick.int(1, 1, 9) }
function S.each_bar(sym, p)
  print(sym.bar .. " " .. tostring(sym.high[0] >= sym.low[0]) .. " " .. p.n)
end
return S
