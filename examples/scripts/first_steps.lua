-- A complete strategy: buys a new 20-bar high, protects it with a trailing stop of three ATRs.
--
--   wick run examples/scripts/first_steps.lua --data examples/bars

local S = wick.strategy "first_steps"

S.params = { n = wick.int(20, 5, 120), k = wick.num(3, 1, 6) }

function S.signals(b, p)
  return {
    long  = ta.cross_over(b.close, ta.highest(b.high, p.n)[1]),
    trail = p.k * ta.atr(b, 14),
    size  = { pct_equity = 20 },
  }
end

return S
