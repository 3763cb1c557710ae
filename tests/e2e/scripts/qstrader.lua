-- The strategy of tests/golden/alloc/make_qstrader.py, for qstrader.sh: alphas drawn from the day and
-- the place of the symbol by whole numbers.
local S = wick.strategy "qstrader"
S.params = {
  when = wick.text "daily", side = wick.text "long", seed = wick.int(1, 0, 1000),
  buffer = wick.num(0, 0, 0.99), gross = wick.num(1, 0.01, 10),
}

function S.rebalance(p) return p.when end

function S.allocate(p)
  local longs = p.side == "long"
  return {
    alpha = function(ctx)
      local out, day = {}, math.floor(ctx.time / 86400000)
      for i, sym in ipairs(ctx.all) do
        if sym.bar >= 0 and sym.name ~= "ZCLOCK" then
          local h = (day * 7919 + (i - 1) * 104729 + p.seed * 31) % 1009
          out[sym.name] = h % 3 == 0 and 0 or longs and h / 1009 or h / 1009 - 0.5
        end
      end
      return out
    end,
    optimiser = "fixed",
    sizer = longs and "long_only" or "long_short",
    cash_buffer = longs and p.buffer or nil,
    gross = not longs and p.gross or nil,
  }
end

return S
