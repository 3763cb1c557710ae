-- SPDX-License-Identifier: MIT
-- A scalar Kalman filter kept as a persistent recurrence.
local s = pine.strategy { title = "Kalman filter" }
local Q = pine.input.float("Q", 0.001)
local R = pine.input.float("R", 0.1)

local close = s.close
local over, under = pine.call.crossover(), pine.call.crossunder()
local x, p = wick.na, wick.na -- x[1] and p[1] are na on the first bar

return s:each_bar(function()
  local price = close[0]
  local predicted = pine.nz(x, price)
  local uncertain = pine.nz(p, 1.0) + Q
  local gain = uncertain / (uncertain + R)
  x = predicted + gain * (price - predicted)
  p = (1 - gain) * uncertain
  local up, down = over(price, x), under(price, x)
  if up and s.position_size <= 0 then
    s:entry("L", s.long, { qty = 1, comment = "kalman cross up" })
  end
  if down and s.position_size >= 0 then
    s:entry("S", s.short, { qty = 1, comment = "kalman cross down" })
  end
end)
