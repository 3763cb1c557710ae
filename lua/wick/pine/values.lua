-- SPDX-License-Identifier: MIT
-- Values as Pine has them: na, comparisons within 1e-10, truth of numbers.
local core = ...
local type, getmetatable = type, getmetatable
local raise = core.raise
local floor = math.floor
local EPS = 1e-10
local NA = 0 / 0

local M = {}
local ops, tolerant = core.ops, core.tolerant

local function is_series(x) return type(x) == "table" and getmetatable(x) == "series" end

--- pine.na(x): true for NaN, infinities and nil. A series gives a mask.
function M.na(x)
  if type(x) == "number" then return x - x ~= 0 end
  if x == nil then return true end
  if is_series(x) then return ops.isna(x) end
  return false
end

--- pine.nz(x [, d]): d (0) in place of na.
function M.nz(x, d)
  if type(x) == "number" then
    if x - x == 0 then return x end
    if d == nil then return 0 end
    return d
  end
  if is_series(x) then return ops.nz(x, d or 0) end
  if x == nil then
    if d == nil then return 0 end
    return d
  end
  return x
end

-- Anything but two numbers: masks of series, or texts and booleans as they are.
local function other(name, a, b, exact)
  if is_series(a) or is_series(b) then return tolerant[name](a, b) end
  if a == nil or b == nil then return false end
  return exact(a, b)
end

local function same(a, b) return a == b end
local function differ(a, b) return a ~= b end
local function refuse(sign)
  return function(a, b)
    raise("pine: '" .. sign .. "' compares numbers and series, got " .. type(a) .. " and " .. type(b))
  end
end
local no_lt, no_le, no_gt, no_ge = refuse "<", refuse "<=", refuse ">", refuse ">="

-- Equal infinities have no difference, hence the second test.
function M.eq(a, b)
  if type(a) == "number" and type(b) == "number" then
    local d = a - b
    return (d <= EPS and d >= -EPS) or a == b
  end
  return other("eq", a, b, same)
end

function M.ne(a, b)
  if type(a) == "number" and type(b) == "number" then
    local d = a - b
    return d > EPS or d < -EPS
  end
  return other("ne", a, b, differ)
end

function M.gt(a, b)
  if type(a) == "number" and type(b) == "number" then return a - b > EPS end
  return other("gt", a, b, no_gt)
end

function M.ge(a, b)
  if type(a) == "number" and type(b) == "number" then return a - b >= -EPS or a == b end
  return other("ge", a, b, no_ge)
end

function M.lt(a, b)
  if type(a) == "number" and type(b) == "number" then return b - a > EPS end
  return other("lt", a, b, no_lt)
end

function M.le(a, b)
  if type(a) == "number" and type(b) == "number" then return b - a >= -EPS or a == b end
  return other("le", a, b, no_le)
end

--- pine.bool(x): a number or series where Pine wants a condition.
function M.bool(x)
  if type(x) == "number" then return x > EPS or x < -EPS end
  if is_series(x) then return tolerant.ne(x, 0) end
  return x ~= nil and x ~= false
end

--- pine.int(x): the fraction is cut off.
function M.int(x)
  if type(x) == "number" then
    if x >= 0 then return floor(x) end
    if x < 0 then return -floor(-x) end
    return x
  end
  if is_series(x) then
    return ops.iff(ops.ge(x, 0), ops.floor(x), ops.ceil(x))
  end
  if x == nil then return NA end
  raise("pine.int: a number is expected, got " .. type(x))
end

function M.float(x)
  if x == nil then return NA end
  if type(x) == "number" or is_series(x) then return x end
  raise("pine.float: a number is expected, got " .. type(x))
end

function M.string(x)
  if x == nil or x ~= x then return nil end
  return core.module("wick.pine.str").str.tostring(x)
end

--- pine.fixnan(series): the last value that was not NaN.
function M.fixnan(x)
  if not is_series(x) then
    raise("pine.fixnan takes a series; in the bar function use pine.call.fixnan()")
  end
  return core.ta.fixnan(x)
end

--- Columns are as long as the data: there is nothing to reserve.
function M.max_bars_back() end

return M
