-- Larry Connors' two-day RSI, as it is written for backtesting.py: buy a short dip above the long
-- average, leave on the first close above the short one, with a stop in case there is none.

local S = wick.strategy "connors_rsi2_backtesting_py"

S.params = {
  trend = wick.int(100, 20, 250),
  exit  = wick.int(5, 2, 20),
  low   = wick.num(15, 2, 40),
  stop  = wick.num(8, 2, 20), -- percent below the close of the signal
}
S.engine = { profile = "backtesting.py", fee_pct = 0.1, spread = 0.02 }

function S.series(b, p)
  local dip = ta.rsi(b.close, 2):lt(p.low)
  S.when.dip = dip:both(b.close:gt(ta.sma(b.close, p.trend)))
  S.when.bounce = b.close:gt(ta.sma(b.close, p.exit))
end

function S.on.dip(sym, p)
  if sym.position == 0 then
    sym:buy { units = 0.95, stop_loss = sym.close[0] * (1 - p.stop / 100) } -- size=.95
  end
end

function S.on.bounce(sym)
  if sym.position ~= 0 then sym:close() end
end

return S
