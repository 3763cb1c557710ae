-- Trend follower with a steady risk: what is above its average, weighed by inverse volatility, the
-- whole scaled to a yearly volatility that is forecast from the same bars. No more than all cash.

local S = wick.strategy "vol_target"

S.params = {
  trend = wick.int(100, 20, 300),         -- bars of the average a symbol has to be above
  window = wick.int(60, 20, 250),         -- bars of the volatilities
  target = wick.num(0.10, 0.02, 0.40),    -- volatility of the portfolio a year
}

S.rebalance = "week fri"

function S.init(ctx, p)
  ctx:series("above", function(b) return b.close / ta.sma(b.close, p.trend) - 1 end)
end

function S.allocate(p)
  return {
    alpha = "above",
    optimiser = "inverse_vol",
    covariance = "ewma", decay = 0.97, window = p.window,
    vol_target = p.target, gross = 1,
  }
end

return S
