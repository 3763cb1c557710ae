-- SPDX-License-Identifier: MIT
-- One stop side at a time, rotated at noon. The entry is issued before the close in the same pass, so
-- the reversal size is frozen while the old position is still open.
local s = pine.strategy { title = "order-dual-stop-cancel-rotation-01" }
local hour, high, low = s.hour, s.high, s.low
local tick = s.tick_size

return s:each_bar(function()
  local morning = hour[0] < 12
  if morning then
    s:entry("LE", s.long, { stop = high[0] + tick, comment = "rotating long stop" })
    s:cancel("SE")
  else
    s:entry("SE", s.short, { stop = low[0] - tick, comment = "rotating short stop" })
    s:cancel("LE")
  end
  if s.position_size > 0 and not morning then s:close("LE", { comment = "long regime close" }) end
  if s.position_size < 0 and morning then s:close("SE", { comment = "short regime close" }) end
end)
