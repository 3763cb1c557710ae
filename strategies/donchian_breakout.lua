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

  -- Of the model that filters entries (docs/strategies.md); without one they change nothing.
  probability_threshold = wick.model_param(wick.num(0.60, 0.55, 0.80)), -- a score has to be above it
  stop_out_window       = wick.model_param(wick.int(60, 20, 120)), -- bars the label looks ahead
  features              = wick.model_param(wick.choice("v2", "v1")), -- v1: levels, as the origin has them
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

-- Channel, prices and volumes as they are: numbers of one symbol say little about another's.
local function level_features(b, p, atr)
  local upper, lower = ta.highest(b.high, p.donchian_period), ta.lowest(b.low, p.donchian_period)
  local plus, minus = ta.di(b, 14)
  local out = {
    roc = ta.roc(b.close, 10), rsi = ta.rsi(b.close, 14), mom = ta.mom(b.close, 10),
    ppo = ta.ppo(b.close), cci = ta.cci(b.hlc3, 14), adx = ta.adx(b, 14),
    plus_di = plus, minus_di = minus,
    sma_short_slope = ta.slope(ta.sma(b.close, 50), 20),
    sma_long_slope = ta.slope(ta.sma(b.close, 200), 20),
    donchian_upper = upper, donchian_lower = lower, donchian_middle = (upper + lower) / 2,
    atr = atr, volume = b.volume, obv = ta.obv(b),
  }
  local month = wick.month(b)
  for k = 1, 12 do out["month_" .. k] = month:eq(k) end
  return out
end

-- The same things in units of the symbol's own range and volume, and against the other symbols.
local function relative_features(b, p, atr)
  local upper = ta.highest(b.high, p.donchian_period):lag(1)
  local lower = ta.lowest(b.low, p.donchian_period):lag(1)
  local plus, minus = ta.di(b, 14)
  local usual = ta.sma(b.volume, 20)
  local known = usual:gt(0)
  local move = ta.roc(b.close, 60)
  local angle = 2 * math.pi / 12 * wick.month(b)
  return {
    above_upper = (b.close - upper) / atr,
    above_lower = (b.close - lower) / atr,
    width = (upper - lower) / atr,
    atr_pct = atr / b.close,
    volume_ratio = wick.iff(known, b.volume / usual, wick.na),
    obv_slope = wick.iff(known, ta.slope(ta.obv(b), 20) / usual, wick.na),
    sma_short_slope = ta.slope(ta.sma(b.close, 50), 20) / atr,
    sma_long_slope = ta.slope(ta.sma(b.close, 200), 20) / atr,
    roc = ta.roc(b.close, 10), rsi = ta.rsi(b.close, 14), ppo = ta.ppo(b.close),
    cci = ta.cci(b.hlc3, 14), adx = ta.adx(b, 14), plus_di = plus, minus_di = minus,
    since_breakout = ta.barssince(b.high:gt(upper):lag(1)),
    rank_60 = wick.cross_rank(move), market_60 = wick.cross_mean(move),
    month_sin = wick.sin(angle), month_cos = wick.cos(angle),
  }
end

function S.features(b, p)
  local atr = ta.atr_talib(b, p.atr_period)
  if p.features == "v1" then return level_features(b, p, atr) end
  return relative_features(b, p, atr)
end

-- Would the trailing stop have ended above the entry?
function S.label(b, p)
  local atr = ta.atr_talib(b, p.atr_period)
  return {
    kind = "trailing", horizon = p.stop_out_window, atr = atr,
    initial = b.close - p.initial_stop_atr_multiplier * atr,
    trail = p.trailing_stop_atr_multiplier,
  }
end

return S
