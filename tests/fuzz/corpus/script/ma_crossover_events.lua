-- Moving-average crossover bar by bar: the same trades as ma_crossover.lua, with room for rules
-- that columns cannot express.

local S = wick.strategy "ma_crossover"

S.params = {
  fast       = wick.int(10, 2, 100),
  slow       = wick.int(30, 5, 400),
  pct_equity = wick.num(10, 1, 100), -- size of one position
}

function S.init(ctx, p)
  ctx:series("fast", function(b) return ta.sma(b.close, p.fast) end)
  ctx:series("slow", function(b) return ta.sma(b.close, p.slow) end)
end

function S.each_bar(sym, p)
  local fast, slow = sym.fast, sym.slow
  if fast[0] > slow[0] and fast[1] <= slow[1] then
    if sym.position == 0 then sym:buy { pct_equity = p.pct_equity } end
  elseif fast[0] < slow[0] and fast[1] >= slow[1] then
    sym:close()
  end
end

return S
