-- Moving-average crossover as whole columns: the fastest style.
-- The same rule bar by bar is ma_crossover_events.lua, in Pine style ma_crossover_pine.lua.

local S = wick.strategy "ma_crossover"

S.params = {
  fast       = wick.int(10, 2, 100),
  slow       = wick.int(30, 5, 400),
  pct_equity = wick.num(10, 1, 100), -- size of one position
}

function S.signals(b, p)
  local fast, slow = ta.sma(b.close, p.fast), ta.sma(b.close, p.slow)
  return {
    long = ta.cross_over(fast, slow),
    flat = ta.cross_under(fast, slow),
    size = { pct_equity = p.pct_equity },
  }
end

return S
