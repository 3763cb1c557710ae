-- A perpetual contract with leverage: trades the trend, leaves when the price comes near the
-- liquidation price, and shows in its metrics what funding took.
--
--   wick run examples/scripts/perpetual.lua --data examples/bars --symbols SYN01 \
--     --funding examples/rates/funding.csv
--
-- Longs pay shorts a positive rate at each time of the file; columns `funding` of --equity and
-- `carry` of --trades say what that came to.

local S = wick.strategy "perpetual"

S.params = { n = wick.int(30, 5, 120), near = wick.num(4, 0.5, 20) }
S.engine = { leverage = 5, margin_maintenance = 5, margin_call = "whole", fee_maker = 0.02,
  fee_taker = 0.05, short_proceeds = "locked" }

function S.series(b, p)
  local up, down = ta.highest(b.high, p.n)[1], ta.lowest(b.low, p.n)[1]
  S.when.long = ta.cross_over(b.close, up)
  S.when.short = ta.cross_under(b.close, down)
  S.when.watch = wick.gt(ta.atr(b, 14), 0)
  return { atr = ta.atr(b, 14) }
end

function S.on.long(sym) sym:buy { pct_equity = 200 } end -- closes a short first
function S.on.short(sym) sym:sell { pct_equity = 200 } end

function S.on.watch(sym, p)
  local level = sym.liquidation_price
  if sym.position ~= 0 and math.abs(sym.close[0] - level) < p.near * sym.atr[0] then sym:close() end
end

return S
