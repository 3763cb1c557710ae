-- SPDX-License-Identifier: MIT
-- Times of Pine: time(), timestamp(), and the parts of a time in a zone.
local core = ...
local type, tonumber, setmetatable = type, tonumber, setmetatable
local floor = math.floor
local raise = core.raise
local NA = 0 / 0
local DAY = 86400000

local M = {}

-- ---- zones ---------------------------------------------------------------------------------
-- Looked up by text once; the exchange's own ("") belongs to the symbol in hand.
local zones = {}

local function zone_of(name)
  if name == nil or name == "" or name == "syminfo.timezone" then
    -- Outside of a run there is no exchange.
    name = core.phase() == "idle" and "Etc/UTC" or core.module("wick.pine.facts").zone_name()
  end
  local z = zones[name]
  if z == nil then
    z = core.zone(name)
    zones[name] = z
  end
  return z
end

-- ---- parts of a time -----------------------------------------------------------------------
local function part_function(name, part)
  return function(t, zone)
    if type(t) == "number" then
      if t ~= t then return NA end
      return core.clock_part(zone_of(zone), t, part)
    end
    if core.is(t) == "series" then return core.clock_series(t, part, zone or "") end
    if t == nil then
      -- Without a time: of the present bar, or of every bar.
      if core.on_bars() then return core.clock_part(zone_of(zone), core.present_time(), part) end
      return core.clock_series(core.bars_here().time, part, zone or "")
    end
    raise("pine." .. name .. ": a time (number or series) is expected, got " .. type(t))
  end
end

for name, part in core.pairs(core.clock_parts) do M[name] = part_function(name, part) end

-- dayofweek is a function and a namespace of numbers.
local of_week = M.dayofweek
M.dayofweek = core.view("pine.dayofweek", {
  sunday = 1, monday = 2, tuesday = 3, wednesday = 4, thursday = 5, friday = 6, saturday = 7,
}, function(_, t, zone) return of_week(t, zone) end)

-- ---- time(timeframe, session, timezone) ----------------------------------------------------
local function period_of(what, tf, session, zone)
  local cache = core.pine_state.periods
  if not cache then
    cache = {}
    core.pine_state.periods = cache
  end
  local at = core.present()
  local a = cache[at]
  if not a then
    a = {}
    cache[at] = a
  end
  tf, session, zone = tf or "", session or "", zone or ""
  local b = a[tf]
  if not b then
    b = {}
    a[tf] = b
  end
  local c = b[session]
  if not c then
    c = {}
    b[session] = c
  end
  local p = c[zone]
  if not p then
    local ms = tf == "" and core.facts().timeframe or core.timeframe_ms(tf)
    if not ms then raise(what .. ": '" .. core.tostring(tf) .. "' is no timeframe") end
    -- Bars of unknown length (a feed without bars) have no periods: any will do.
    p = core.period(ms == 0 and 60000 or ms, session, zone)
    c[zone] = p
  end
  return p
end

local function time_function(what, close)
  return function(tf, session, zone, back)
    if type(session) == "number" then session, back = nil, session end
    if type(zone) == "number" then zone, back = nil, zone end
    if tf ~= nil and type(tf) ~= "string" then raise(what .. ": the timeframe is a text, got " .. type(tf)) end
    local p = period_of(what, tf, session, zone)
    if not core.on_bars() then
      local x = core.period_series(p, close)
      if back and back > 0 then return x[back] end
      return x
    end
    local t = core.present_time()
    if back and back > 0 then t = core.bars_here().time[back] end
    if t ~= t then return NA end
    return core.period_part(p, t, close)
  end
end

--- pine.time([timeframe [, session [, timezone [, bars_back]]]])
M.time = time_function("pine.time", false)
M.time_close = time_function("pine.time_close", true)

-- ---- timestamp -----------------------------------------------------------------------------
-- Days from 1970-01-01 of a civil date; months outside 1..12 roll over.
local function days_of(y, m, d)
  local month = m - 1
  y = y + floor(month / 12)
  month = month % 12 + 1
  local shifted = month > 2 and y or y - 1
  local era = floor(shifted / 400)
  local yoe = shifted - era * 400
  local doy = floor((153 * (month > 2 and month - 3 or month + 9) + 2) / 5) + d - 1
  local doe = yoe * 365 + floor(yoe / 4) - floor(yoe / 100) + doy
  return era * 146097 + doe - 719468
end

local function wall(y, m, d, h, min, s)
  return days_of(y, m, d) * DAY + (h or 0) * 3600000 + (min or 0) * 60000 + (s or 0) * 1000
end

local months = {
  jan = 1, feb = 2, mar = 3, apr = 4, may = 5, jun = 6, jul = 7, aug = 8, sep = 9, oct = 10, nov = 11,
  dec = 12,
}

-- Minutes east of UTC, or nil.
local function offset_of(text)
  if text == "" or text == "Z" or text == "UTC" or text == "GMT" then return 0 end
  local sign, h, m = text:match("^([+-])(%d%d?):?(%d*)$")
  if not sign then sign, h, m = text:match("^[UG][TM][CT]([+-])(%d%d?):?(%d*)$") end
  if not sign then return nil end
  local v = tonumber(h) * 60 + (tonumber(m) or 0)
  return sign == "-" and -v or v
end

local function clock_of(text)
  local h, m, rest = text:match("^[T ]*(%d%d?):(%d%d)(.*)$")
  if not h then return 0, 0, 0, text end
  local s, tail = rest:match("^:(%d%d)%.?%d*(.*)$")
  if not s then return tonumber(h), tonumber(m), 0, rest end
  return tonumber(h), tonumber(m), tonumber(s), tail
end

local function trim(s) return s:match("^%s*(.-)%s*$") end

--- "2025-01-31T09:30:00+01:00", "31 Jan 2025 09:30 +0100", "Jan 31 2025": no zone means GMT.
local function parse(text)
  local t = trim(text):gsub("^%a+,%s*", "")
  local y, m, d, rest = t:match("^(%d%d%d%d)-(%d%d?)-(%d%d?)(.*)$")
  if y then
    y, m, d = tonumber(y), tonumber(m), tonumber(d)
  else
    local name
    d, name, y, rest = t:match("^(%d%d?)%s+(%a+)%.?,?%s+(%d%d%d%d)(.*)$")
    if not d then name, d, y, rest = t:match("^(%a+)%.?%s+(%d%d?),?%s+(%d%d%d%d)(.*)$") end
    m = name and months[name:sub(1, 3):lower()]
    y, d = tonumber(y), tonumber(d)
  end
  if not (y and m and d) then
    y, m = t:match("^(%d%d%d%d)-(%d%d)$")
    if y then return wall(tonumber(y), tonumber(m), 1) end
    y = t:match("^(%d%d%d%d)$")
    if y then return wall(tonumber(y), 1, 1) end
    raise("pine.timestamp: '" .. text .. "' is no date (\"2025-01-31 09:30\", \"31 Jan 2025 09:30 +0000\")")
  end
  local h, min, s, zone = clock_of(rest)
  local east = offset_of(trim(zone))
  if not east then raise("pine.timestamp: '" .. text .. "' has no readable time zone") end
  return wall(y, m, d, h, min, s) - east * 60000
end

local parsed = {}

--- pine.timestamp([zone,] year, month, day [, hour [, minute [, second]]]), pine.timestamp(text)
function M.timestamp(a, b, c, d, e, f, g)
  if type(a) == "string" and b == nil then
    local t = parsed[a]
    if t == nil then
      t = parse(a)
      parsed[a] = t
    end
    return t
  end
  local zone
  if type(a) == "string" then
    zone, a, b, c, d, e, f = a, b, c, d, e, f, g
  end
  if type(a) ~= "number" or type(b) ~= "number" or type(c) ~= "number" then
    raise("pine.timestamp takes year, month and day, or a text")
  end
  d, e, f = d or 0, e or 0, f or 0
  local sum = a + b + c + d + e + f
  if sum - sum ~= 0 then return NA end
  return core.zone_to_utc(zone_of(zone), wall(floor(a), floor(b), floor(c), floor(d), floor(e), floor(f)))
end

-- For str.format_time.
core.pine_zone = zone_of
core.pine_days = days_of

return M
