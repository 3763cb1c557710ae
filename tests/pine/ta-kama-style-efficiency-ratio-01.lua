-- SPDX-License-Identifier: MIT
-- An adaptive average kept as a persistent recurrence. While the sum is na, "sum != 0" is false, so
-- the ratio is 0 and the average climbs from 0 during the warm-up.
local s = pine.strategy { title = "Adaptive average" }
local length, fast, slow = 14, 2, 30

local close = s.close
local noise = ta.sum((close - close[1]):abs(), length)
local ratio = wick.iff(pine.ne(noise, 0), (close - close[length]):abs() / noise, 0)
local fast_alpha, slow_alpha = 2 / (fast + 1), 2 / (slow + 1)
local c = ratio * (fast_alpha - slow_alpha) + slow_alpha
local weight = c * c

local gt, lt = pine.gt, pine.lt
local k = nil -- var float k = close
local was_up, was_down = false, false

return s:each_bar(function()
  -- k[1] is na on the first bar only.
  local before = k or 0
  local now = before + weight[0] * (close[0] - before)
  local up, down = k ~= nil and gt(now, k), k ~= nil and lt(now, k)
  k = now
  if up and not was_up then s:entry("Long", s.long) end
  if down and not was_down then s:entry("Short", s.short) end
  was_up, was_down = up, down
end)
