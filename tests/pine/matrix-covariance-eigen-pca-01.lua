-- SPDX-License-Identifier: MIT
-- The first eigenvalue of a covariance matrix against its average. The crosses stand behind `and`,
-- so they see only the bars on which everything is defined.
local s = pine.strategy { title = "Covariance eigenvalue" }
local length = pine.input.int("length", 14, { minval = 2 })

local a, b = s.close - s.open, s.high - s.low
local da, db = a - ta.sma(a, length), b - ta.sma(b, length)
local c11, c12, c22 = ta.sma(da * da, length), ta.sma(da * db, length), ta.sma(db * db, length)

local average = pine.call.sma()
local over, under = pine.call.crossover(), pine.call.crossunder()
local na = pine.na

return s:each_bar(function()
  local first = wick.na
  if not na(c11[0]) and not na(c12[0]) and not na(c22[0]) then
    local cov = pine.matrix.new(2, 2)
    cov:set(0, 0, c11[0])
    cov:set(0, 1, c12[0])
    cov:set(1, 0, c12[0])
    cov:set(1, 1, c22[0])
    first = cov:eigenvalues():get(0) -- the largest comes first
  end
  local mean = average(first, length)
  local ready = not na(first) and not na(mean)
  if ready and over(first, mean) then s:entry("Long", s.long) end
  if ready and under(first, mean) then s:entry("Short", s.short) end
end)
