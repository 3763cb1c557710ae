-- SPDX-License-Identifier: MIT
-- na, nz and fixnan in a chain.
local s = pine.strategy { title = "na chain" }
local d = s.close - s.close[1]
local a, b = pine.nz(d, 0), pine.fixnan(d)
local q = ta.sma(a + pine.nz(b, 0), 8)
local up = wick.both(pine.gt(q, 0), pine.le(pine.nz(q[1], 0), 0))
local down = wick.both(pine.lt(q, 0), pine.ge(pine.nz(q[1], 0), 0))

return s:each_bar(function()
  if up[0] == 1 and s.position_size == 0 then
    s:entry("N", s.long, { qty = 1, comment = "na chain long" })
  end
  if down[0] == 1 and s.position_size > 0 then s:close("N", { comment = "na chain flat" }) end
end, { when_flat = up, when_long = down })
