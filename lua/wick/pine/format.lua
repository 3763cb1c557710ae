-- SPDX-License-Identifier: MIT
-- Numbers and times as text: the patterns of str.tostring, str.format and str.format_time.
local core = ...
local type, tonumber, select = type, tonumber, select
local floor, abs = math.floor, math.abs
local raise = core.raise

local F = {}

local function group_thousands(digits)
  local out = digits:reverse():gsub("(%d%d%d)", "%1,"):reverse()
  return (out:gsub("^,", ""))
end

-- A decimal pattern: text around it, least digits before the point, least and most after it.
local parsed = {}
local function parse(pattern)
  local p = parsed[pattern]
  if p then return p end
  local head, body, tail = pattern:match("^([^#0,%.]*)([#0,%.]*)(.*)$")
  local whole, fraction = body:match("^([^%.]*)%.?(.*)$")
  p = {
    head = head:gsub("'", ""), tail = tail:gsub("'", ""),
    grouped = whole:find(",", 1, true) ~= nil,
    least = select(2, whole:gsub("0", "")),
    low = select(2, fraction:gsub("0", "")), high = select(2, fraction:gsub("[#0]", "")),
    scale = pattern:find("%%") and 100 or 1,
    empty = body == "",
  }
  parsed[pattern] = p
  return p
end

--- x by a pattern such as "#.##", "0.00", "#,##0.0%".
function F.decimal(x, pattern)
  if x ~= x then return "NaN" end
  local p = parse(pattern)
  if p.empty then return p.head .. p.tail end
  local v = abs(x) * p.scale
  if v == 1 / 0 then return x < 0 and "-∞" or "∞" end
  -- The shortest digits of the number are what is rounded: 2054199999999.9998 has no more of them.
  local whole, fraction = core.fmt(v):match("^(%d+)%.?(%d*)$")
  if not whole or #fraction > p.high then
    whole, fraction = core.fmt(v, p.high):match("^(%d+)%.?(%d*)$") -- ties to even on both VMs
  end
  if #fraction < p.low then fraction = fraction .. ("0"):rep(p.low - #fraction) end
  while #fraction > p.low and fraction:sub(-1) == "0" do fraction = fraction:sub(1, -2) end
  local zero = whole:match("^0*$") and fraction:match("^0*$")
  if p.least == 0 and whole == "0" and fraction ~= "" then whole = "" end
  while #whole < p.least do whole = "0" .. whole end
  if p.grouped then whole = group_thousands(whole) end
  local text = whole .. (fraction ~= "" and "." .. fraction or "")
  return (x < 0 and not zero and "-" or "") .. p.head .. text .. p.tail
end

local units = { { 1e12, "T" }, { 1e9, "B" }, { 1e6, "M" }, { 1e3, "K" } }

function F.volume(x)
  for i = 1, #units do
    if abs(x) >= units[i][1] then return F.decimal(x / units[i][1], "#.###") .. units[i][2] end
  end
  return F.decimal(x, "#.###")
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
  if x ~= x then return "NaN" end
  if pattern == nil then return F.decimal(x, "0.##########") end
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
    if type(v) == "number" then return F.decimal(v, "#,##0.###") end
    return text_of(v) or "NaN"
  end
  if kind == "number" then
    if type(v) ~= "number" then return text_of(v) or "NaN" end
    if style == nil or style == "" then return F.decimal(v, "#,##0.###") end
    if style == "integer" then return F.decimal(v, "#,##0") end
    if style == "percent" then return F.decimal(v, "#,##0%") end
    if style == "currency" then return F.decimal(v, "$#,##0.00") end
    return F.decimal(v, style)
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
