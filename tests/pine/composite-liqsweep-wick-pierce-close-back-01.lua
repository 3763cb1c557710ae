-- SPDX-License-Identifier: MIT
-- A wick beyond the last pivot whose bar closes back inside.
local s = pine.strategy { title = "Liquidity sweep" }
local left = pine.input.int("left", 5, { minval = 1 })
local right = pine.input.int("right", 5, { minval = 1 })

local H = pine.fixnan(ta.pivothigh(s.high, left, right))
local L = pine.fixnan(ta.pivotlow(s.low, left, right))
local sweep_high = wick.both(s.high:gt(H), s.close:lt(H))
local sweep_low = wick.both(s.low:lt(L), s.close:gt(L))

return s:each_bar(function()
  local position = s.position_size
  if sweep_low[0] == 1 and position <= 0 then
    s:entry("L", s.long, { qty = 1, comment = "bullish sweep long" })
  end
  if sweep_high[0] == 1 and position >= 0 then
    s:entry("S", s.short, { qty = 1, comment = "bearish sweep short" })
  end
end, { when = wick.either(sweep_low, sweep_high) })
