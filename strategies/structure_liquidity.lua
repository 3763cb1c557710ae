-- Sweep of a swing low and reclaim: buys the bar that dips below the last low and closes above it.
--
-- A swing low is the lowest low of `swing_lookback` bars to either side, known that many bars
-- later. Exit: initial and trailing stop at multiples of the ATR of the signal bar.
-- Rules, parameter names and ranges: docs/strategies.md.

local S = wick.strategy "structure_liquidity"

S.params = {
  swing_lookback               = wick.int(2, 2, 7),
  atr_period                   = wick.int(14, 10, 30),
  initial_stop_atr_multiplier  = wick.num(2.0, 1.5, 4.0),
  trailing_stop_atr_multiplier = wick.num(3.0, 2.5, 6.0),
  risk_per_trade_pct           = wick.num(0.02, 0.01, 0.05), -- fraction of equity lost at the stop

  require_close_direction = wick.bool(true),  -- the bar has to close in the direction of the trade
  use_trend_filter        = wick.bool(true),  -- only on the right side of the 200-bar average
  require_structure       = wick.bool(false), -- only with rising lows (falling highs for shorts)
  is_long_only            = wick.bool(true),  -- false: the mirror image is sold short
  stop                    = wick.choice("atr", "structure"), -- structure: half an ATR beyond the bar

  -- Of the model that filters entries (docs/strategies.md); without one they change nothing.
  probability_threshold = wick.model_param(wick.num(0.52, 0.50, 0.75)), -- a score has to be above it
  stop_out_window       = wick.model_param(wick.int(20, 10, 60)), -- bars the label looks ahead
  adx_period            = wick.model_param(wick.int(14, 10, 30)),
  bb_period             = wick.model_param(wick.int(20, 15, 30)),
}

-- True on the first bar of a run of true bars.
local function first_of(mask)
  return mask:both(mask:lag(1):negate())
end

function S.signals(b, p)
  local last_high, prev_high, last_low, prev_low = ta.swing(b, p.swing_lookback)
  local sma200 = ta.sma(b.close, 200)
  local atr = ta.atr_talib(b, p.atr_period) -- leaves the first bar out, as the reference runs do

  -- Through the swing and back: low below it and close above, or the mirror image.
  local long, short = ta.sweep(last_low).bull, ta.sweep(last_high).bear
  if p.require_close_direction then
    long, short = long:both(b.close:gt(b.open)), short:both(b.close:lt(b.open))
  end
  if p.use_trend_filter then
    long, short = long:both(b.close:gt(sma200)), short:both(b.close:lt(sma200))
  end
  if p.require_structure then
    long = long:both(last_low:gt(prev_low))
    short = short:both(last_high:lt(prev_high))
  end

  local out = {
    long  = first_of(long),
    trail = p.trailing_stop_atr_multiplier * atr,
    size  = { risk_pct = 100 * p.risk_per_trade_pct },
  }
  if not p.is_long_only then out.short = first_of(short) end
  if p.stop == "structure" then
    out.stop = wick.iff(long, b.low - 0.5 * atr, b.high + 0.5 * atr)
  else
    out.stop_points = p.initial_stop_atr_multiplier * atr
  end
  return out
end

S.constant_features = { "is_above_sma_200" } -- as the origin has it; the entry may ask for just this

function S.features(b, p)
  local last_high, prev_high, last_low, prev_low = ta.swing(b, p.swing_lookback)
  local atr = ta.atr_talib(b, p.atr_period)
  local sma200, usual = ta.sma(b.close, 200), ta.sma(b.volume, 20)
  local middle, upper, lower = ta.bb(b.close, p.bb_period, 2)
  return {
    structure_bullish = last_low:gt(prev_low),
    structure_bearish = last_high:lt(prev_high),
    dist_to_swing_high = (b.close - last_high) / atr,
    dist_to_swing_low = (b.close - last_low) / atr,
    atr_pct = atr / b.close,
    volume_ratio = wick.iff(usual:gt(0), b.volume / usual, wick.na),
    rsi = ta.rsi(b.close, 14),
    roc = ta.roc(b.close, 10),
    adx = ta.adx(b, p.adx_period),
    bb_width = (upper - lower) / middle,
    dist_to_sma_200 = (b.close - sma200) / atr,
    is_above_sma_200 = b.close:gt(sma200),
    sma_200_slope = 100 * (sma200 - sma200:lag(20)) / sma200,
  }
end

-- Would a trailing stop have ended above the entry? The first stop is the structure's: half an ATR
-- below the low of the bar.
function S.label(b, p)
  local atr = ta.atr_talib(b, p.atr_period)
  return {
    kind = "trailing", horizon = p.stop_out_window, atr = atr, initial = b.low - 0.5 * atr,
    trail = p.trailing_stop_atr_multiplier,
  }
end

return S
