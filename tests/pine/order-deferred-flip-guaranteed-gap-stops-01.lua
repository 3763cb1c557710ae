-- SPDX-License-Identifier: MIT
-- Stops that the next open has always passed: the reversal size is frozen when they are placed, so
-- that sizes grow 1, 2, 3 ... until the weekly reset.
local s = pine.strategy { title = "order-deferred-flip-guaranteed-gap-stops-01" }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local high, low = s.high, s.low
local morning, afternoon = at(8, 0), at(14, 0)
local reset = wick.both(s.dayofweek:eq(pine.dayofweek.monday), at(0, 0))

return s:each_bar(function()
  local position = s.position_size
  if morning[0] == 1 then
    s:entry("SE", s.short, { qty = 1, stop = 10 * high[0], comment = "open-guaranteed short" })
    s:cancel("LE")
  end
  if afternoon[0] == 1 then
    s:entry("LE", s.long, { qty = 1, stop = 0.1 * low[0], comment = "open-guaranteed long" })
    s:cancel("SE")
  end
  if morning[0] == 1 and position > 0 then s:close("LE", { comment = "flip flat long" }) end
  if afternoon[0] == 1 and position < 0 then s:close("SE", { comment = "flip flat short" }) end
  if reset[0] == 1 and position ~= 0 then s:close_all { comment = "weekly reset" } end
end, { when = wick.either(morning, afternoon, reset) })
