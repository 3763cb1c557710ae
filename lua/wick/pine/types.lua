-- SPDX-License-Identifier: MIT
-- User types and enumerations.
local core = ...
local type, setmetatable, getmetatable, select, rawset = type, setmetatable, getmetatable, select, rawset
local raise = core.raise

local M = {}

local function check_fields(name, fields)
  if type(name) ~= "string" or name == "" then raise("pine.type: the name comes first") end
  if type(fields) ~= "table" then raise("pine.type: the fields come as a list: { { \"price\", wick.na } }") end
  local index = {}
  for i = 1, #fields do
    local f = fields[i]
    if type(f) == "string" then f = { f } end
    if type(f) ~= "table" or type(f[1]) ~= "string" then
      raise("pine.type: field " .. core.fmt(i) .. " of " .. name .. " must be { \"name\", default }")
    end
    if index[f[1]] then raise("pine.type: " .. name .. " has two fields '" .. f[1] .. "'") end
    index[f[1]] = i
  end
  return index
end

--- pine.type(name, { { "field", default [, varip = true] }, ... }) -> T; T.new(...), T.new { field = value }, T.copy(x).
-- Methods are functions put into T: function T:move(price) ... end
function M.type(name, fields)
  local index = check_fields(name, fields)
  local n = #fields
  local names, defaults = {}, {}
  for i = 1, n do
    local f = fields[i]
    if type(f) == "string" then f = { f } end
    names[i], defaults[i] = f[1], f[2]
  end
  local class = {}
  local varip -- fields that runs of the script inside a bar leave as they are
  for i = 1, n do
    if type(fields[i]) == "table" and fields[i].varip then
      varip = varip or {}
      varip[names[i]] = true
    end
  end
  local meta = { __index = class, __metatable = name, varip = varip }

  local function by_name(args)
    local o = {}
    for i = 1, n do
      local key = names[i]
      local v = args[key]
      if v == nil then v = defaults[i] end
      o[key] = v
    end
    for key in next, args do
      if not index[key] then
        local near = type(key) == "string" and core.nearest(key, index)
        raise(name .. ".new: no field '" .. core.tostring(key) .. "'" ..
          (near and "; did you mean '" .. near .. "'?" or ""))
      end
    end
    return setmetatable(o, meta)
  end

  class.new = function(...)
    local count = select("#", ...)
    local first = ...
    if count == 1 and type(first) == "table" and getmetatable(first) == nil then return by_name(first) end
    if count > n then raise(name .. ".new: " .. core.fmt(n) .. " fields, got " .. core.fmt(count)) end
    local o, args = {}, { ... }
    for i = 1, n do
      local v = args[i]
      if v == nil then v = defaults[i] end
      o[names[i]] = v
    end
    return setmetatable(o, meta)
  end

  --- Shallow, as in Pine.
  class.copy = function(x)
    if x == nil then return nil end
    local o = {}
    for i = 1, n do o[names[i]] = x[names[i]] end
    return setmetatable(o, meta)
  end
  return class
end

-- ---- enumerations --------------------------------------------------------------------------
local member_meta = { __metatable = "pine.enum" }

--- pine.enum(name, { { "up", "Going up" }, "down" }) -> E; E.up, E.down.
function M.enum(name, members)
  if type(name) ~= "string" or type(members) ~= "table" then
    raise("pine.enum takes a name and a list of members")
  end
  local enum = { name = name, members = {}, by_name = {} }
  local names = {}
  for i = 1, #members do
    local m = members[i]
    if type(m) == "string" then m = { m } end
    local member = setmetatable({ name = m[1], title = m[2] or m[1], enum = enum }, member_meta)
    enum.members[i] = member
    enum.by_name[m[1]] = member
    names[m[1]] = member
  end
  return core.view(name, names)
end

return M
