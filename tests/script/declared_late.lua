-- SPDX-License-Identifier: MIT
-- The mistake everybody makes once.
-- error: declared_late.lua:7
-- error: declare it before the bars run
local S = wick.strategy "declared_late"
function S.each_bar(sym)
  local mean = ta.sma(sym.close, 10)
  if sym.close[0] > mean[0] then sym:buy {} end
end
return S
