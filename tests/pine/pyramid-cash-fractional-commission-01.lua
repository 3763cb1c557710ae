-- SPDX-License-Identifier: MIT
-- Cash sized adds with a fee per contract.
local s = pine.strategy {
  title = "pyramid-cash-fractional-commission-01",
  pyramiding = 3,
  default_qty_type = "cash", default_qty_value = 50000,
  commission_type = "cash_per_contract", commission_value = 0.05,
}
local close = s.close
local r = ta.rsi(close, 14)
local fast, slow = ta.ema(close, 9), ta.ema(close, 21)
local add = wick.both(ta.crossover(fast, slow), r:gt(40), r:lt(70))
local last = wick.both(s.hour:eq(23), s.minute:eq(45))

return s:each_bar(function()
  if add[0] == 1 then s:entry("L", s.long, { comment = "cash add" }) end
  if last[0] == 1 then s:close_all { comment = "session close" } end
end, { when = wick.either(add, last) })
