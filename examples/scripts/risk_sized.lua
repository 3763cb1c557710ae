-- Event style: chooses its stop from the chart and risks one percent of equity on it.

local S = wick.strategy "risk_sized"

S.params = { look = wick.int(10, 3, 60), risk_pct = wick.num(1, 0.1, 5) }

function S.init(ctx, p)
  ctx:series("floor", function(b) return ta.lowest(b.low, p.look) end)
  ctx:series("top", function(b) return ta.highest(b.high, p.look)[1] end)
end

function S.each_bar(sym, p)
  local close, floor = sym.close[0], sym.floor[0]
  if sym.position == 0 then
    if close > sym.top[0] and floor < close then
      sym:buy { risk_pct = p.risk_pct, stop_loss = floor, target_points = 2 * (close - floor) }
    end
  else
    sym:protect { stop = floor } -- the floor only rises while the market does
  end
end

return S
