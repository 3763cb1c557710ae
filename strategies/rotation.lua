-- Rotation with a hold band: enters the best symbols by momentum, each with an equal part of the
-- account, and leaves one only when it has fallen behind the worst rank that is still held.

local S = wick.strategy "rotation"

S.params = {
  look = wick.int(60, 20, 250),   -- bars of the momentum
  top = wick.int(3, 1, 10),       -- places
  band = wick.int(2, 0, 10),      -- ranks below the last place that may still be held
}

S.rebalance = "week mon"

function S.init(ctx, p)
  ctx:series("momentum", function(b) return ta.roc(b.close, p.look) end)
end

function S.allocate(p)
  return { alpha = "momentum", top = p.top, worst = p.top + p.band, keep = true }
end

return S
