-- SPDX-License-Identifier: MIT
-- Cash sized adds with a fee per contract.
local s = pine.strategy {
  title = "pyramid-cash-fractional-commission-01",
  pyramiding = 3,
  default_qty_type = "cash", default_qty_value = 50000,
  commission_type = "cash_per_contract", commission_value = 0.05,
}
local close, hour, minute = s.close, s.hour, s.minute
local r = ta.rsi(close, 14)
local fast, slow = ta.ema(close, 9), ta.ema(close, 21)
local up = ta.crossover(fast, slow)

return s:each_bar(function()
  if up[0] == 1 and r[0] > 40 and r[0] < 70 then s:entry("L", s.long, { comment = "cash add" }) end
  if hour[0] == 23 and minute[0] == 45 then s:close_all { comment = "session close" } end
end)
