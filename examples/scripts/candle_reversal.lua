-- Candlestick patterns as masks: buys bottoms below the average, sells tops.
--
-- A pattern is 100 or -100 where it is found and 0 elsewhere, so `:gt(0)` is "a bullish one here".

local S = wick.strategy "candle_reversal"

S.params = {
  trend      = wick.int(20, 5, 200),   -- bars of the average
  doji       = wick.num(0.1, 0.05, 0.3), -- a body up to this share of the average range is a doji
  pct_equity = wick.num(10, 1, 100),   -- size of one position
}

function S.signals(b, p)
  local low = b.close:lt(ta.sma(b.close, p.trend))
  local engulfing, harami = ta.cdl_engulfing(b), ta.cdl_haramicross { b, body_doji = p.doji }
  local bottom = engulfing:gt(0):either(harami:gt(0)):either(ta.cdl_hammer(b):gt(0))
  local top = engulfing:lt(0):either(harami:lt(0)):either(ta.cdl_shootingstar(b):lt(0))
  return {
    long = bottom:both(low),
    flat = top,
    size = { pct_equity = p.pct_equity },
  }
end

return S
