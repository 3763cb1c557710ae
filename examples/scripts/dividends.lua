-- Raw bars, dividends as cash: holds every symbol in equal parts and puts what was paid out back
-- once a month.
--
--   wick run examples/scripts/dividends.lua --data examples/bars --actions examples/rates/actions.csv
--
-- `total_dividends` says what was received; ctx.dividends is known while the strategy runs.

local S = wick.strategy "dividends"

S.params = { every = wick.int(21, 5, 63) }
S.engine = { cash_rate = 1, max_entries = "none" }

function S.on_bar(ctx, p)
  if ctx.bar % p.every ~= 0 then return end
  local n = #ctx.symbols
  if n > 0 then ctx:target_weights(ctx.symbols, 0.98 / n) end
end

return S
