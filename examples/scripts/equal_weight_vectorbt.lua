-- Equal weights, set anew on the first bar of every month: from_orders with target percents, one
-- purse for all symbols, sales first (call_seq="auto").

local S = wick.strategy "equal_weight_vectorbt"

S.engine = { profile = "vectorbt", fee_pct = 0.1, call_seq = "auto" }

local month

function S.init() month = nil end

function S.on_bar(ctx)
  local now = wick.date(ctx.time).month
  if now == month then return end
  month = now
  for _, sym in ipairs(ctx.symbols) do sym:target { pct = 95 / #ctx.symbols } end
end

return S
