-- SPDX-License-Identifier: MIT
-- Two persistent counters in one object.
local s = pine.strategy { title = "Streaks" }
local open, close = s.open, s.close

local Streak = pine.type("Streak", { { "green", 0 }, { "red", 0 } })
function Streak:update(up)
  if up then
    self.green, self.red = self.green + 1, 0
  else
    self.green, self.red = 0, self.red + 1
  end
end

local streak = Streak.new()

return s:each_bar(function()
  streak:update(close[0] > open[0])
  if streak.green >= 4 and s.position_size == 0 then
    s:entry("L", s.long, { qty = 1, comment = "entry long" })
  end
  if streak.red >= 1 and s.position_size > 0 then s:close("L", { comment = "exit long" }) end
end)
