-- SPDX-License-Identifier: MIT
-- pine.map: keys in the order they were put in.
local core = ...
local type, setmetatable, getmetatable = type, setmetatable, getmetatable
local raise = core.raise
local NA = 0 / 0
local MAX = 50000

local P = {}
local meta = { __index = P, __metatable = "pine.map" }
local HOLE = {} -- a key that was taken out, until the list is made tight again

local function check(m, name)
  if getmetatable(m) ~= "pine.map" then
    if m == nil then raise("map." .. name .. ": the map is na") end
    raise("map." .. name .. ": a map is expected, got " .. type(m))
  end
end

local numbers = { float = true, int = true }

--- pine.map.new([kind of the values]): "float" and "int" give NaN for a missing key.
local function new(kind)
  local m = { keys_ = false, at_ = false, value_ = false, n_ = 0, used_ = 0, missing_ = 0 } -- room: cmake/compile_lua.c
  m.keys_, m.at_, m.value_, m.missing_ = {}, {}, {}, numbers[kind] and NA or nil
  return setmetatable(m, meta)
end

-- NaN and nil cannot be keys of a Lua table.
local NAN, NIL = {}, {}
local function key_of(k)
  if k == nil then return NIL end
  if k ~= k then return NAN end
  return k
end

function P.size(m)
  check(m, "size")
  return m.n_
end

function P.get(m, k)
  check(m, "get")
  k = key_of(k)
  if m.at_[k] == nil then return m.missing_ end
  return m.value_[k]
end

function P.contains(m, k)
  check(m, "contains")
  return m.at_[key_of(k)] ~= nil
end

--- Returns the value that was there before, or na.
function P.put(m, k, v)
  check(m, "put")
  local key = key_of(k)
  if m.at_[key] == nil then
    if m.n_ >= MAX then raise("map.put: at most " .. core.fmt(MAX) .. " keys") end
    m.used_ = m.used_ + 1
    m.n_ = m.n_ + 1
    m.at_[key] = m.used_
    m.keys_[m.used_] = key
    m.value_[key] = v
    return m.missing_
  end
  local old = m.value_[key]
  m.value_[key] = v
  return old
end

local function tighten(m)
  local keys, n = {}, 0
  for i = 1, m.used_ do
    local k = m.keys_[i]
    if k ~= HOLE then
      n = n + 1
      keys[n] = k
      m.at_[k] = n
    end
  end
  m.keys_, m.used_ = keys, n
end

function P.remove(m, k)
  check(m, "remove")
  local key = key_of(k)
  local at = m.at_[key]
  if at == nil then return m.missing_ end
  local old = m.value_[key]
  m.keys_[at] = HOLE
  m.at_[key], m.value_[key] = nil, nil
  m.n_ = m.n_ - 1
  if m.used_ > 32 and m.n_ < m.used_ / 2 then tighten(m) end
  return old
end

function P.clear(m)
  check(m, "clear")
  m.keys_, m.at_, m.value_, m.n_, m.used_ = {}, {}, {}, 0, 0
end

local function shown(key)
  if key == NAN then return NA end
  if key == NIL then return nil end
  return key
end

function P.keys(m)
  check(m, "keys")
  local a = core.module("wick.pine.array").array.new()
  for i = 1, m.used_ do
    if m.keys_[i] ~= HOLE then a:push(shown(m.keys_[i])) end
  end
  return a
end

function P.values(m)
  check(m, "values")
  local a = core.module("wick.pine.array").array.new()
  for i = 1, m.used_ do
    if m.keys_[i] ~= HOLE then a:push(m.value_[m.keys_[i]]) end
  end
  return a
end

function P.copy(m)
  check(m, "copy")
  local c = new()
  c.missing_ = m.missing_
  P.put_all(c, m)
  return c
end

function P.put_all(m, other)
  check(m, "put_all")
  check(other, "put_all")
  for i = 1, other.used_ do
    local k = other.keys_[i]
    if k ~= HOLE then P.put(m, shown(k), other.value_[k]) end
  end
end

--- for k, v in m:iter() do
function P.iter(m)
  check(m, "iter")
  local keys, values = P.keys(m), P.values(m)
  local i = 0
  return function()
    i = i + 1
    if i > keys.n then return nil end
    return keys[i], values[i]
  end
end

local all = { new = new }
for name, f in next, P do all[name] = f end
return { map = core.view("pine.map", all) }
