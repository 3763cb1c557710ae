-- SPDX-License-Identifier: MIT
-- pine.array: { n = size, [1] ... [n] } with Pine's functions as methods. Indices count from 0; below
-- zero from the end. In arrays of numbers na is NaN, otherwise nil, hence the kept size.
local core = ...
local type, setmetatable, select, getmetatable = type, setmetatable, select, getmetatable
local floor, abs, sqrt = math.floor, math.abs, math.sqrt
local raise = core.raise
local EPS = 1e-10
local NA = 0 / 0
local MAX = 100000

local A = {} -- functions, which are the methods
local meta = { __index = A, __metatable = "pine.array" }

local function check(a, name)
  if getmetatable(a) ~= "pine.array" then
    if a == nil then raise("array." .. name .. ": the array is na") end
    raise("array." .. name .. ": an array is expected, got " .. type(a))
  end
end

-- The constant in the constructor is room for the field: see cmake/compile_lua.c.
local function new(n)
  local a = { n = 0 }
  a.n = n or 0
  return setmetatable(a, meta)
end

local function out_of_range(name, i, n)
  raise("array." .. name .. ": index " .. core.fmt(i) .. " is out of range; the array has " .. core.fmt(n) ..
    " elements")
end

-- Place in the Lua list; nil for na.
local function place(a, i, name)
  if i == nil or i ~= i then return nil end
  if type(i) ~= "number" then raise("array." .. name .. ": the index must be a number, got " .. type(i)) end
  i = i >= 0 and floor(i) or -floor(-i)
  local n = a.n
  local at = i < 0 and n + i or i
  if at < 0 or at >= n then out_of_range(name, i, n) end
  return at + 1
end

-- A list of n values becomes an array.
local function wrap(list, n)
  list.n = n
  return setmetatable(list, meta)
end

-- ---- making --------------------------------------------------------------------------------
local function size_of(n)
  if n == nil then return 0 end
  if type(n) ~= "number" or n ~= n or n < 0 then raise("array.new: the size must be 0 or more") end
  n = floor(n)
  if n > MAX then raise("array.new: at most " .. core.fmt(MAX) .. " elements, got " .. core.fmt(n)) end
  return n
end

local function filled(n, v)
  local a = new(size_of(n))
  if v ~= nil then
    for i = 1, a.n do a[i] = v end
  end
  return a
end

local N = {} -- names of the namespace that are no methods
function N.new(n, v) return filled(n, v) end
function N.new_float(n, v) if v == nil then v = NA end return filled(n, v) end
N.new_int = N.new_float
function N.new_bool(n, v) return filled(n, v or false) end
function N.new_string(n, v) return filled(n, v or "") end
for name in ("color line label box table linefill polyline"):gmatch("%S+") do N["new_" .. name] = N.new end

function N.from(...)
  return wrap({ ... }, select("#", ...))
end

-- ---- elements ------------------------------------------------------------------------------
function A.size(a)
  check(a, "size")
  return a.n
end

-- The short way is for whole indices inside; everything else is explained by the long one.
function A.get(a, i)
  local n = a.n
  if i and n and i >= 0 and i < n and i % 1 == 0 then return a[i + 1] end
  check(a, "get")
  local at = place(a, i, "get")
  if at == nil then return nil end
  return a[at]
end

function A.set(a, i, v)
  local n = a.n
  if i and n and i >= 0 and i < n and i % 1 == 0 then
    a[i + 1] = v
    return
  end
  check(a, "set")
  local at = place(a, i, "set")
  if at then a[at] = v end
end

function A.push(a, v)
  local n = a.n
  if n == nil or n >= MAX then
    check(a, "push")
    raise("array.push: at most " .. core.fmt(MAX) .. " elements")
  end
  n = n + 1
  a.n = n
  a[n] = v
end

function A.pop(a)
  check(a, "pop")
  local n = a.n
  if n == 0 then raise("array.pop: the array is empty") end
  local v = a[n]
  a[n] = nil
  a.n = n - 1
  return v
end

function A.shift(a)
  check(a, "shift")
  local n = a.n
  if n == 0 then raise("array.shift: the array is empty") end
  local v = a[1]
  for i = 1, n do a[i] = a[i + 1] end
  a.n = n - 1
  return v
end

function A.unshift(a, v)
  check(a, "unshift")
  local n = a.n
  if n >= MAX then raise("array.unshift: at most " .. core.fmt(MAX) .. " elements") end
  for i = n, 1, -1 do a[i + 1] = a[i] end
  a[1] = v
  a.n = n + 1
end

function A.insert(a, i, v)
  check(a, "insert")
  local n = a.n
  if type(i) ~= "number" or i ~= i then raise("array.insert: the index is na") end
  i = i >= 0 and floor(i) or n + -floor(-i)
  if i < 0 or i > n then out_of_range("insert", i, n) end
  for k = n, i + 1, -1 do a[k + 1] = a[k] end
  a[i + 1] = v
  a.n = n + 1
end

function A.remove(a, i)
  check(a, "remove")
  local at = place(a, i, "remove")
  if at == nil then raise("array.remove: the index is na") end
  local v = a[at]
  for k = at, a.n do a[k] = a[k + 1] end
  a.n = a.n - 1
  return v
end

function A.clear(a)
  check(a, "clear")
  for i = 1, a.n do a[i] = nil end
  a.n = 0
end

function A.fill(a, v, from, to)
  check(a, "fill")
  for i = (from or 0) + 1, to or a.n do a[i] = v end
end

function A.first(a)
  check(a, "first")
  if a.n == 0 then raise("array.first: the array is empty") end
  return a[1]
end

function A.last(a)
  check(a, "last")
  if a.n == 0 then raise("array.last: the array is empty") end
  return a[a.n]
end

function A.copy(a)
  check(a, "copy")
  local b = new(a.n)
  for i = 1, a.n do b[i] = a[i] end
  return b
end

-- A slice is a window: it has no elements of its own, and what changes its size changes the array it
-- looks at.
local V = {} -- methods of slices
local window = { __metatable = "pine.array" }

function window.__index(t, k)
  if type(k) == "number" then return t.source[t.from + k] end
  local m = V[k]
  if m ~= nil then return m end
  return A[k]
end

function window.__newindex(t, k, v)
  t.source[t.from + k] = v
end

function V.insert(a, i, v)
  local n = a.n
  if type(i) ~= "number" or i ~= i then raise("array.insert: the index is na") end
  i = i >= 0 and floor(i) or n + -floor(-i)
  if i < 0 or i > n then out_of_range("insert", i, n) end
  a.source:insert(a.from + i, v)
  a.n = n + 1
end

function V.remove(a, i)
  local at = place(a, i, "remove")
  if at == nil then raise("array.remove: the index is na") end
  local v = a.source:remove(a.from + at - 1)
  a.n = a.n - 1
  return v
end

function V.push(a, v) V.insert(a, a.n, v) end
function V.unshift(a, v) V.insert(a, 0, v) end

function V.pop(a)
  if a.n == 0 then raise("array.pop: the array is empty") end
  return V.remove(a, a.n - 1)
end

function V.shift(a)
  if a.n == 0 then raise("array.shift: the array is empty") end
  return V.remove(a, 0)
end

function V.clear(a)
  while a.n > 0 do V.pop(a) end
end

function V.concat(a, b)
  check(b, "concat")
  for i = 1, b.n do V.push(a, b[i]) end
  return a
end

--- A window on the elements from..to-1: reading and writing go to the array itself.
function A.slice(a, from, to)
  check(a, "slice")
  local n = a.n
  from, to = from or 0, to or n
  if from < 0 then from = n + from end
  if to < 0 then to = n + to end
  if from < 0 or to > n or from > to then out_of_range("slice", from, n) end
  local s = { source = false, from = 0, n = 0 }
  s.source, s.from, s.n = a, from, to - from
  return setmetatable(s, window)
end

function A.concat(a, b)
  check(a, "concat")
  check(b, "concat")
  local n, m = a.n, b.n
  for i = 1, m do a[n + i] = b[i] end
  a.n = n + m
  return a
end

function A.reverse(a)
  check(a, "reverse")
  local n = a.n
  for i = 1, floor(n / 2) do a[i], a[n + 1 - i] = a[n + 1 - i], a[i] end
end

function A.join(a, separator)
  check(a, "join")
  local text = core.module("wick.pine.str").str.tostring
  local out = {}
  for i = 1, a.n do out[i] = text(a[i]) or "NaN" end
  return core.concat(out, separator or ",")
end

local function step(a, i)
  if i >= a.n - 1 then return nil end
  return i + 1, a[i + 2]
end

--- for i, x in a:iter() do
function A.iter(a)
  check(a, "iter")
  return step, a, -1
end

-- ---- searching -----------------------------------------------------------------------------
-- Numbers within 1e-10, as Pine compares; na equals nothing.
local function equal(x, y)
  if type(x) == "number" and type(y) == "number" then
    local d = x - y
    return (d <= EPS and d >= -EPS) or x == y
  end
  return x == y
end

function A.indexof(a, v)
  check(a, "indexof")
  for i = 1, a.n do
    if equal(a[i], v) then return i - 1 end
  end
  return -1
end

function A.lastindexof(a, v)
  check(a, "lastindexof")
  for i = a.n, 1, -1 do
    if equal(a[i], v) then return i - 1 end
  end
  return -1
end

function A.includes(a, v) return A.indexof(a, v) >= 0 end

-- First place (from 1) whose element is not below v (or above v, when `past`).
local function bound(a, v, past)
  local lo, hi = 1, a.n + 1
  while lo < hi do
    local mid = floor((lo + hi) / 2)
    local below = a[mid] < v or (past and a[mid] == v)
    if below then lo = mid + 1 else hi = mid end
  end
  return lo
end

function A.binary_search(a, v)
  check(a, "binary_search")
  -- Which of several equal ones is found is part of the result.
  local lo, hi = 1, a.n
  while lo <= hi do
    local mid = floor((lo + hi) / 2)
    if a[mid] == v then return mid - 1 end
    if v < a[mid] then hi = mid - 1 else lo = mid + 1 end
  end
  return -1
end

--- The first equal one, else the last below, else 0.
function A.binary_search_leftmost(a, v)
  check(a, "binary_search_leftmost")
  local at = bound(a, v)
  if at <= a.n and a[at] == v then return at - 1 end
  return at > 2 and at - 2 or 0
end

--- The last equal one, else the first above.
function A.binary_search_rightmost(a, v)
  check(a, "binary_search_rightmost")
  local at = bound(a, v, true)
  if at > 1 and a[at - 1] == v then return at - 2 end
  return at - 1
end

function A.some(a)
  check(a, "some")
  for i = 1, a.n do
    local v = a[i]
    if v == true or (type(v) == "number" and (v > EPS or v < -EPS)) then return true end
  end
  return false
end

--- False for an empty array, as Pine has it.
function A.every(a)
  check(a, "every")
  for i = 1, a.n do
    local v = a[i]
    if not (v == true or (type(v) == "number" and (v > EPS or v < -EPS))) then return false end
  end
  return a.n > 0
end

-- ---- order ---------------------------------------------------------------------------------
local function up(x, y) return x < y end
local function down(x, y) return x > y end

-- Places (from 1) in the order asked for; na last. Stable.
local function order(a, descending, name)
  check(a, name)
  local places, rest = {}, {}
  for i = 1, a.n do
    local v = a[i]
    if v == nil or v ~= v then rest[#rest + 1] = i else places[#places + 1] = i end
  end
  local less = descending and down or up
  core.sort(places, function(i, k) return less(a[i], a[k]) end)
  for i = 1, #rest do places[#places + 1] = rest[i] end
  return places
end

local function is_descending(o) return o == "descending" or o == false end

function A.sort(a, direction)
  local places = order(a, is_descending(direction), "sort")
  local old = {}
  for i = 1, a.n do old[i] = a[i] end
  for i = 1, a.n do a[i] = old[places[i]] end
end

function A.sort_indices(a, direction)
  local places = order(a, is_descending(direction), "sort_indices")
  local b = new(a.n)
  for i = 1, a.n do b[i] = places[i] - 1 end
  return b
end

core.array_part = { methods = A, names = N, new = new, wrap = wrap, check = check, place = place, order = order }
core.module "wick.pine.array_stats"

local all = {}
for name, f in next, A do all[name] = f end
for name, f in next, N do all[name] = f end
return { array = core.view("pine.array", all) }
