-- Breakout of the Donchian channel in an uptrend, ATR stops, risk-based size.
--
-- Entry: the high pokes through the highest high of the previous N bars while the close is above
-- its 200-bar average and the 50-bar average above that. Only the first bar of a run of such bars
-- counts. Exit: initial and trailing stop at multiples of the ATR of the signal bar.
-- Rules, parameter names and ranges: docs/strategies.md.

local S = wick.strategy "donchian_breakout"

S.params = {
  donchian_period              = wick.int(20, 15, 50),
  atr_period                   = wick.int(14, 10, 30),
  initial_stop_atr_multiplier  = wick.num(2.0, 1.5, 4.0),
  trailing_stop_atr_multiplier = wick.num(3.0, 2.5, 6.0),
  risk_per_trade_pct           = wick.num(0.02, 0.01, 0.05), -- fraction of equity lost at the stop

  trigger       = wick.choice("high", "close"), -- which price has to break the channel
  is_long_only  = wick.bool(true),              -- false: the mirror image is sold short
  exit_channel  = wick.int(0, 0, 25),           -- close beyond the opposite channel of so many bars; 0 off
  volume_filter = wick.bool(false),             -- volume above 1.5 times its 20-bar average
}

-- True on the first bar of a run of true bars.
local function first_of(mask)
  return mask:both(mask:lag(1):negate())
end

function S.signals(b, p)
  local upper = ta.highest(b.high, p.donchian_period):lag(1)
  local lower = ta.lowest(b.low, p.donchian_period):lag(1)
  local sma50, sma200 = ta.sma(b.close, 50), ta.sma(b.close, 200)
  local atr = ta.atr_talib(b, p.atr_period) -- leaves the first bar out, as the reference runs do

  local on_high = p.trigger == "high"
  local up = (on_high and b.high or b.close):gt(upper)
  local down = (on_high and b.low or b.close):lt(lower)
  local long = up:both(b.close:gt(sma200), sma50:gt(sma200))
  local short = down:both(b.close:lt(sma200), sma50:lt(sma200))
  if p.volume_filter then
    local heavy = b.volume:gt(1.5 * ta.sma(b.volume, 20))
    long, short = long:both(heavy), short:both(heavy)
  end

  local out = {
    long        = first_of(long),
    stop_points = p.initial_stop_atr_multiplier * atr,
    trail       = p.trailing_stop_atr_multiplier * atr,
    size        = { risk_pct = 100 * p.risk_per_trade_pct },
  }
  if not p.is_long_only then out.short = first_of(short) end
  if p.exit_channel > 0 then
    out.exit_long = b.close:lt(ta.lowest(b.low, p.exit_channel):lag(1))
    out.exit_short = b.close:gt(ta.highest(b.high, p.exit_channel):lag(1))
  end
  return out
end

return S
