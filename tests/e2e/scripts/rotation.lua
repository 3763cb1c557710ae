-- PyBroker's rotation as a chain, for rotation.sh: equal places, sized by what PyBroker calls equity,
-- which leaves open results of shorts out.
local S = wick.strategy "rotation"
S.params = {
  look = wick.int(40, 1, 500), top = wick.int(3, 0, 20), bottom = wick.int(0, 0, 20),
  worst = wick.int(4, 1, 20),
}
S.rebalance = 1

function S.init(ctx, p)
  ctx:series("momentum", function(b) return b.close / b.close:lag(p.look) - 1 end)
end

function S.allocate(p)
  return {
    alpha = "momentum", top = p.top, bottom = p.bottom, worst = p.worst, keep = true,
    sizer = function(ctx, _, weights)
      local equity, units = ctx.equity, {}
      for _, sym in ipairs(ctx.all) do
        if sym.position < 0 then equity = equity - sym.open_pnl end
      end
      for name, w in pairs(weights) do
        local n = math.floor(equity * math.abs(w) / ctx:sym(name).close[0])
        units[name] = w < 0 and -n or n
      end
      return units
    end,
  }
end

return S
