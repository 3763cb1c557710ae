-- SPDX-License-Identifier: MIT
-- A channel of an average and the ATR: in when the close leaves it, out at the middle.
local s = pine.strategy { title = "Keltner break" }
local close = s.close
local middle = ta.ema(close, 20)
local half = ta.atr(10) * 2.0
local break_up, break_down = ta.crossover(close, middle + half), ta.crossunder(close, middle - half)
local leave_long, leave_short = ta.crossunder(close, middle), ta.crossover(close, middle)

return s:each_bar(function()
  local position = s.position_size
  if break_up[0] == 1 and position <= 0 then
    if position < 0 then s:close("S", { comment = "flip flat" }) end
    s:entry("L", s.long, { comment = "upper break" })
  end
  if break_down[0] == 1 and position >= 0 then
    if position > 0 then s:close("L", { comment = "flip flat" }) end
    s:entry("S", s.short, { comment = "lower break" })
  end
  if leave_long[0] == 1 and position > 0 then s:close("L", { comment = "back to mid" }) end
  if leave_short[0] == 1 and position < 0 then s:close("S", { comment = "back to mid" }) end
end, { when = wick.either(break_up, break_down), when_long = leave_long, when_short = leave_short })
