-- SPDX-License-Identifier: MIT
-- The clock: parts of a time in a zone, timestamps, periods and sessions, daylight saving.

local DAY, MINUTE = 86400000, 60000
local utc = function(...) return pine.timestamp("UTC", ...) end

test("timestamp: parts, zones, components that roll over, texts", function()
  equal(utc(1970, 1, 1), 0)
  equal(utc(2025, 1, 31, 9, 30, 15), 1738315815000)
  equal(utc(2025, 13, 1), utc(2026, 1, 1))
  equal(utc(2025, 0, 1), utc(2024, 12, 1))
  equal(utc(2025, 2, 30), utc(2025, 3, 2))
  equal(utc(2025, 1, 1, 25, 61), utc(2025, 1, 2, 2, 1))
  equal(utc(2025, 1, 1, 0, -1), utc(2024, 12, 31, 23, 59))
  equal(pine.timestamp("America/New_York", 2025, 1, 2, 9, 30), utc(2025, 1, 2, 14, 30))
  equal(pine.timestamp("America/New_York", 2025, 7, 2, 9, 30), utc(2025, 7, 2, 13, 30))
  equal(pine.timestamp("UTC+2", 2025, 1, 1), utc(2024, 12, 31, 22)) -- plus is east
  equal(pine.timestamp("GMT-5", 2025, 1, 1), utc(2025, 1, 1, 5))
  for _, text in ipairs { "2025-01-31 09:30", "2025-01-31T09:30:00Z", "31 Jan 2025 09:30", "Jan 31 2025 09:30",
    "31 Jan 2025 09:30 +0000", "2025-01-31T10:30+01:00", "Fri, 31 Jan 2025 09:30:00 GMT" } do
    equal(pine.timestamp(text), utc(2025, 1, 31, 9, 30))
  end
  equal(pine.timestamp("2025-02"), utc(2025, 2, 1))
  raises(function() pine.timestamp("soon") end, "'soon' is no date")
  raises(function() pine.timestamp("Mars/Olympus", 2025, 1, 1) end, "unknown time zone")
  check(pine.na(pine.timestamp("UTC", 2025, 1, 0 / 0)))
end)

test("parts of a time; 1 is Sunday; weeks of ISO 8601", function()
  local t = utc(2025, 3, 30, 0, 15, 20) -- a Sunday
  equal(pine.year(t, "UTC"), 2025)
  equal(pine.month(t, "UTC"), 3)
  equal(pine.dayofmonth(t, "UTC"), 30)
  equal(pine.dayofweek(t, "UTC"), pine.dayofweek.sunday)
  equal(pine.hour(t, "UTC"), 0)
  equal(pine.minute(t, "UTC"), 15)
  equal(pine.second(t, "UTC"), 20)
  equal(pine.hour(t, "America/New_York"), 20)
  equal(pine.dayofmonth(t, "America/New_York"), 29)
  equal(pine.hour(t, "GMT+2"), 2)
  equal(pine.weekofyear(utc(2024, 12, 30), "UTC"), 1)
  equal(pine.weekofyear(utc(2023, 1, 1), "UTC"), 52)
  equal(pine.weekofyear(utc(2020, 12, 31), "UTC"), 53)
  equal(pine.hour(-1, "UTC"), 23)
  check(pine.na(pine.hour(0 / 0, "UTC")))
end)

-- `count` bars every `step` from `start`; the script gets `same` and `s`.
local function run(script, start, count, step, more)
  local x = { time = {}, close = {} }
  for i = 1, count do x.time[i], x.close[i] = start + (i - 1) * step, 100 + i % 7 end
  for k, v in pairs(more or {}) do x[k] = v end
  return must_run { bars = { X = x }, script = [[
    local s = pine.strategy { title = "clock" }
    local function same(a, b, what)
      if not (a == b or (a ~= a and b ~= b)) then
        error(what .. " at " .. pine.str.format_time(s.time[0], "yyyy-MM-dd HH:mm", "UTC") .. ": got " .. wick.fmt(a) ..
          ", want " .. wick.fmt(b), 2)
      end
    end
    ]] .. script }
end

test("a session of another zone, through both changes of the clock", function()
  -- New York moves on 9 March and 2 November 2025; end is exclusive.
  for _, from in ipairs { utc(2025, 3, 7), utc(2025, 10, 31) } do
    run([[
      local t = pine.time("15", "0930-1600", "America/New_York")
      local hour, minute = pine.hour(s.time, "America/New_York"), pine.minute(s.time, "America/New_York")
      return s:each_bar(function()
        local at = hour[0] * 60 + minute[0]
        local inside = at >= 570 and at < 960
        same(t[0], inside and s.time[0] or wick.na, "time")
        same(pine.time("15", "0930-1600", "America/New_York"), t[0], "as a number")
        same(pine.hour(s.time[0], "America/New_York"), hour[0], "hour")
      end)]], from, 5 * 96, 15 * MINUTE)
  end
end)

test("a bar that only overlaps a run is outside", function()
  run([[
    local t = pine.time("60", "0930-1600")
    return s:each_bar(function()
      local inside = s.hour[0] >= 10 and s.hour[0] < 16
      same(t[0] == t[0] and 1 or 0, inside and 1 or 0, "inside")
    end)]], utc(2025, 1, 1), 72, 60 * MINUTE)
end)

test("the mask of days names the day of the run's last minute", function()
  run([[
    local t = pine.time("60", "1700-0200:23456") -- Sunday evening to Friday 02:00
    return s:each_bar(function()
      local d, h = s.dayofweek[0], s.hour[0]
      local evening, morning = h >= 17, h < 2
      local inside = (evening and d >= 1 and d <= 5) or (morning and d >= 2 and d <= 6)
      same(t[0] == t[0] and 1 or 0, inside and 1 or 0, "inside")
    end)]], utc(2025, 1, 5), 14 * 24, 60 * MINUTE)
end)

test("runs: several, over midnight, to hour 24, whole days", function()
  run([[
    local several = pine.time("60", "0200-0400,2200-2400")
    local whole = pine.time("60", "0000-0000")
    local past = pine.time("60", "2200-2600") -- ends at 02:00 of the next day
    local sunday = pine.time("60", "0000-2400:1")
    return s:each_bar(function()
      local h = s.hour[0]
      local function bit(x) return x == x and 1 or 0 end
      same(bit(several[0]), ((h >= 2 and h < 4) or h >= 22) and 1 or 0, "several")
      same(bit(whole[0]), 1, "whole")
      same(bit(past[0]), ((h >= 22 and s.bar >= 22) or (h < 2)) and 1 or 0, "past midnight")
      same(bit(sunday[0]), s.dayofweek[0] == 1 and 1 or 0, "sunday")
    end)]], utc(2025, 1, 5), 14 * 24, 60 * MINUTE)
end)

test("with a session a day is its run, and shorter periods tile it from its open", function()
  run([[
    local day, close = pine.time("D", "0930-1600"), pine.time_close("D", "0930-1600")
    local hour, hour_close = pine.time("60", "0930-1600"), pine.time_close("60", "0930-1600")
    return s:each_bar(function()
      local at = s.hour[0] * 60 + s.minute[0]
      local midnight = s.time[0] - at * 60000
      local inside = at >= 570 and at < 960
      same(day[0], inside and midnight + 570 * 60000 or wick.na, "day")
      same(close[0], inside and midnight + 960 * 60000 or wick.na, "its close")
      local tile = 570 + math.floor((at - 570) / 60) * 60
      same(hour[0], inside and midnight + tile * 60000 or wick.na, "hour")
      same(hour_close[0], inside and midnight + math.min(tile + 60, 960) * 60000 or wick.na, "cut at the close")
    end)]], utc(2025, 1, 6), 3 * 48, 30 * MINUTE)
end)

test("without a session: hours, days, weeks from Monday, months", function()
  run([[
    local t = s.time
    local four, day, week, month = pine.time("240"), pine.time("D"), pine.time("W"), pine.time("M")
    local close, next_month = pine.time_close("240"), pine.time_close("M")
    local back = pine.time("D", 3)
    return s:each_bar(function()
      local midnight = t[0] - s.hour[0] * 3600000
      same(four[0], midnight + math.floor(s.hour[0] / 4) * 4 * 3600000, "four hours")
      same(close[0], four[0] + 4 * 3600000, "their close")
      same(day[0], midnight, "day")
      same(week[0], midnight - (s.dayofweek[0] + 5) % 7 * 86400000, "week")
      same(month[0], pine.timestamp("UTC", s.year[0], s.month[0], 1), "month")
      same(next_month[0], pine.timestamp("UTC", s.year[0], s.month[0] + 1, 1), "next month")
      same(back[0], s.bar < 3 and wick.na or pine.time("D", 3), "bars back")
      same(s.time_close[0], t[0] + 3600000, "time_close")
      same(s.time_tradingday[0], midnight, "trading day")
    end)]], utc(2025, 1, 28), 10 * 24, 60 * MINUTE)
end)

test("a zone in the place of the session is an ignored session", function()
  run([[
    local t = pine.time("15", "America/New_York")
    return s:each_bar(function() same(t[0], s.time[0], "time") end)]], utc(2025, 1, 1), 20, 15 * MINUTE)
end)

test("timeframe.change is true on the first bar of each period but for the first of the feed", function()
  run([[
    local day, week, own = pine.timeframe.change("D"), pine.timeframe.change("1W"), pine.timeframe.change("")
    return s:each_bar(function()
      same(day[0], s.hour[0] == 0 and 1 or 0, "day")
      same(week[0], s.hour[0] == 0 and s.dayofweek[0] == 2 and 1 or 0, "week")
      same(own[0], s.bar > 0 and 1 or 0, "own")
      if pine.timeframe.change("D") ~= (day[0] == 1) then error("as a boolean") end
    end)]], utc(2025, 1, 3, 5), 10 * 24, 60 * MINUTE)
end)

test("timeframe, barstate, session, syminfo and chart", function()
  run([[
    local tf, bs, ss = pine.timeframe, pine.barstate, pine.session
    if s.symbol == "X" then -- the body also runs once without bars
      if tf.period ~= "60" or tf.main_period ~= "60" or tf.multiplier ~= 60 then error("period " .. tf.period) end
      if not tf.isintraday or not tf.isminutes or tf.isdaily or tf.isdwm then error("kind") end
      if tf.in_seconds("") ~= 3600 or tf.in_seconds("D") ~= 86400 or tf.in_seconds("M") ~= 2628003 then error("seconds") end
      if tf.from_seconds(3600) ~= "60" or tf.from_seconds(86400) ~= "1D" or tf.from_seconds(30) ~= "30S" then error("from") end
      if pine.syminfo.tickerid ~= "X" or pine.syminfo.timezone ~= "Etc/UTC" then error("syminfo") end
      if pine.syminfo.mintick * pine.syminfo.pricescale ~= pine.syminfo.minmove then error("tick") end
      if pine.last_bar_index ~= 71 or pine.last_bar_time ~= pine.timestamp("UTC", 2025, 1, 5, 23) then error("last") end
      if pine.timenow ~= pine.last_bar_time + 3600000 or pine.chart.left_visible_bar_time ~= pine.timestamp("UTC", 2025, 1, 3) then
        error("now")
      end
      local inner
      pine.request.security("", "D", function(d) inner = pine.timeframe.period return d.close end)
      if inner ~= "1D" then error("inside a request: " .. inner) end
    end
    local first, last, opens = bs.isfirst, bs.islast, ss.isfirstbar
    local closes, market = ss.islastbar, ss.ismarket
    return s:each_bar(function()
      same(first[0], s.bar == 0 and 1 or 0, "isfirst")
      same(last[0], s.bar == 71 and 1 or 0, "islast")
      same(opens[0], s.hour[0] == 0 and 1 or 0, "isfirstbar")
      same(closes[0], s.hour[0] == 23 and 1 or 0, "islastbar")
      same(market[0], 1, "ismarket")
      if bs.isfirst ~= (s.bar == 0) or bs.islast ~= (s.bar == 71) or ss.islastbar ~= (s.hour[0] == 23) then error("bar") end
      if not (bs.isconfirmed and bs.ishistory and bs.isnew) or bs.isrealtime then error("state") end
    end)]], utc(2025, 1, 3), 72, 60 * MINUTE)
end)

test("the bare clock is the exchange's; its sessions shape days", function()
  run([[
    local day = pine.time("D")
    return s:each_bar(function()
      same(s.hour[0] * 60 + s.minute[0], 570 + s.bar % 13 * 30, "hour")
      same(pine.hour(s.time[0]) * 60 + pine.minute(), 570 + s.bar % 13 * 30, "as functions")
      same(day[0], s.time[0] - s.bar % 13 * 1800000, "day begins at the session's open")
      same(pine.session.isfirstbar and 1 or 0, s.bar % 13 == 0 and 1 or 0, "first")
      same(pine.session.islastbar and 1 or 0, s.bar % 13 == 12 and 1 or 0, "last")
    end)]], 0, 26, 30 * MINUTE, (function()
    local t, c = {}, {}
    for day = 0, 1 do
      for k = 0, 12 do
        t[#t + 1] = pine.timestamp("America/New_York", 2025, 6, 2 + day, 9, 30) + k * 30 * MINUTE
        c[#c + 1] = 100
      end
    end
    return { time = t, close = c, timezone = "America/New_York", session = "0930-1600" }
  end)())
end)
