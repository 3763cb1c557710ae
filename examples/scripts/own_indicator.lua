-- An indicator of one's own: Ehlers' Laguerre RSI (Cybernetic Analysis for Stocks and Futures,
-- 2004, chapter 14), four one-pole filters in a row. `examples/embed/indicator.c` is the same in C.
--
-- ta.define works on whole columns: `run` gets lists of n values and returns one for each output.
-- It must not look ahead; `wick audit` finds out.

ta.define {
  name = "laguerre_rsi",
  inputs = { "src" },
  params = { gamma = wick.num(0.5, 0, 0.99) }, -- 0 follows at once, 0.99 hardly at all
  run = function(n, src, p)
    local g, out = p.gamma, {}
    local l0, l1, l2, l3 = 0.0, 0.0, 0.0, 0.0
    for i = 1, n do
      local was0, was1, was2 = l0, l1, l2
      l0 = (1 - g) * src[i] + g * l0
      l1 = -g * l0 + was0 + g * l1
      l2 = -g * l1 + was1 + g * l2
      l3 = -g * l2 + was2 + g * l3
      local up = math.max(l0 - l1, 0) + math.max(l1 - l2, 0) + math.max(l2 - l3, 0)
      local down = math.max(l1 - l0, 0) + math.max(l2 - l1, 0) + math.max(l3 - l2, 0)
      -- The filters start at zero: the first values are about the start, not about the market.
      out[i] = i > 100 and up + down > 0 and 100 * up / (up + down) or wick.na
    end
    return out
  end,
}

local S = wick.strategy "own_indicator"

S.params = {
  gamma = wick.num(0.7, 0.1, 0.95),
  low   = wick.num(20, 5, 45),
  high  = wick.num(80, 55, 95),
}

function S.signals(b, p)
  local rsi = ta.laguerre_rsi(b.close, p.gamma)
  return {
    long = ta.cross_over(rsi, p.low),
    flat = ta.cross_under(rsi, p.high),
    size = { pct_equity = 20 },
  }
end

return S
