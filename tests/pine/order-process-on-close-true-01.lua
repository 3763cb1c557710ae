-- SPDX-License-Identifier: MIT
-- Fills carry the signal bar's time and close.
local s = pine.strategy { title = "order-process-on-close-true-01", process_orders_on_close = true }
local close = s.close
local r = ta.rsi(close, 14)
local fast, slow = ta.ema(close, 9), ta.ema(close, 21)
local up, down = ta.crossover(fast, slow), ta.crossunder(fast, slow)

return s:each_bar(function()
  if up[0] == 1 and r[0] < 70 and s.position_size == 0 then s:entry("L", s.long, { qty = 1, comment = "entry" }) end
  if down[0] == 1 and s.position_size > 0 then s:close("L", { comment = "exit" }) end
end, { when_flat = up, when_long = down })
