-- SPDX-License-Identifier: MIT
-- Numbers and times as text: the patterns of str.tostring, str.format and str.format_time.
local core = ...
local type, tonumber, select = type, tonumber, select
local floor, abs = math.floor, math.abs
local raise = core.raise

local F = {}

local function grouped(digits, by)
  local out = digits:reverse():gsub(("%d"):rep(by), "%0,"):reverse()
  return (out:gsub("^,", ""))
end

-- One part of a decimal pattern: text around it, least digits before the point, least and most
-- after it. A quote takes the letters in it as they are.
local function part(pattern)
  local head, body, tail, quoted, i = {}, {}, {}, false, 1
  while i <= #pattern do
    local c = pattern:sub(i, i)
    local digit = not quoted and c:find("^[#0,%.]$")
    if c == "'" and pattern:sub(i + 1, i + 1) == "'" then
      i, c = i + 1, "''"
    elseif c == "'" then
      quoted, c = not quoted, ""
    end
    if digit and #tail == 0 then
      body[#body + 1] = c
    elseif c ~= "" then
      local list = #body == 0 and head or tail
      list[#list + 1] = c == "''" and "'" or c
    end
    i = i + 1
  end
  body = core.concat(body)
  local whole, fraction = body:match("^([^%.]*)%.?(.*)$")
  local last = whole:match(",([^,]*)$")
  return {
    head = core.concat(head), tail = core.concat(tail), group = last and #last or 0,
    least = select(2, whole:gsub("0", "")),
    low = select(2, fraction:gsub("0", "")), high = select(2, fraction:gsub("[#0]", "")),
    scale = pattern:find("%%") and 100 or 1,
    empty = body == "",
  }
end

-- The pattern of what is not negative, and of what is.
local parsed = {}
local function parse(pattern)
  local p = parsed[pattern]
  if not p then
    local plus, minus = pattern:match("^(.-);(.+)$")
    p = { part(plus or pattern), minus and part(minus) }
    parsed[pattern] = p
  end
  return p[1], p[2]
end

-- Digits with one added to the last of them.
local function carried(digits)
  local head, nines = digits:match("^(.-)(9*)$")
  if head == "" then return "1" .. ("0"):rep(#nines) end
  return head:sub(1, -2) .. tonumber(head:sub(-1)) + 1 .. ("0"):rep(#nines)
end

-- Digits of v >= 0 before and behind the point, at most `high` of these. The shortest digits of
-- the number are what is rounded: 2054199999999.9998 has no more of them. str.tostring rounds halves
-- up; `exact` (str.format, and str.tostring without a pattern) the way the number itself lies.
local function digits_of(v, high, exact)
  local whole, fraction = core.fmt(v):match("^(%d+)%.?(%d*)$")
  if whole and #fraction <= high then return whole, fraction end
  if exact or not whole then
    return core.fmt(v, high):match("^(%d+)%.?(%d*)$") -- ties to even on both VMs
  end
  local kept = whole .. fraction:sub(1, high)
  if fraction:sub(high + 1, high + 1) >= "5" then kept = carried(kept) end
  return kept:sub(1, #kept - high), kept:sub(#kept - high + 1)
end

--- x by a pattern such as "#.##", "0.00", "#,##0.0"; `message` is the manner of str.format, where a
--- percent sign means hundredths.
function F.decimal(x, pattern, message)
  if x ~= x then return "NaN" end
  local p, minus = parse(pattern)
  if x < 0 and minus then p = minus end
  if p.empty then return p.head .. p.tail end
  local v = abs(x) * (message and p.scale or 1)
  if v == 1 / 0 then
    if not message then return "NaN" end
    return (x < 0 and p ~= minus and "-" or "") .. p.head .. "∞" .. p.tail
  end
  local whole, fraction = digits_of(v, p.high, message)
  if #fraction < p.low then fraction = fraction .. ("0"):rep(p.low - #fraction) end
  while #fraction > p.low and fraction:sub(-1) == "0" do fraction = fraction:sub(1, -2) end
  local zero = whole:match("^0*$") and fraction:match("^0*$")
  if x < 0 and zero and not message and p == minus then return F.decimal(0, pattern) end
  -- "#.00" leaves the nought of 0.25 away, "#.##" does not.
  if p.least == 0 and p.low > 0 and whole == "0" then whole = "" end
  while #whole < p.least do whole = "0" .. whole end
  if p.group > 0 then whole = grouped(whole, p.group) end
  local text = whole .. (fraction ~= "" and "." .. fraction or "")
  return (x < 0 and p ~= minus and (message or not zero) and "-" or "") .. p.head .. text .. p.tail
end

local units = { { 1e12, "T" }, { 1e9, "B" }, { 1e6, "M" }, { 1e3, "K" } }

function F.volume(x)
  for i = 1, #units do
    if abs(x) >= units[i][1] then return F.decimal(x / units[i][1], "#.###") .. units[i][2] end
  end
  return F.decimal(x, "#")
end

--- Rounded to the tick of the symbol, with as many decimals as it has.
function F.mintick(x)
  local facts = core.module "wick.pine.facts"
  local scale, decimals = facts.syminfo.pricescale, 0
  while scale > 1 do
    scale = scale / 10
    decimals = decimals + 1
  end
  local v = core.module("wick.pine.math").math.round_to_mintick(x)
  return F.decimal(v, "0." .. ("0"):rep(decimals))
end

function F.number(x, pattern)
  if x ~= x then return pattern == "percent" and "NaN%" or "NaN" end
  if pattern == nil then
    if x == 1 / 0 or x == -1 / 0 then return "NaN" end
    local out = F.decimal(x, "0.##########", true)
    return out == "-0" and "0" or out
  end
  if pattern == "mintick" or pattern == "price" or pattern == "inherit" then return F.mintick(x) end
  if pattern == "percent" then return F.decimal(x, "0.00") .. "%" end
  if pattern == "volume" then return F.volume(x) end
  return F.decimal(x, pattern)
end

-- ---- times ---------------------------------------------------------------------------------
local month_names = {
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
  "November", "December",
}
local day_names = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }

local function padded(x, width) return (string.format("%0" .. width .. "d", x)) end

local function offset_text(ms, colon, zulu)
  if ms == 0 and zulu then return "Z" end
  local minutes = floor(abs(ms) / 60000 + 0.5)
  return (ms < 0 and "-" or "+") .. padded(floor(minutes / 60), 2) .. (colon and ":" or "") ..
    padded(minutes % 60, 2)
end

-- Letters of Java's date patterns.
local letters = {}
function letters.y(t, n) return n == 2 and padded(t.year % 100, 2) or padded(t.year, n < 4 and 4 or n) end
function letters.M(t, n)
  if n >= 4 then return month_names[t.month] end
  if n == 3 then return month_names[t.month]:sub(1, 3) end
  return padded(t.month, n)
end
function letters.d(t, n) return padded(t.dayofmonth, n) end
function letters.H(t, n) return padded(t.hour, n) end
function letters.k(t, n) return padded(t.hour == 0 and 24 or t.hour, n) end
function letters.h(t, n) return padded((t.hour + 11) % 12 + 1, n) end
function letters.K(t, n) return padded(t.hour % 12, n) end
function letters.m(t, n) return padded(t.minute, n) end
function letters.s(t, n) return padded(t.second, n) end
function letters.S(t, n) return padded(t.ms, n) end
function letters.a(t) return t.hour < 12 and "AM" or "PM" end
function letters.E(t, n)
  local name = day_names[t.dayofweek]
  return n >= 4 and name or name:sub(1, 3)
end
function letters.w(t, n) return padded(t.weekofyear, n) end
function letters.Z(t) return offset_text(t.offset, false) end
function letters.X(t, n) return offset_text(t.offset, n >= 3, true) end
function letters.z(t) return t.offset == 0 and "UTC" or "UTC" .. offset_text(t.offset, true) end

--- A time (ms) by a pattern such as "yyyy-MM-dd HH:mm" in a zone.
function F.time(x, pattern, zone)
  if x == nil or x ~= x then return "NaN" end
  local clock = core.module "wick.pine.clock"
  local t = { ms = x % 1000 }
  for name in next, core.clock_parts do t[name] = clock[name](x, zone) end
  local wall = core.pine_days(t.year, t.month, t.dayofmonth) * 86400000 + t.hour * 3600000 +
    t.minute * 60000 + t.second * 1000 + t.ms
  t.offset = wall - x
  local out, at = {}, 1
  while at <= #pattern do
    local c = pattern:sub(at, at)
    if c == "'" then
      if pattern:sub(at + 1, at + 1) == "'" then
        out[#out + 1] = "'"
        at = at + 2
      else
        local stop = pattern:find("'", at + 1, true) or #pattern + 1
        out[#out + 1] = pattern:sub(at + 1, stop - 1)
        at = stop + 1
      end
    elseif c:match("%a") then
      local run = pattern:match("^" .. c .. "+", at)
      local f = letters[c]
      if not f then raise("str.format_time: '" .. c .. "' is no letter of a date pattern") end
      out[#out + 1] = f(t, #run)
      at = at + #run
    else
      out[#out + 1] = c
      at = at + 1
    end
  end
  return core.concat(out)
end

-- ---- Java's MessageFormat ------------------------------------------------------------------
local text_of -- set by wick.pine.str

local function placed(v, kind, style)
  if kind == nil or kind == "" then
    if type(v) == "number" then return F.decimal(v, "#,##0.###", true) end
    return text_of(v) or "NaN"
  end
  if kind == "number" then
    if type(v) ~= "number" then return text_of(v) or "NaN" end
    if style == nil or style == "" then return F.decimal(v, "#,##0.###", true) end
    if style == "integer" then return F.decimal(v, "#,##0", true) end
    if style == "percent" then return F.decimal(v, "#,##0%", true) end
    if style == "currency" then return F.decimal(v, "$#,##0.00", true) end
    return F.decimal(v, style, true)
  end
  if kind == "date" then return F.time(v, style ~= nil and style ~= "" and style or "MMM d, yyyy") end
  if kind == "time" then return F.time(v, style ~= nil and style ~= "" and style or "h:mm:ss a") end
  raise("str.format: '" .. kind .. "' is no format; number, date and time are")
end

--- "{0} and {1,number,#.##}" with a list of arguments.
function F.message(pattern, args, n)
  local out, at, quoted = {}, 1, false
  while at <= #pattern do
    local c = pattern:sub(at, at)
    if c == "'" then
      if pattern:sub(at + 1, at + 1) == "'" then
        out[#out + 1] = "'"
        at = at + 2
      else
        quoted = not quoted
        at = at + 1
      end
    elseif c == "{" and not quoted then
      local body = pattern:match("^{([^}]*)}", at)
      if not body then raise("str.format: a { of \"" .. pattern .. "\" is never closed") end
      local index, kind, style = body:match("^%s*(%d+)%s*,?%s*(%a*)%s*,?(.*)$")
      if not index then raise("str.format: {" .. body .. "} must begin with the number of an argument") end
      local k = tonumber(index) + 1
      if k > n then
        out[#out + 1] = "{" .. index .. "}"
      else
        out[#out + 1] = placed(args[k], kind, style)
      end
      at = at + #body + 2
    else
      out[#out + 1] = c
      at = at + 1
    end
  end
  return core.concat(out)
end

function F.use(f) text_of = f end

return F
