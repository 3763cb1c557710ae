-- A cost model of one's own: a broker that charges half a cent a share, at least a dollar and at
-- most one percent, and a slippage that grows with the square root of the bar's volume we take.
--
--   wick run examples/scripts/cost_model.lua --data examples/bars
--
-- The same without code: --engine fee_unit=0.005 --engine fee_min=1 --engine fee_max_pct=1
--                        --engine slip_volume=0.1

local S = wick.strategy "cost_model"

S.params = { n = wick.int(20, 5, 120) }

function S.signals(b, p)
  return {
    long = ta.cross_over(b.close, ta.highest(b.high, p.n)[1]),
    flat = ta.cross_under(b.close, ta.lowest(b.low, p.n)[1]),
    size = { pct_equity = 30 },
  }
end

function S.fees(fill)
  local fee = math.max(1, 0.005 * fill.units)
  return math.min(fee, 0.01 * fill.value)
end

function S.slippage(fill)
  local volume = fill.volume
  if not (volume > 0) then return fill.slip end
  return fill.slip + 0.1 * fill.price * math.sqrt(fill.units / volume) / 100
end

return S
