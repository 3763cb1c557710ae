-- SPDX-License-Identifier: MIT
-- pine.series: what a script writes bar by bar and reads back with x[k]. Numbers live in a column in
-- C; other values in a ring here. A bar on which nothing is set repeats the last value.
local core = ...
local type, setmetatable, rawget, rawset = type, setmetatable, rawget, rawset
local floor = math.floor
local raise = core.raise

local M = {}

-- Pine serves 5 000 bars of history; a power of two above it. The ring is twice as long, so that what
-- a run inside a bar writes (calc_on_order_fills) is not read.
local HISTORY = 8192
local RING = 2 * HISTORY

local ring_methods = {}
local ring_meta = { __metatable = "pine.series" }

local function read(t, k)
  if k ~= k then k = 0 end
  if k < 0 then raise("x[" .. core.fmt(k) .. "] is in the future: x[k] is the value k bars ago") end
  local at = core.bar() - floor(k)
  local last = rawget(t, "last")
  if at > last then at = last end
  if at < rawget(t, "first") or last - at >= HISTORY then return rawget(t, "start") end
  return rawget(t, "values")[at % RING]
end

ring_meta.__index = function(t, k)
  if type(k) == "number" then return read(t, k) end
  return ring_methods[k]
end
ring_meta.__newindex = function() raise("a series cannot be written to; x:set(value)") end

function ring_methods.get(t, k) return read(t, k) end

function ring_methods.set(t, v)
  local bar, last, values = core.bar(), rawget(t, "last"), rawget(t, "values")
  if last < 0 then
    rawset(t, "first", bar)
  elseif bar > last + 1 then
    local old = values[last % RING]
    local from = bar - last > HISTORY and bar - HISTORY or last + 1
    for i = from, bar - 1 do values[i % RING] = old end
  end
  values[bar % RING] = v
  rawset(t, "last", bar)
end

local function new_ring(kind, start)
  local values = {}
  -- Things in it may have been changed: they are put back one by one.
  if core.fixed and (kind == "bool" or kind == "string") then core.fixed[values] = true end
  return setmetatable({ values = values, start = start, first = 2 ^ 53, last = -1 }, ring_meta)
end

local numbers = { int = true, float = true, number = true, mask = true }

--- pine.series([start]), pine.series("bool" | "object" | ... [, start])
function M.series(kind, start)
  if kind == nil or type(kind) == "number" then return core.own_series(kind) end
  if type(kind) ~= "string" then
    raise("pine.series: a number or a kind (\"bool\", \"object\") is expected, got " .. type(kind))
  end
  if numbers[kind] then return core.own_series(start) end
  if kind == "bool" and start == nil then start = false end
  return new_ring(kind, start)
end

return M
