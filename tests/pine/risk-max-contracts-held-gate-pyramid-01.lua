-- SPDX-License-Identifier: MIT
-- A gate on a lifetime statistic: once five lots were held it stays shut.
local s = pine.strategy { title = "risk-max-contracts-held-gate-pyramid-01", pyramiding = 10 }
local hour, minute = s.hour, s.minute
local function at(h, m) return wick.both(hour:eq(h), minute:eq(m)) end
local add, out = minute:eq(0), at(23, 45)

return s:each_bar(function()
  local position = s.position_size
  if add[0] == 1 and s.max_contracts_held_all < 5 then
    s:entry("LE", s.long, { qty = 1, comment = "pyramid-add" })
  end
  if out[0] == 1 and position ~= 0 then s:close_all { comment = "daily-exit" } end
end, { when = wick.either(add, out) })
