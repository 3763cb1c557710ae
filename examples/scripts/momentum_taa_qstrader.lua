-- QSTrader's tactical example: at each month's end the strongest three by six months of momentum, in
-- equal parts, with a cash buffer; everything else is sold.

local S = wick.strategy "momentum_taa_qstrader"

S.engine = { profile = "qstrader", fee_pct = 0.1 }
S.params = { look = wick.int(126, 20, 300), top = wick.int(3, 1, 10) }

S.rebalance = "month last"

function S.init(ctx, p)
  ctx:series("momentum", function(b) return b.close / b.close:lag(p.look) - 1 end)
end

function S.allocate(p)
  return { alpha = "momentum", top = p.top, optimiser = "equal", sizer = "long_only", cash_buffer = 0.01 }
end

return S
