-- Holds every symbol so that each adds the same risk: covariance of the last bars, shrunk as Ledoit
-- and Wolf do, put right at the end of each month and whenever a share has drifted away.

local S = wick.strategy "risk_parity"

S.params = {
  window = wick.int(120, 40, 500),     -- bars of the covariance
  hi = wick.num(0.4, 0.1, 1),          -- most of one symbol
  drift = wick.num(0.05, 0.01, 0.2),   -- share a symbol may be off before the next month end
}

function S.rebalance(p) return { every = "month last", drift = p.drift } end

function S.allocate(p)
  return { optimiser = "risk_parity", covariance = "ledoit_wolf", window = p.window, hi = p.hi }
end

return S
