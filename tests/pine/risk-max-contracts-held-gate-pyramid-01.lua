-- SPDX-License-Identifier: MIT
-- A gate on a lifetime statistic: once five lots were held it stays shut.
local s = pine.strategy { title = "risk-max-contracts-held-gate-pyramid-01", pyramiding = 10 }
local hour, minute = s.hour, s.minute

local function at(h, m) return hour[0] == h and minute[0] == m end

return s:each_bar(function()
  local position = s.position_size
  if minute[0] == 0 and s.max_contracts_held_all < 5 then
    s:entry("LE", s.long, { qty = 1, comment = "pyramid-add" })
  end
  if at(23, 45) and position ~= 0 then s:close_all { comment = "daily-exit" } end
end)
