-- Buys short pullbacks of an uptrend by a low RSI; sells on recovery, by time or at a stop.
--
-- Written with triggers: the script sleeps until one of its masks is true.

local S = wick.strategy "rsi_mean_reversion"

S.params = {
  rsi_period  = wick.int(2, 2, 20),
  buy_below   = wick.num(10, 2, 40),
  sell_above  = wick.num(70, 50, 95),
  trend       = wick.int(200, 50, 300), -- bars of the average that tells an uptrend
  stop_atr    = wick.num(3, 1, 6),
  max_bars    = wick.int(10, 2, 40),
  pct_equity  = wick.num(10, 1, 100),   -- size of one position
}

function S.series(b, p)
  local rsi = ta.rsi(b.close, p.rsi_period)
  S.when.pullback = rsi:lt(p.buy_below):both(b.close:gt(ta.sma(b.close, p.trend)))
  S.when.recovery = rsi:gt(p.sell_above)
  return { rsi = rsi, atr = ta.atr(b, 14) }
end

function S.on.pullback(sym, p)
  if sym.position ~= 0 then return end
  sym:buy {
    pct_equity  = p.pct_equity,
    stop_points = p.stop_atr * sym.atr[0],
    hold        = p.max_bars,
    score       = -sym.rsi[0], -- the deepest pullback is served first
  }
end

function S.on.recovery(sym)
  if sym.position > 0 then sym:close() end
end

return S
