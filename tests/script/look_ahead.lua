-- SPDX-License-Identifier: MIT
-- Reading past the present bar raises.
-- data: symbols=1 count=10
-- error: look_ahead.lua:9: x[-1] is in the future
-- error: while running each_bar for SYN01
local S = wick.strategy "look_ahead"

function S.each_bar(sym)
  local tomorrow = sym.close[-1]
  if tomorrow > sym.close[0] then sym:buy {} end
end
return S
