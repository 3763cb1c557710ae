-- A port in Pine style: the channel breakout that TradingView ships among its built-in strategies.
-- Always in the market: a buy stop above the highest high of the last bars, a sell stop below the
-- lowest low, each placed anew at every close. Fills, sizes and margin are TradingView's.

local s = pine.strategy { title = "Channel breakout", default_qty_type = "percent_of_equity", default_qty_value = 10 }

local length = pine.input.int("length", 5, { min = 1, max = 100 })

local up = ta.highest(s.high, length)
local down = ta.lowest(s.low, length)
local tick = s.tick_size

return s:each_bar(function()
  if s.bar_index[0] < length then return end
  s:entry("ChBrkLE", s.long, { stop = up[0] + tick, comment = "ChBrkLE" })
  s:entry("ChBrkSE", s.short, { stop = down[0] - tick, comment = "ChBrkSE" })
end)
