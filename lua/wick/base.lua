-- SPDX-License-Identifier: MIT
-- Basic functions whose results must be the same on both VMs and in every process. Fills `core`.
local core = ...
local type, next, select, sort = type, next, select, table.sort
local getmetatable = getmetatable

-- ---- pairs ---------------------------------------------------------------------------------
-- A hash table's own order depends on the VM and on a seed; results must not. Keys come in the
-- order numbers, texts, false, true, then wick's own handles by name.
local rank = { number = 1, string = 2, boolean = 3, table = 4 }

local function less(a, b)
  local ta, tb = type(a), type(b)
  if ta ~= tb then return rank[ta] < rank[tb] end
  if ta == "boolean" then return not a and b end
  if ta == "table" then return core.order(a) < core.order(b) end
  return a < b
end

local function check_key(k)
  local t = type(k)
  if rank[t] == nil or (t == "table" and not core.order(k)) then
    core.raise("pairs: a " .. t .. " as key has no order that is the same in every run; " ..
      "keep such things in a list")
  end
end

local function array_next(t, i)
  i = i + 1
  local v = t[i]
  if v ~= nil then return i, v end
end

function core.pairs(t)
  if type(t) ~= "table" then core.raise("pairs: a table is expected, got " .. type(t)) end
  local keys, n, plain = {}, 0, true
  for k in next, t do
    n = n + 1
    keys[n] = k
    if k ~= n then plain = false end
  end
  if plain then return array_next, t, 0 end
  for i = 1, n do check_key(keys[i]) end
  sort(keys, less)
  local i = 0
  return function()
    while i < n do
      i = i + 1
      local k = keys[i]
      local v = t[k]
      if v ~= nil then return k, v end
    end
  end, t, nil
end

-- ---- table ---------------------------------------------------------------------------------
-- Stable merge sort: the VMs' own sorts order equal elements differently, and Lua 5.4 even asks
-- the clock for its pivots.
local function default_less(a, b) return a < b end

local function merge(from, to, lo, mid, hi, lt)
  local a, b = lo, mid + 1
  for k = lo, hi do
    if b > hi or (a <= mid and not lt(from[b], from[a])) then
      to[k] = from[a]
      a = a + 1
    else
      to[k] = from[b]
      b = b + 1
    end
  end
end

function core.sort(t, lt)
  lt = lt or default_less
  local n = #t
  if n < 2 then return end
  local from, to = t, {}
  local width = 1
  while width < n do
    for lo = 1, n, 2 * width do
      local mid = lo + width - 1
      local hi = mid + width
      if hi > n then hi = n end
      if mid > n then mid = n end
      merge(from, to, lo, mid, hi, lt)
    end
    from, to = to, from
    width = 2 * width
  end
  if from ~= t then
    for i = 1, n do t[i] = from[i] end
  end
end

core.unpack = table.unpack or unpack
core.concat = table.concat

function core.pack(...) return { n = select("#", ...), ... } end

function core.move(a, first, last, at, b)
  b = b or a
  if at > last or at <= first or a ~= b then
    for i = 0, last - first do b[at + i] = a[first + i] end
  else
    for i = last - first, 0, -1 do b[at + i] = a[first + i] end
  end
  return b
end

-- ---- math ----------------------------------------------------------------------------------
-- With a NaN among the arguments the VMs' own max and min disagree.
function core.max(a, ...)
  for i = 1, select("#", ...) do
    local b = select(i, ...)
    if a < b then a = b end
  end
  return a + 0
end

function core.min(a, ...)
  for i = 1, select("#", ...) do
    local b = select(i, ...)
    if b < a then a = b end
  end
  return a + 0
end

-- Order of a table as key: wick's handles have one, others do not.
function core.order(t)
  local kind = core.is(t)
  if kind == "sym" or kind == "series" or kind == "bars" then return kind .. (t.name or t.sid) end
end
return core
