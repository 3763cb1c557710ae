-- Moving-average crossover in Pine style: the rule of ma_crossover.lua, filled by TradingView's rules.

local s = pine.strategy { title = "ma_crossover", pyramiding = 0 }

local fast_n = pine.input.int("fast", 10, { min = 2, max = 100 })
local slow_n = pine.input.int("slow", 30, { min = 5, max = 400 })
local percent = pine.input.float("pct_equity", 10, { min = 1, max = 100 })

local fast, slow = ta.sma(s.close, fast_n), ta.sma(s.close, slow_n)

return s:each_bar(function()
  if fast[0] > slow[0] and fast[1] <= slow[1] then
    s:entry("L", s.long, { pct_equity = percent })
  elseif fast[0] < slow[0] and fast[1] >= slow[1] then
    s:close("L")
  end
end)
