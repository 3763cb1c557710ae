-- SPDX-License-Identifier: MIT
-- Requests of other timeframes and symbols: what is seen when, that it is what the same expression
-- gives on bars of that timeframe, and that nothing later is seen.

local HOUR, DAY = 3600000, 86400000

-- Bars of 15 minutes from a start, with a walk that the same seed repeats.
local function walk(count, seed, step, start)
  local t, c, x = {}, {}, 1000 + seed
  local state = seed * 7919 + 13
  for i = 1, count do
    state = (state * 1103515245 + 12345) % 2147483648
    x = x + (state / 2147483648 - 0.5) * 8
    t[i] = (start or 1743379200000) + (i - 1) * (step or 900000) -- 2025-03-31 00:00 UTC
    c[i] = math.floor(x * 100) / 100
  end
  local o = { c[1] }
  for i = 2, count do o[i] = c[i - 1] end
  return { time = t, open = o, close = c, volume = c }
end

local head = [[
  local s = pine.strategy { title = "request" }
  local function same(a, b, what)
    if not (a == b or (a ~= a and b ~= b)) then
      error(what .. " on bar " .. wick.fmt(s.bar) .. ": got " .. wick.fmt(a) .. ", want " .. wick.fmt(b), 2)
    end
  end
]]

local function run(script, bars, options)
  local o = options or {}
  o.bars, o.script = bars or { X = walk(800, 1) }, head .. script
  return must_run(o)
end

local function first(bars, count)
  local out = {}
  for key, list in pairs(bars) do
    out[key] = {}
    for i = 1, count do out[key][i] = list[i] end
  end
  return out
end

test("an hour is seen on its last quarter, forward filled; with gaps there alone", function()
  run [[
    local c, o = s.close, s.open
    local v, first = pine.request.security("", "60", function(h) return h.close, h.open end)
    local gaps = pine.request.security("", "60", function(h) return h.close end, { gaps = pine.barmerge.gaps_on })
    local seen, opened = wick.na, wick.na
    return s:each_bar(function()
      local closes = s.bar % 4 == 3
      if closes then seen, opened = c[0], o[3] end
      same(v[0], seen, "close")
      same(first[0], opened, "open")
      same(gaps[0], closes and c[0] or wick.na, "gaps")
      same(v[1], s.bar < 1 and wick.na or s.bar % 4 == 0 and c[1] or s.bar < 4 and wick.na or v[0] ~= c[0] and seen or v[1],
        "history outside counts chart bars")
    end)]]
end)

test("with lookahead every bar of the hour shows its end; with [1] the hour before", function()
  run [[
    local c = s.close
    local ahead, honest = pine.request.security("", "60", function(h) return h.close, h.close[1] end, { lookahead = true })
    local known = {}
    return s:each_bar(function()
      known[s.bar] = c[0]
      local hour = s.bar - s.bar % 4
      same(honest[0], known[hour - 1] or wick.na, "the hour before")
      if s.bar % 4 == 3 then same(ahead[0], c[0], "this hour") end
    end)]]
end)

test("history begins at the first bar; averages are seeded there", function()
  -- 26 days of 24 hours: the daily average exists from the last bar of the 26th day on.
  run([[
    local e = pine.request.security("", "D", function(d) return ta.ema(d.close, 26) end)
    return s:each_bar(function()
      if (e[0] == e[0]) ~= (s.bar >= 26 * 24 - 1) then error("bar " .. s.bar) end
    end)]], { X = walk(30 * 24, 2, HOUR) })
end)

test("what is inside counts bars of the request: declared, walked and as text", function()
  run [[
    local a, i = pine.request.security("", "60", function(h) return ta.sma(h.close, 5), h.bar_index end)
    local b, mask, word = pine.request.security("", "60", function(h)
      local sma, kept, n = pine.call.sma(), pine.series(), 0
      return h:each_bar(function()
        n = n + 1
        kept:set(h.close[0])
        local v = sma(kept[0], 5)
        if n > 1 and kept[1] ~= h.close[1] then error("history inside") end
        return v, h.close[0] > h.open[0], n % 2 == 0 and "even" or nil
      end)
    end)
    local d = pine.request.security("", "60", "sma(close, 5)")
    local f = pine.request.security("", "60", "close > open")
    return s:each_bar(function()
      same(b[0], a[0], "walked")
      same(d[0], a[0], "text")
      same(mask[0], f[0], "mask")
      same(i[0], s.bar < 3 and wick.na or math.floor((s.bar + 1) / 4) - 1, "bar_index")
      local want = nil
      if s.bar >= 3 and (i[0] + 1) % 2 == 0 then want = "even" end
      if word[0] ~= want then error("text on " .. s.bar) end
    end)]]
end)

test("series of the chart are the same expression on the bars of the request", function()
  run [[
    local src = pine.input.source("src", s.close)
    local ema = ta.ema(src, 5)
    local up = wick.both(ema:gt(ema[1]), ta.crossover(src, ema))
    local chart = pine.request.security("", "60", function() return ema end)
    local mixed, mask = pine.request.security("", "60", function(h) return (h.high - ema) / ta.atr(3), up end)
    local walked = pine.request.security("", "60", function(h)
      return h:each_bar(function() return ema[0] + 0 * ema[1] - h.low[0] end)
    end)
    local a, b, c, d = pine.request.security("", "60", function(h)
      local e = ta.ema(h.close, 5)
      return e, (h.high - e) / ta.atr(3), wick.both(e:gt(e[1]), ta.crossover(h.close, e)), e + 0 * e[1] - h.low
    end)
    return s:each_bar(function()
      same(chart[0], a[0], "as it is")
      same(mixed[0], b[0], "mixed")
      same(mask[0], c[0], "mask")
      same(walked[0], d[0], "walked")
      same(ema[0], ema[0], "and the chart's stays")
    end)]]
end)

test("the chart's own timeframe gives the chart's own values", function()
  run [[
    local a = pine.request.security("", "", function(x) return ta.ema(x.close, 9) end)
    local b = pine.request.security(pine.syminfo.tickerid, "15", function(x) return ta.ema(x.close, 9) end)
    local c = ta.ema(s.close, 9)
    return s:each_bar(function() same(a[0], c[0], "own") same(b[0], c[0], "named") end)]]
end)

test("aggregated bars: extremes, sums, and days, weeks and months", function()
  run([[
    local o, h, l, c, v = pine.request.security("", "D", function(d) return d.open, d.high, d.low, d.close, d.volume end)
    local week = pine.request.security("", "W", function(w) return w.open end)
    local month = pine.request.security("", "M", function(m) return m.open end)
    local day = { n = 0 }
    local monday, began = wick.na, wick.na
    local last
    return s:each_bar(function()
      if s.bar % 24 == 0 then day = { o = s.open[0], h = s.high[0], l = s.low[0], v = 0 } end
      day.h, day.l, day.v = math.max(day.h, s.high[0]), math.min(day.l, s.low[0]), day.v + s.volume[0]
      if s.bar % 24 == 23 then
        same(o[0], day.o, "open") same(h[0], day.h, "high") same(l[0], day.l, "low") same(c[0], s.close[0], "close")
        if math.abs(v[0] - day.v) > 1e-6 then error("volume") end
      end
      -- The feed begins on Monday, 31 March: that month has one day.
      same(week[0], s.bar < 7 * 24 - 1 and wick.na or s.open[s.bar - math.floor((s.bar + 1) / 168 - 1) * 168], "week")
      same(month[0], s.bar < 23 and wick.na or s.bar < 31 * 24 - 1 and s.open[s.bar] or s.open[s.bar - 24], "month")
    end)]], { X = walk(40 * 24, 3, HOUR) })
end)

test("another symbol of the panel", function()
  run([[
    local other = pine.request.security("EX:Y", "", function(y) return y.close end)
    local hour = pine.request.security("Y", "60", function(y) return y.close end)
    local mine = s.close
    return s:each_bar(function()
      local want = s.symbol == "X" and 2 * mine[0] or s.symbol == "Y" and mine[0]
      same(other[0], want, "close")
      if s.bar % 4 == 3 then same(hour[0], want, "hour") end
    end)]], (function()
    local x = walk(200, 4)
    local y = { time = x.time, close = {}, open = {} }
    for i = 1, 200 do y.close[i], y.open[i] = 2 * x.close[i], 2 * x.open[i] end
    return { X = x, Y = y }
  end)())
end)

test("unknown symbols and timeframes", function()
  raises(function() run [[pine.request.security("Z", "", function(z) return z.close end) return s:each_bar(function() end)]] end,
    "symbol 'Z' is not loaded")
  raises(function() run [[pine.request.security("", "5", function(z) return z.close end) return s:each_bar(function() end)]] end,
    "finer than the bars")
  raises(function() run [[pine.request.security("", "1h x", function(z) return z.close end) return s:each_bar(function() end)]] end,
    "is no timeframe")
  raises(function() run [[pine.request.security("", "60", function(h) return s.hour end) return s:each_bar(function() end)]] end,
    "has no meaning on other bars")
  raises(function() run [[return s:each_bar(function() pine.request.security("", "60", function(h) return h.close end) end)]] end,
    "is a declaration")
  raises(function() run [[local k pine.request.security("", "60", function(h) k = h.close return h.close end)
    return s:each_bar(function() local v = k[0] end)]] end, "known inside its function only")
  raises(function() run [[pine.request.security("", "60", function(h) return h:each_bar(function() return s.position_size end) end)
    return s:each_bar(function() end)]] end, "")
  run [[local z = pine.request.security("Z", "", function(z) return z.close end, { ignore_invalid_symbol = true })
    local f = pine.request.financial("X", "TOTAL_REVENUE", "FQ")
    return s:each_bar(function() same(z[0], wick.na, "z") same(f[0], wick.na, "financial") end)]]
end)

test("finer bars: the last one of each bar, the first with lookahead, and arrays of all", function()
  local fine = walk(600, 5, 300000)
  local coarse = { time = {}, close = {}, open = {} }
  for i = 1, 200 do
    coarse.time[i] = fine.time[3 * i - 2]
    coarse.open[i], coarse.close[i] = fine.open[3 * i - 2], fine.close[3 * i]
  end
  local low, high = {}, {}
  for i = 1, 200 do
    low[i] = math.min(coarse.open[i], coarse.close[i]) - 20
    high[i] = math.max(coarse.open[i], coarse.close[i]) + 20
  end
  coarse.low, coarse.high = low, high
  run([[
    local last = pine.request.security("", "5", function(m) return m.close end)
    local first = pine.request.security("", "5", function(m) return m.close end, { lookahead = true })
    -- A request that looks ahead has one finer bar per bar of the chart: its history steps with it.
    local before, mean = pine.request.security("", "5", function(m) return m.close[1], ta.sma(m.close, 3) end,
      { lookahead = true })
    local fine_before = pine.request.security("", "5", function(m) return m.close[1] end)
    local all, up = pine.request.security_lower_tf("", "5", function(m) return m.close, m.close:gt(m.open) end)
    return s:each_bar(function()
      same(last[0], s.close[0], "last")
      same(all[0]:size(), 3, "size")
      same(all[0]:get(2), s.close[0], "array")
      same(all[0]:get(0), first[0], "first")
      same(before[0], s.bar == 0 and wick.na or first[1], "the bar before, with lookahead")
      if s.bar >= 2 then
        local want = (first[0] + first[1] + first[2]) / 3
        if math.abs(mean[0] - want) > 1e-9 then error("a mean of three bars of the chart") end
      end
      same(fine_before[0], all[0]:get(1), "the finer bar before, without")
      same(up[0]:size(), 3, "two arrays")
      same(all[1]:size(), s.bar == 0 and 0 or 3, "the bar before")
    end)]], { X = coarse }, { finer = { X = fine } })
end)

test("Heikin-Ashi: aggregated first, then transformed", function()
  run [[
    local o, c = pine.request.security(pine.ticker.heikinashi(pine.syminfo.tickerid), "60", function(h) return h.open, h.close end)
    local ho, hc, n = wick.na, wick.na, 0
    local O, H, L = 0, 0, 0
    return s:each_bar(function()
      if s.bar % 4 == 0 then O, H, L = s.open[0], s.high[0], s.low[0] end
      H, L = math.max(H, s.high[0]), math.min(L, s.low[0])
      if s.bar % 4 == 3 then
        local close = (O + H + L + s.close[0]) / 4
        ho = n == 0 and (O + s.close[0]) / 2 or (ho + hc) / 2
        hc, n = close, n + 1
      end
      same(c[0], hc, "close")
      same(o[0], ho, "open")
    end)]]
end)

test("a market with a session: the day is seen on its last bar", function()
  -- Two weeks of 6.5 hours in New York, bars of half an hour.
  local t, c = {}, {}
  for day = 0, 13 do
    local open = 1748871000000 + day * DAY -- Monday, 2025-06-02 09:30 in New York
    if day % 7 < 5 then
      for k = 0, 12 do
        t[#t + 1] = open + k * 1800000
        c[#c + 1] = 100 + #t
      end
    end
  end
  run([[
    local day = pine.request.security("", "D", function(d) return d.close end)
    local four = pine.request.security("", "240", function(h) return h.close end)
    return s:each_bar(function()
      local k = s.bar % 13
      same(day[0], k == 12 and s.close[0] or s.bar < 13 and wick.na or s.close[k + 1], "day")
      if k == 7 or k == 12 then same(four[0], s.close[0], "four hours from the open") end
    end)]], { X = { time = t, close = c, timezone = "America/New_York", session = "0930-1600" } })
end)

-- ---- the prefix law ------------------------------------------------------------------------
local law = [[
  local c = s.close
  for _, tf in ipairs { "", "30", "60", "240", "D" } do
    for _, gaps in ipairs { false, true } do
      local a, b = pine.request.security("", tf, function(h) return ta.ema(h.close, 3), h.high[1] end, { gaps = gaps })
      local w = pine.request.security("", tf, function(h)
        local top = pine.call.highest()
        return h:each_bar(function() return top(h.high[0], 4) end)
      end, { gaps = gaps })
      pine.plot(a, "ema " .. tf) pine.plot(b, "high " .. tf) pine.plot(w, "top " .. tf)
    end
    pine.plot(pine.timeframe.change(tf), "change " .. tf)
    pine.plot(pine.time(tf, "0100-1300", "Europe/London"), "time " .. tf)
  end
  pine.plot(s.time_close, "close time") pine.plot(s.hour, "hour") pine.plot(pine.session.islastbar, "last bar")
  return s:each_bar(function() end)]]

local function lines(text)
  local out = {}
  for line in text:gmatch("[^\n]+") do out[#out + 1] = line end
  return out
end

test("what is shown of the first bars does not depend on later ones", function()
  local all = walk(300, 7)
  local full = lines(run(law, { X = all }, { plots = true }).plots)
  check(#full == 301)
  for _, count in ipairs { 2, 3, 4, 5, 47, 95, 96, 97, 143, 200, 299 } do
    local part = lines(run(law, { X = first(all, count) }, { plots = true }).plots)
    for i = 1, count + 1 do equal(part[i], full[i]) end
  end
end)

test("lookahead is what the law is about: it breaks it", function()
  local script = [[
    pine.plot(pine.request.security("", "60", function(h) return h.close end, { lookahead = true }), "ahead")
    return s:each_bar(function() end)]]
  local all = walk(40, 7)
  local full = lines(run(script, { X = all }, { plots = true }).plots)
  local part = lines(run(script, { X = first(all, 38) }, { plots = true }).plots)
  check(full[39] ~= part[39])
end)

test("plots: body and bar function, four columns of a candle, titles", function()
  local r = run([[
    pine.plot(s.close, "close")
    local p, candle = pine.plot("bar, mine"), pine.plotcandle("HA")
    pine.plotshape(s.close:gt(s.open), { title = "up", style = pine.shape.triangleup })
    pine.hline(50, "level")
    pine.bgcolor(pine.color.red)
    return s:each_bar(function()
      if s.bar > 0 then p(s.bar) end
      candle(1, 2, 3, s.bar)
    end)]], { X = { close = { 1, 2, 3 } } }, { plots = true })
  equal(lines(r.plots), {
    'time,symbol,close,"bar, mine",HA open,HA high,HA low,HA close,up,Background color',
    "2020-01-01T00:00:00Z,X,1,,1,2,3,0,0,#F23645",
    "2020-01-02T00:00:00Z,X,2,1,1,2,3,1,0,#F23645",
    "2020-01-03T00:00:00Z,X,3,2,1,2,3,2,0,#F23645",
  })
  -- What others are made of is recorded as well.
  r = run([[
    local twice = s.close * 2
    local none = pine.na(twice)
    pine.plot(twice, "twice")
    return s:each_bar(function() end)]], { X = { close = { 1, 2 } } }, { plots = true })
  equal(lines(r.plots),
    { "time,symbol,twice", "2020-01-01T00:00:00Z,X,2", "2020-01-02T00:00:00Z,X,4" })
end)
