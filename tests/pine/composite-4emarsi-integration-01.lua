-- SPDX-License-Identifier: MIT
-- A stack of four averages, an RSI dip that latches, and a timed exit. The crosses stand behind the
-- latches: each sees only the bars on which its latch is set.
local s = pine.strategy { title = "4 EMA and RSI" }
local expiry = pine.input.int("expiry", 8, { minval = 1, title = "Bars held at most" })
local long_dip = pine.input.float("long_dip", 48)
local long_recovery = pine.input.float("long_recovery", 52)
local short_dip = pine.input.float("short_dip", 52)
local short_recovery = pine.input.float("short_recovery", 48)

local close = s.close
local e1, e2, e3, e4 = ta.ema(close, 8), ta.ema(close, 21), ta.ema(close, 55), ta.ema(close, 200)
local bull = wick.both(pine.gt(e1, e2), pine.gt(e2, e3), pine.gt(e3, e4))
local bear = wick.both(pine.lt(e1, e2), pine.lt(e2, e3), pine.lt(e3, e4))
local r = ta.rsi(close, 14)
local gt, lt = pine.gt, pine.lt
local over, under = pine.call.crossover(), pine.call.crossunder()

local long_armed, short_armed = false, false
local held = 0

return s:each_bar(function()
  local rsi, position = r[0], s.position_size
  if lt(rsi, long_dip) then long_armed = true end
  if gt(rsi, short_dip) then short_armed = true end
  local long_fires = long_armed and over(rsi, long_recovery)
  local short_fires = short_armed and under(rsi, short_recovery)
  if long_fires then long_armed = false end
  if short_fires then short_armed = false end
  held = position ~= 0 and held + 1 or 0

  if bull[0] == 1 and long_fires and position <= 0 then
    s:entry("L", s.long, { qty = 1, comment = "integ long" })
  end
  if bear[0] == 1 and short_fires and position >= 0 then
    s:entry("S", s.short, { qty = 1, comment = "integ short" })
  end
  if position ~= 0 and held >= expiry then s:close_all { comment = "integ bar expiry" } end
end)
