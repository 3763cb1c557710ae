-- Written for PyBroker: the symbol that rose most in twenty days and stands above its average, one
-- position of 90% of the account, a trailing stop, fees. tests/golden/engine/make_pybroker_ports.py
-- has the Python.
local S = wick.strategy "momentum_pybroker"

S.params = { n = wick.int(20, 5, 120), trend = wick.int(50, 10, 200), trail = wick.num(10, 2, 30) }
S.engine = { profile = "pybroker2", slots = 1, fee_pct = 0.1 }

function S.signals(b, p)
  local change = b.close / b.close[p.n] - 1
  local mean = ta.sma(b.close, p.trend)
  return {
    long      = change:gt(0):both(b.close:gt(mean)),
    flat      = b.close:lt(mean),
    score     = change,
    size      = { pct_equity = 90 },
    trail_pct = p.trail,
  }
end

return S
