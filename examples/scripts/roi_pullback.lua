-- SPDX-License-Identifier: MIT
-- A strategy as freqtrade users write them, under its profile: buy a dip in an uptrend, take a profit
-- that shrinks the longer it takes, trail once it is there. docs/coming-from-freqtrade.md has the
-- Python beside it.

local S = wick.strategy "roi_pullback"

S.params = {
  trend = wick.int(50, 20, 120),
  dip   = wick.num(40, 20, 50),
}

S.engine = {
  profile = "freqtrade",
  slots = 3, -- max_open_trades, stake_amount "unlimited"
  fee_pct = 0.1,
  minimal_roi = "0:0.06,1440:0.03,4320:0.01", -- minutes:profit
  stoploss = -0.06,
  trailing_stop = "on",
  trailing_stop_positive = 0.01,
  trailing_stop_positive_offset = 0.02,
  trailing_only_offset_is_reached = "on",
}

function S.signals(b, p)
  local rsi, trend = ta.rsi(b.close, 14), ta.sma(b.close, p.trend)
  return {
    long = ta.cross_over(rsi, p.dip):both(b.close:gt(trend)),
    exit_long = rsi:gt(75),
  }
end

return S
