-- The first strategy of PyBroker's README: 100 shares on a new ten-day high, held five days, with a
-- stop 2% below.
local S = wick.strategy "breakout_pybroker"

S.params = { n = wick.int(10, 5, 60), hold = wick.int(5, 1, 20), stop = wick.num(2, 0.5, 10) }
S.engine = { profile = "pybroker2" }

function S.signals(b, p)
  local high = ta.highest(b.close, p.n)
  return { long = high:gt(high[1]), hold = p.hold, stop_pct = p.stop, size = { units = 100 } }
end

return S
