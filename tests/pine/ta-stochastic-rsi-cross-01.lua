-- SPDX-License-Identifier: MIT
-- The stochastic of the RSI crossing its average in its zones. The crosses of the exits stand behind
-- `and`: calls of their own that see only the bars on which what is left of them holds.
local s = pine.strategy { title = "Stochastic RSI" }
local overbought = pine.input.int("overbought", 80)
local oversold = pine.input.int("oversold", 20)

local r = ta.rsi(s.close, 14)
local K = ta.sma(ta.stoch(r, r, r, 14), 3)
local D = ta.sma(K, 3)
local low, high = pine.lt(K, oversold), pine.gt(K, overbought)
local buy = wick.both(ta.crossover(K, D), low)
local sell = wick.both(ta.crossunder(K, D), high)
local under, over = pine.call.crossunder(), pine.call.crossover()

return s:each_bar(function()
  if buy[0] == 1 then s:entry("Long", s.long) end
  if sell[0] == 1 then s:entry("Short", s.short) end
  if s.position_size > 0 and high[0] == 1 and under(K[0], D[0]) then s:close("Long") end
  if s.position_size < 0 and low[0] == 1 and over(K[0], D[0]) then s:close("Short") end
end, { when = wick.either(buy, sell), when_long = high, when_short = low })
