-- Bollinger's bands as a vectorbt user writes them: masks, all in at the close of the signal, a
-- trailing stop and a target in percent. docs/coming-from-vectorbt.md shows both side by side.

local S = wick.strategy "bollinger_vectorbt"

S.params = { n = wick.int(20, 5, 100), k = wick.num(2, 0.5, 4) }
S.engine = { profile = "vectorbt", fee_pct = 0.1, slip_pct = 0.05 }

function S.signals(b, p)
  local middle, upper, lower = ta.bb(b.close, p.n, p.k)
  return {
    long       = b.close:lt(lower),
    exit_long  = b.close:gt(middle),
    short      = b.close:gt(upper),
    exit_short = b.close:lt(middle),
    trail_pct  = 4, -- sl_stop=.04, sl_trail=True
    target_pct = 6, -- tp_stop=.06
  }
end

return S
