-- SPDX-License-Identifier: MIT
-- Bollinger bands inside a Keltner channel: long when they come out again.
local s = pine.strategy { title = "Squeeze release" }
local close = s.close
local basis, deviation = ta.sma(close, 20), 2.0 * ta.stdev(close, 20)
local middle, range = ta.ema(close, 20), 1.5 * ta.atr(20)
local squeezed = wick.both(pine.gt(basis - deviation, middle - range),
  pine.lt(basis + deviation, middle + range))
local released = wick.both(squeezed[1], squeezed:negate())
local lost = ta.crossunder(close, middle)

return s:each_bar(function()
  if released[0] == 1 and s.position_size == 0 then
    s:entry("L", s.long, { qty = 1, comment = "squeeze release" })
  end
  if lost[0] == 1 and s.position_size > 0 then s:close("L", { comment = "kc basis lost" }) end
end, { when_flat = released, when_long = lost })
