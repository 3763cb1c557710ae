-- SPDX-License-Identifier: MIT
-- A method that reads the history of the chart.
local s = pine.strategy { title = "History in a method" }
local high, low, close = s.high, s.low, s.close
local fast, slow = ta.ema(close, 9), ta.ema(close, 21)
local up, down = ta.crossover(fast, slow), ta.crossunder(fast, slow)

local Look = pine.type("Look", { { "back", 3 } })
function Look:change()
  local before = close[self.back]
  if before == 0 then return 0 end
  return (close[0] - before) / before
end
function Look:width() return high[self.back] - low[self.back] end

local look = Look.new()

return s:each_bar(function()
  if up[0] == 1 and look:change() > 0.01 and look:width() > 0 and s.position_size == 0 then
    s:entry("L", s.long, { qty = 1, comment = "entry long" })
  end
  if down[0] == 1 and s.position_size > 0 then s:close("L", { comment = "exit long" }) end
end, { when_flat = up, when_long = down })
