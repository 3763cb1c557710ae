-- Mean reversion with brackets: a limit order at the lower Bollinger band while the market ranges,
-- a target at the middle, a stop as far below as the band is wide, and no longer than ten bars.

local S = wick.strategy "bands_bracket"

S.params = {
  n    = wick.int(20, 10, 60),
  k    = wick.num(2, 1, 3.5),
  calm = wick.num(25, 15, 40), -- ADX below this is a range
  hold = wick.int(10, 2, 40),
}

function S.signals(b, p)
  local middle, upper, lower = ta.bb(b.close, p.n, p.k)
  return {
    long   = ta.adx(b, 14):lt(p.calm):both(b.close:gt(lower)),
    limit  = lower,
    expire = 1, -- the order rests for one bar and is then placed anew at the new band
    target = middle,
    stop   = lower - (middle - lower),
    hold   = p.hold,
    score  = (upper - lower) / middle, -- the widest bands are served first
    size   = { risk_pct = 0.5 },
  }
end

return S
