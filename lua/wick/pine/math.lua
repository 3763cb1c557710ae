-- SPDX-License-Identifier: MIT
-- pine.math: numbers, and series in the file body.
local core = ...
local type, select, getmetatable = type, select, getmetatable
local floor, ceil, abs, sqrt = math.floor, math.ceil, math.abs, math.sqrt
local raise, ops = core.raise, core.ops
local NA = 0 / 0

local M = { pi = 3.141592653589793, e = 2.718281828459045, phi = 1.618033988749895, rphi = 0.618033988749895 }

local function is_series(x) return type(x) == "table" and getmetatable(x) == "series" end

local function number(name, x)
  if x == nil then return NA end
  if type(x) ~= "number" then raise("pine.math." .. name .. ": a number is expected, got " .. type(x)) end
  return x
end

-- f on numbers; the series operation of the same name on series.
local function one(name, f, op)
  M[name] = function(x)
    if type(x) == "number" then return f(x) end
    if is_series(x) then return op(x) end
    return f(number(name, x))
  end
end
one("abs", abs, ops.abs)
one("sqrt", sqrt, ops.sqrt)
one("exp", math.exp, ops.exp)
one("sin", math.sin, ops.sin)
one("cos", math.cos, ops.cos)
one("tan", math.tan, ops.tan)
one("asin", math.asin, ops.asin)
one("acos", math.acos, ops.acos)
one("atan", function(x) return math.atan(x) end, ops.atan)
one("log", function(x) return math.log(x) end, ops.log)
one("log10", core.log10, ops.log10)
-- floor and ceil of the VMs raise on NaN and infinities, or make integers of them.
one("floor", function(x) if x - x ~= 0 then return x end return floor(x) end, ops.floor)
one("ceil", function(x) if x - x ~= 0 then return x end return ceil(x) end, ops.ceil)
one("sign", function(x)
  if x > 0 then return 1 elseif x < 0 then return -1 elseif x == 0 then return 0 end
  return NA
end, ops.sign)
one("toradians", function(x) return x / 180 * 3.141592653589793 end,
  function(x) return x / 180 * 3.141592653589793 end)
one("todegrees", function(x) return x / 3.141592653589793 * 180 end,
  function(x) return x / 3.141592653589793 * 180 end)

-- Half away from zero; what lies within 1e-10 below a tie counts as the tie.
local function round_whole(x)
  local m = abs(x)
  if not (m < 4503599627370496) then return x end
  local f = floor(m)
  if m - f >= 0.5 - 1e-10 then f = f + 1 end
  return x < 0 and -f or f
end

--- pine.math.round(x [, precision]): the decimals alone are scaled and rounded, as TradingView does it;
--- 1.2007 may come out a bit below 1.2007, and a quantity of it is floored then.
function M.round(x, precision)
  if precision ~= nil and (type(precision) ~= "number" or precision ~= precision) then
    raise("pine.math.round: the precision is na")
  end
  if precision == nil or precision <= 0 then
    if type(x) == "number" then return round_whole(x) end
    if is_series(x) then return ops.round(x) end
    return round_whole(number("round", x))
  end
  local scale = 1 / core.pow(10, -math.min(precision, 16))
  if is_series(x) then
    local m = ops.abs(x)
    local whole = ops.floor(m)
    return ops.sign(x) * (whole + ops.round((m - whole) * scale) / scale)
  end
  x = number("round", x)
  if x - x ~= 0 then return x end
  local m = abs(x)
  local whole = floor(m)
  local v = whole + round_whole((m - whole) * scale) / scale
  return x < 0 and 0 - v or v
end

--- pine.math.round_to_mintick(x): ties up.
function M.round_to_mintick(x)
  local tick = core.bars_here().tick_size
  local scale = core.module("wick.pine.facts").syminfo.pricescale
  local step = core.module("wick.pine.facts").syminfo.minmove
  if is_series(x) then return M.int_series(x / tick + 0.5) * step / scale end
  x = number("round_to_mintick", x)
  if x - x ~= 0 then return x end
  local k = x / tick + 0.5
  k = k >= 0 and floor(k) or -floor(-k)
  return k * step / scale
end

local function extreme(name, op, better)
  M[name] = function(a, b, ...)
    if select("#", ...) == 0 and type(a) == "number" and type(b) == "number" then
      if a ~= a or b ~= b then return NA end
      return better(a, b) and a or b
    end
    if is_series(a) or is_series(b) then return op(a, b, ...) end
    local best = number(name, a)
    local list = { b, ... }
    for i = 1, 1 + select("#", ...) do
      local x = list[i]
      if is_series(x) then return op(a, b, ...) end
      x = number(name, x)
      if x ~= x or best ~= best then best = NA
      elseif better(x, best) then best = x end
    end
    return best
  end
end
extreme("max", ops.max, function(a, b) return a > b end)
extreme("min", ops.min, function(a, b) return a < b end)

--- pine.math.avg(...): up to two a plain sum; from three on compensated, the correction added last.
function M.avg(...)
  local n = select("#", ...)
  local a, b = ...
  if n == 1 then return a end
  if n == 2 then return (a + b) / 2 end
  local list, series = { ... }, false
  for i = 1, n do series = series or is_series(list[i]) end
  if series then
    local sum = a
    for i = 2, n do sum = sum + list[i] end
    return sum / n
  end
  local sum, c = 0, 0
  for i = 1, n do
    local y = number("avg", list[i]) - c
    local t = sum + y
    c = (t - sum) - y
    sum = t
  end
  return (sum - c) / n
end

--- pine.math.pow(x, y): 2, 1, 0 and 0.5 exactly.
function M.pow(x, y)
  if y == 2 then return x * x elseif y == 1 then return x end
  if type(x) == "number" and type(y) == "number" then
    if y == 0 then return 1 elseif y == 0.5 then return sqrt(x) end
    return core.pow(x, y)
  end
  if y == 0.5 and is_series(x) then return ops.sqrt(x) end
  if not is_series(x) then x = number("pow", x) end
  if not is_series(y) then y = number("pow", y) end
  return ops.pow(x, y)
end

--- pine.math.sum(series, n); pine.call.sum() in the bar function.
function M.sum(x, n)
  if not is_series(x) then
    raise("pine.math.sum takes a series; in the bar function use pine.call.sum()")
  end
  return core.ta.sum(x, n)
end

function M.int_series(x) return ops.iff(ops.ge(x, 0), ops.floor(x), ops.ceil(x)) end

--- pine.math.random([min, max [, seed]]): the run's own stream of random numbers.
function M.random(low, high)
  low, high = low or 0, high or 1
  return low + (high - low) * core.random()
end

return { math = core.view("pine.math", M) }
