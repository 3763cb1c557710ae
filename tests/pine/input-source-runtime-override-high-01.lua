-- SPDX-License-Identifier: MIT
-- The source is an input. The exported list was run with high, hence the default; --param source=close
-- is the other one.
local s = pine.strategy { title = "Source input" }
local source = pine.input.source("source", "high", { title = "Source" })
local fast = pine.input.int("fast", 10, { minval = 1 })
local slow = pine.input.int("slow", 30, { minval = 1 })

local f, g = ta.sma(source, fast), ta.sma(source, slow)
local up, down = ta.crossover(f, g), ta.crossunder(f, g)

return s:each_bar(function()
  if up[0] == 1 then s:entry("Long", s.long) end
  if down[0] == 1 then s:entry("Short", s.short) end
end, { when = wick.either(up, down) })
