-- A pair: two symbols whose prices move together. Where the one is dear against the other, it is
-- sold and the other bought for the same money; both are closed when the gap has gone.
--
--   wick run examples/scripts/pairs.lua --data examples/bars
--
-- The hedge ratio is the slope of a rolling regression of the logarithms, known at each bar.

local A, B = "SYN01", "SYN02" -- your pair

local S = wick.strategy "pairs"

S.params = {
  n     = wick.int(60, 20, 250),   -- bars of the regression
  open  = wick.num(2, 1, 4),       -- standard deviations at which the pair is opened
  close = wick.num(0.5, 0, 1),     -- and closed
  pct   = wick.num(40, 5, 100),    -- of equity in each leg
}

S.engine = { max_short = "none" } -- both legs may be short at their time

function S.init(ctx, p)
  ctx:series("gap", function(b)
    local x, y = wick.log(b:symbol(B).close), wick.log(b:symbol(A).close)
    local spread = y - ta.beta(y, x, p.n) * x
    return (spread - ta.sma(spread, p.n)) / ta.stdev(spread, p.n)
  end)
end

function S.on_bar(ctx, p)
  local a, b = ctx:sym(A), ctx:sym(B)
  local gap = a.gap[0]
  if gap ~= gap then return end -- not yet known
  if a.position == 0 and b.position == 0 then
    if gap > p.open then
      a:sell { pct_equity = p.pct }
      b:buy { pct_equity = p.pct }
    elseif gap < -p.open then
      a:buy { pct_equity = p.pct }
      b:sell { pct_equity = p.pct }
    end
  elseif math.abs(gap) < p.close or (a.position > 0) == (gap > 0) then
    ctx:close_all()
  end
end

return S
