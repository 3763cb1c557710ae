-- Holds the three strongest symbols by rate of change, equally weighted, and rotates on a schedule.

local S = wick.strategy "rotate_top3"

S.params = {
  look = wick.int(60, 20, 250), -- bars of the rate of change
  hold = wick.int(21, 5, 63),   -- bars between two rotations
}

function S.init(ctx, p)
  ctx:series("momentum", function(b) return ta.roc(b.close, p.look) end)
end

function S.on_bar(ctx, p)
  if ctx.bar % p.hold ~= 0 then return end
  local top = ctx:rank("momentum", 3)
  if #top > 0 then ctx:target_weights(top, 1 / #top) end
end

return S
