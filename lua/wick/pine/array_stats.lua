-- SPDX-License-Identifier: MIT
-- Reductions of pine.array. na elements are passed over; of nothing the result is na.
local core = ...
local type = type
local floor, abs, sqrt, ceil = math.floor, math.abs, math.sqrt, math.ceil
local raise = core.raise
local EPS = 1e-10
local NA = 0 / 0

local part = core.array_part
local A, new, check, order = part.methods, part.new, part.check, part.order

local function sum_count(a, name)
  check(a, name)
  local sum, count = 0, 0
  for i = 1, a.n do
    local v = a[i]
    if v ~= nil and v == v then
      sum = sum + v
      count = count + 1
    end
  end
  return sum, count
end

function A.sum(a)
  local sum, count = sum_count(a, "sum")
  if count == 0 then return NA end
  return sum
end

function A.avg(a)
  local sum, count = sum_count(a, "avg")
  if count == 0 then return NA end
  return sum / count
end

-- The nth smallest or largest, counted from 0.
local function nth(a, k, descending, name)
  k = k or 0
  if k == 0 then
    check(a, name)
    local best = NA
    for i = 1, a.n do
      local v = a[i]
      if v ~= nil and v == v and (best ~= best or (descending and v > best) or (not descending and v < best)) then
        best = v
      end
    end
    return best
  end
  local places = order(a, descending, name)
  local v = a[places[floor(k) + 1]]
  if v == nil then return NA end
  return v
end

function A.max(a, k) return nth(a, k, true, "max") end
function A.min(a, k) return nth(a, k, false, "min") end

function A.range(a) return A.max(a) - A.min(a) end

-- Values without na, ascending, and how many.
local function sorted(a, name)
  local places = order(a, false, name)
  local out, n = {}, 0
  for i = 1, a.n do
    local v = a[places[i]]
    if v ~= nil and v == v then
      n = n + 1
      out[n] = v
    end
  end
  return out, n
end

function A.median(a)
  local v, n = sorted(a, "median")
  if n == 0 then return NA end
  local mid = floor(n / 2)
  if n % 2 == 1 then return v[mid + 1] end
  return (v[mid] + v[mid + 1]) / 2
end

--- The most frequent value; of several the smallest.
function A.mode(a)
  local v, n = sorted(a, "mode")
  local best, most = NA, 0
  local i = 1
  while i <= n do
    local k = i
    while k < n and v[k + 1] == v[i] do k = k + 1 end
    if k - i + 1 > most then best, most = v[i], k - i + 1 end
    i = k + 1
  end
  return best
end

local function moments(a, biased, name)
  local sum, n = sum_count(a, name)
  if n == 0 then return NA end
  local mean, q = sum / n, 0
  for i = 1, a.n do
    local v = a[i]
    if v ~= nil and v == v then q = q + (v - mean) * (v - mean) end
  end
  if biased == false then
    if n < 2 then return NA end
    return q / (n - 1)
  end
  return q / n
end

function A.variance(a, biased) return moments(a, biased, "variance") end
function A.stdev(a, biased) return sqrt(moments(a, biased, "stdev")) end

--- Pairs with an na on either side are passed over.
function A.covariance(a, b, biased)
  check(a, "covariance")
  check(b, "covariance")
  if a.n ~= b.n then raise("array.covariance: the arrays must have the same size") end
  local n, sa, sb = 0, 0, 0
  for i = 1, a.n do
    local x, y = a[i], b[i]
    if x and y and x == x and y == y then n, sa, sb = n + 1, sa + x, sb + y end
  end
  if n == 0 then return NA end
  local ma, mb, q = sa / n, sb / n, 0
  for i = 1, a.n do
    local x, y = a[i], b[i]
    if x and y and x == x and y == y then q = q + (x - ma) * (y - mb) end
  end
  if biased == false then
    if n < 2 then return NA end
    return q / (n - 1)
  end
  return q / n
end

function A.standardize(a)
  local mean, dev = A.avg(a), A.stdev(a)
  local b = new(a.n)
  for i = 1, a.n do
    local v = a[i]
    if v == nil then v = NA end
    b[i] = dev == 0 and (v == v and 1 or NA) or (v - mean) / dev
  end
  return b
end

function A.abs(a)
  check(a, "abs")
  local b = new(a.n)
  for i = 1, a.n do b[i] = a[i] and abs(a[i]) or NA end
  return b
end

--- Ranks count from 1 and rank k stands in the middle of its share: n * p / 100 + 0.5 lies between two
--- of them. na counts and sorts to the end; with one in the array only whole ranks have a value.
function A.percentile_linear_interpolation(a, p)
  local v, m = sorted(a, "percentile_linear_interpolation")
  local n = a.n
  if n == 0 or p == nil or p ~= p then return NA end
  if p < 0 or p > 100 then
    raise("array.percentile_linear_interpolation: the percentage has to be in 0..100, it is " .. p)
  end
  local at = n * p / 100 + 0.5
  local near = floor(at + 0.5)
  if abs(at - near) < 1e-9 then at = near end
  if at <= 1 then return m > 0 and v[1] or NA end
  if at >= n then return m == n and v[n] or NA end
  local k = floor(at)
  local part = at - k
  if part == 0 then return k <= m and v[k] or NA end
  if m < n then return NA end
  return v[k] * (1 - part) + v[k + 1] * part
end

function A.percentile_nearest_rank(a, p)
  local v, n = sorted(a, "percentile_nearest_rank")
  if n == 0 or p == nil or p ~= p then return NA end
  local k = ceil(p * n / 100)
  if k < 1 then k = 1 elseif k > n then k = n end
  return v[k]
end

--- Percent of the other elements that are at most the one at index i.
function A.percentrank(a, i)
  check(a, "percentrank")
  local at = part.place(a, i, "percentrank")
  if at == nil then return NA end
  local x = a[at]
  if x == nil or x ~= x or a.n < 2 then return NA end
  local count = 0
  for k = 1, a.n do
    local y = a[k]
    if k ~= at and y ~= nil and y - x <= EPS then count = count + 1 end
  end
  return 100 * count / (a.n - 1)
end

return true
