-- SPDX-License-Identifier: MIT
-- A close beyond the Bollinger band that the RSI confirms; out at the middle band.
local s = pine.strategy { title = "Bollinger and RSI" }
local length = pine.input.int("length", 20, { minval = 1 })
local mult = pine.input.float("mult", 2.0, { minval = 0.1 })
local rsi_length = pine.input.int("rsi_length", 14, { minval = 1 })
local overbought = pine.input.int("overbought", 70)
local oversold = pine.input.int("oversold", 30)

local close = s.close
local middle, upper, lower = ta.bb(close, length, mult)
local r = ta.rsi(close, rsi_length)

local buy = wick.both(pine.lt(close, lower), pine.lt(r, oversold))
local sell = wick.both(pine.gt(close, upper), pine.gt(r, overbought))
local above, below = pine.gt(close, middle), pine.lt(close, middle)

return s:each_bar(function()
  if buy[0] == 1 then s:entry("Long", s.long) end
  if sell[0] == 1 then s:entry("Short", s.short) end
  if s.position_size > 0 and above[0] == 1 then s:close("Long") end
  if s.position_size < 0 and below[0] == 1 then s:close("Short") end
end, { when = wick.either(buy, sell), when_long = above, when_short = below })
