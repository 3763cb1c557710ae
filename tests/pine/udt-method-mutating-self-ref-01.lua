-- SPDX-License-Identifier: MIT
-- A persistent object that its own method changes.
local s = pine.strategy { title = "Counter object" }
local open, close = s.open, s.close

local Counter = pine.type("Counter", { { "count", 0 }, { "resets", 0 } })
function Counter:step(up)
  if up then
    self.count = self.count + 1
  else
    if self.count > 0 then self.resets = self.resets + 1 end
    self.count = 0
  end
  return self.count
end

local counter = Counter.new() -- var counter = Counter.new()

return s:each_bar(function()
  local n = counter:step(close[0] > open[0])
  if n >= 3 and s.position_size == 0 then s:entry("L", s.long, { qty = 1, comment = "entry long" }) end
  if close[0] <= open[0] and s.position_size > 0 then s:close("L", { comment = "exit long" }) end
end)
