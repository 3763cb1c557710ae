-- SPDX-License-Identifier: MIT
-- pine.str. Lengths and positions count characters, not bytes.
local core = ...
local type, tonumber, select, getmetatable, ipairs = type, tonumber, select, getmetatable, ipairs
local floor = math.floor
local raise = core.raise
local NA = 0 / 0

local format = core.module "wick.pine.format"
local M = {}

local function text(name, s)
  if type(s) ~= "string" then
    if s == nil then return "" end -- a text that is na is the empty one
    raise("pine.str." .. name .. ": a text is expected, got " .. type(s))
  end
  return s
end

-- ---- characters ----------------------------------------------------------------------------
local function plain(s) return not s:find("[\128-\255]") end

local function characters(s)
  local out = {}
  for c in s:gmatch("[%z\1-\127\192-\255][\128-\191]*") do out[#out + 1] = c end
  return out
end

function M.length(s)
  s = text("length", s)
  if s == nil then return NA end
  if plain(s) then return #s end
  return #characters(s)
end

--- pine.str.substring(s, from [, to]): characters from..to-1, counted from 0.
function M.substring(s, from, to)
  s = text("substring", s)
  if s == nil then return nil end
  local n = M.length(s)
  from = from == from and from and floor(from) or 0
  to = to ~= nil and to == to and floor(to) or n
  if from < 0 or from > n or to > n or to < from then
    raise("pine.str.substring: " .. core.fmt(from) .. " to " .. core.fmt(to) .. " is out of range; the text has " ..
      core.fmt(n) .. " characters")
  end
  if plain(s) then return s:sub(from + 1, to) end
  return core.concat(characters(s), "", from + 1, to)
end

--- pine.str.pos(s, part): where it begins, na when it is not there.
function M.pos(s, part)
  s, part = text("pos", s), text("pos", part)
  if s == nil or part == nil then return NA end
  local at = s:find(part, 1, true)
  if not at then return NA end
  return M.length(s:sub(1, at - 1))
end

-- ---- tests ---------------------------------------------------------------------------------
function M.contains(s, part)
  s, part = text("contains", s), text("contains", part)
  return s ~= nil and part ~= nil and s:find(part, 1, true) ~= nil
end

function M.startswith(s, part)
  s, part = text("startswith", s), text("startswith", part)
  return s ~= nil and part ~= nil and s:sub(1, #part) == part
end

function M.endswith(s, part)
  s, part = text("endswith", s), text("endswith", part)
  return s ~= nil and part ~= nil and (part == "" or s:sub(-#part) == part)
end

--- pine.str.match(s, regex): the leftmost match, "" when there is none.
function M.match(s, regex)
  s, regex = text("match", s), text("match", regex)
  if s == nil or regex == nil then return nil end
  local from, to = core.module "wick.pine.regex"(s, regex)
  if not from then return "" end
  return s:sub(from, to)
end

-- ---- changing ------------------------------------------------------------------------------
function M.upper(s) return text("upper", s) and s:upper() end
function M.lower(s) return text("lower", s) and s:lower() end
function M.trim(s) return text("trim", s) and s:match("^%s*(.-)%s*$") end

function M.rep(s, n, separator)
  s = text("repeat", s)
  if s == nil then return nil end
  n = floor(n)
  if n < 0 then raise("pine.str.repeat: the count must be 0 or more") end
  if n * (#s + #(separator or "")) > 4096000 then raise("pine.str.repeat: the text would be too long") end
  local out = {}
  for i = 1, n do out[i] = s end
  return core.concat(out, separator or "")
end
M["repeat"] = M.rep
M.repeat_ = M.rep

--- pine.str.replace(s, target, with [, occurrence]): one occurrence, counted from 0.
function M.replace(s, target, with, occurrence)
  s = text("replace", s)
  if s == nil or target == nil then return s end
  if target == "" then return s end
  local at, left = 1, occurrence or 0
  while true do
    local from, to = s:find(target, at, true)
    if not from then return s end
    if left <= 0 then return s:sub(1, from - 1) .. with .. s:sub(to + 1) end
    left = left - 1
    at = to + 1
  end
end

function M.replace_all(s, target, with)
  s = text("replace_all", s)
  if s == nil or target == nil or target == "" then return s end
  local out, at = {}, 1
  while true do
    local from, to = s:find(target, at, true)
    if not from then break end
    out[#out + 1] = s:sub(at, from - 1)
    out[#out + 1] = with
    at = to + 1
  end
  out[#out + 1] = s:sub(at)
  return core.concat(out)
end

--- pine.str.split(s, separator): an array of texts.
function M.split(s, separator)
  local a = core.module("wick.pine.array").array.new()
  s = text("split", s)
  if s == nil then return a end
  if separator == nil or separator == "" then
    for _, c in ipairs(characters(s)) do a:push(c) end
    return a
  end
  local at = 1
  while true do
    local from, to = s:find(separator, at, true)
    if not from then break end
    a:push(s:sub(at, from - 1))
    at = to + 1
  end
  a:push(s:sub(at))
  return a
end

-- ---- numbers and times ---------------------------------------------------------------------
function M.tonumber(s)
  s = text("tonumber", s)
  if s == nil or not s:match("^%s*[+-]?%d*%.?%d*[eE]?[+-]?%d*%s*$") then return NA end
  return tonumber((s:gsub("^%s*%+", ""))) or NA
end

local show

local function list_text(a, pattern)
  local out = {}
  for i = 1, a.n do out[i] = show(a[i], pattern) or "NaN" end
  return "[" .. core.concat(out, ", ") .. "]"
end

show = function(v, pattern)
  local t = type(v)
  if t == "number" then return format.number(v, pattern) end
  if t == "string" then return v end
  if t == "boolean" then return v and "true" or "false" end
  if t == "nil" then return "NaN" end
  local kind = getmetatable(v)
  if kind == "pine.array" then return list_text(v, pattern) end
  if kind == "pine.enum" then return v.title end
  if kind == "pine.matrix" then
    local rows = {}
    for i, row in v:iter() do rows[i + 1] = list_text(row, pattern) end
    return core.concat(rows, "\n")
  end
  return core.tostring(v)
end

--- pine.str.tostring(value [, format])
function M.tostring(v, pattern) return show(v, pattern) end
format.use(show)

--- pine.str.format("{0} of {1,number,#.##}", ...)
function M.format(pattern, ...)
  if text("format", pattern) == nil then return nil end
  return format.message(pattern, { ... }, select("#", ...))
end

--- pine.str.format_time(time [, pattern [, timezone]])
function M.format_time(t, pattern, zone)
  return format.time(t, pattern or "yyyy-MM-dd'T'HH:mm:ssZ", zone)
end

return { str = core.view("pine.str", M) }
