-- SPDX-License-Identifier: MIT
-- pine.matrix: { rows_ = r, cols_ = c, [1] ... [r * c] } row by row, with Pine's functions as methods.
local core = ...
local type, setmetatable, getmetatable = type, setmetatable, getmetatable
local floor, abs = math.floor, math.abs
local raise = core.raise
local NA = 0 / 0
local MAX = 100000

local linalg = core.module "wick.pine.linalg"
local array = core.module("wick.pine.array").array
local wrap_array = core.array_part.wrap

local X = {}
local meta = { __index = X, __metatable = "pine.matrix" }

local function check(m, name)
  if getmetatable(m) ~= "pine.matrix" then
    if m == nil then raise("matrix." .. name .. ": the matrix is na") end
    raise("matrix." .. name .. ": a matrix is expected, got " .. type(m))
  end
end

-- A flat list becomes a matrix.
local function wrap(list, r, c)
  list.rows_, list.cols_ = r, c
  return setmetatable(list, meta)
end

-- Small ones are made in one piece: a table that grows element by element is copied at every power of
-- two, and a short loop keeps LuaJIT from compiling what stands around it. Elements past the last one
-- are never read. The constants in the constructors are room: see cmake/compile_lua.c.
local function filled(r, c, v)
  local n = r * c
  local m
  if n <= 4 then
    m = { 0, 0, 0, 0, rows_ = 0, cols_ = 0 }
    m[1], m[2], m[3], m[4] = v, v, v, v
  elseif n <= 9 then
    m = { 0, 0, 0, 0, 0, 0, 0, 0, 0, rows_ = 0, cols_ = 0 }
    m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8], m[9] = v, v, v, v, v, v, v, v, v
  else
    m = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, rows_ = 0, cols_ = 0 }
    for i = 1, n do m[i] = v end
  end
  m.rows_, m.cols_ = r, c
  return m
end

local numbers = { float = true, int = true }

--- pine.matrix.new([kind,] rows, columns [, value])
local function new(kind, r, c, v)
  if type(kind) ~= "string" then kind, r, c, v = nil, kind, r, c end
  r, c = floor(r or 0), floor(c or 0)
  if r ~= r or c ~= c or r < 0 or c < 0 or r * c > MAX then
    raise("matrix.new: at most " .. core.fmt(MAX) .. " elements, got " .. core.fmt(r) .. " by " .. core.fmt(c))
  end
  if v == nil and numbers[kind] then v = NA end
  if v == nil and kind == "bool" then v = false end
  return setmetatable(filled(r, c, v), meta)
end

local function bad_index(i, n, name, what)
  if type(i) ~= "number" or i ~= i then raise("matrix." .. name .. ": the " .. what .. " is na") end
  raise("matrix." .. name .. ": " .. what .. " " .. core.fmt(i) .. " is out of range; there are " .. core.fmt(n))
end

local function index(i, n, name, what)
  if not (type(i) == "number" and i >= 0 and i < n) then bad_index(i, n, name, what) end
  return floor(i)
end

-- ---- elements ------------------------------------------------------------------------------
-- The short way is for whole indices inside; everything else is explained by the long one.
local function element(m, i, k, name)
  check(m, name)
  local c = m.cols_
  return index(i, m.rows_, name, "row") * c + index(k, c, name, "column") + 1
end

function X.get(m, i, k)
  local r, c = m.rows_, m.cols_
  if i and k and r and i >= 0 and i < r and k >= 0 and k < c and i % 1 == 0 and k % 1 == 0 then
    return m[i * c + k + 1]
  end
  return m[element(m, i, k, "get")]
end

function X.set(m, i, k, v)
  local r, c = m.rows_, m.cols_
  if i and k and r and i >= 0 and i < r and k >= 0 and k < c and i % 1 == 0 and k % 1 == 0 then
    m[i * c + k + 1] = v
    return
  end
  m[element(m, i, k, "set")] = v
end

function X.rows(m) check(m, "rows") return m.rows_ end
function X.columns(m) check(m, "columns") return m.cols_ end
function X.elements_count(m) check(m, "elements_count") return m.rows_ * m.cols_ end

function X.row(m, i)
  check(m, "row")
  local c = m.cols_
  local from, list = index(i, m.rows_, "row", "row") * c, {}
  for k = 1, c do list[k] = m[from + k] end
  return wrap_array(list, c)
end

function X.col(m, k)
  check(m, "col")
  local c = m.cols_
  local list = {}
  k = index(k, c, "col", "column") + 1
  for i = 1, m.rows_ do list[i] = m[(i - 1) * c + k] end
  return wrap_array(list, m.rows_)
end

--- for i, row in m:iter() do
function X.iter(m)
  check(m, "iter")
  local i = -1
  return function()
    i = i + 1
    if i >= m.rows_ then return nil end
    return i, X.row(m, i)
  end
end

-- ---- shape ---------------------------------------------------------------------------------
-- Takes over the elements and the shape of another list.
local function become(m, list, r, c)
  for i = 1, m.rows_ * m.cols_ do m[i] = nil end
  for i = 1, r * c do m[i] = list[i] end
  m.rows_, m.cols_ = r, c
end

local function of_size(a, n, name)
  if a == nil then return nil end
  if a.n ~= n then
    raise("matrix." .. name .. ": the array has " .. core.fmt(a.n) .. " elements, " .. core.fmt(n) .. " are needed")
  end
  return a
end

function X.add_row(m, at, a)
  check(m, "add_row")
  if m.cols_ == 0 and m.rows_ == 0 and a then m.cols_ = a.n end
  local r, c = m.rows_, m.cols_
  at = at == nil and r or index(at, r + 1, "add_row", "row")
  a = of_size(a, c, "add_row")
  for i = r * c, at * c + 1, -1 do m[i + c] = m[i] end
  for k = 1, c do
    if a then m[at * c + k] = a[k] else m[at * c + k] = NA end
  end
  m.rows_ = r + 1
end

function X.add_col(m, at, a)
  check(m, "add_col")
  if m.rows_ == 0 and m.cols_ == 0 and a then m.rows_ = a.n end
  local r, c = m.rows_, m.cols_
  at = at == nil and c or index(at, c + 1, "add_col", "column")
  a = of_size(a, r, "add_col")
  local list = {}
  for i = 0, r - 1 do
    for k = 0, c do
      local v
      if k == at then
        if a then v = a[i + 1] else v = NA end
      else
        v = m[i * c + (k < at and k or k - 1) + 1]
      end
      list[i * (c + 1) + k + 1] = v
    end
  end
  become(m, list, r, c + 1)
end

function X.remove_row(m, at)
  check(m, "remove_row")
  local r, c = m.rows_, m.cols_
  at = at == nil and r - 1 or index(at, r, "remove_row", "row")
  local row = X.row(m, at)
  for i = at * c + 1, r * c do m[i] = m[i + c] end
  m.rows_ = r - 1
  return row
end

function X.remove_col(m, at)
  check(m, "remove_col")
  local r, c = m.rows_, m.cols_
  at = at == nil and c - 1 or index(at, c, "remove_col", "column")
  local col, list, n = X.col(m, at), {}, 0
  for i = 0, r - 1 do
    for k = 0, c - 1 do
      if k ~= at then
        n = n + 1
        list[n] = m[i * c + k + 1]
      end
    end
  end
  become(m, list, r, c - 1)
  return col
end

function X.swap_rows(m, i, k)
  check(m, "swap_rows")
  local c = m.cols_
  i, k = index(i, m.rows_, "swap_rows", "row") * c, index(k, m.rows_, "swap_rows", "row") * c
  for j = 1, c do m[i + j], m[k + j] = m[k + j], m[i + j] end
end

function X.swap_columns(m, i, k)
  check(m, "swap_columns")
  local c = m.cols_
  i, k = index(i, c, "swap_columns", "column") + 1, index(k, c, "swap_columns", "column") + 1
  for r = 0, m.rows_ - 1 do m[r * c + i], m[r * c + k] = m[r * c + k], m[r * c + i] end
end

function X.reshape(m, r, c)
  check(m, "reshape")
  if r * c ~= m.rows_ * m.cols_ then raise("matrix.reshape: the number of elements must stay the same") end
  m.rows_, m.cols_ = r, c
end

function X.reverse(m)
  check(m, "reverse")
  local n = m.rows_ * m.cols_
  for i = 1, floor(n / 2) do m[i], m[n + 1 - i] = m[n + 1 - i], m[i] end
end

function X.copy(m)
  check(m, "copy")
  local list = {}
  for i = 1, m.rows_ * m.cols_ do list[i] = m[i] end
  return wrap(list, m.rows_, m.cols_)
end

function X.fill(m, v, from_row, to_row, from_col, to_col)
  check(m, "fill")
  for i = from_row or 0, (to_row or m.rows_) - 1 do
    for k = (from_col or 0) + 1, to_col or m.cols_ do m[i * m.cols_ + k] = v end
  end
end

function X.submatrix(m, from_row, to_row, from_col, to_col)
  check(m, "submatrix")
  from_row, to_row, from_col, to_col = from_row or 0, to_row or m.rows_, from_col or 0, to_col or m.cols_
  if from_row < 0 or to_row > m.rows_ or from_row > to_row or from_col < 0 or to_col > m.cols_ or from_col > to_col then
    raise("matrix.submatrix: the ranges are outside the matrix")
  end
  local list, n = {}, 0
  for i = from_row, to_row - 1 do
    for k = from_col + 1, to_col do
      n = n + 1
      list[n] = m[i * m.cols_ + k]
    end
  end
  return wrap(list, to_row - from_row, to_col - from_col)
end

function X.concat(m, other)
  check(m, "concat")
  check(other, "concat")
  if m.cols_ ~= other.cols_ then raise("matrix.concat: both need the same number of columns") end
  local n, count = m.rows_ * m.cols_, other.rows_ * other.cols_
  for i = 1, count do m[n + i] = other[i] end
  m.rows_ = m.rows_ + other.rows_
  return m
end

function X.transpose(m)
  check(m, "transpose")
  return wrap(linalg.transpose(m, m.rows_, m.cols_), m.cols_, m.rows_)
end

--- Rows in the order of one column.
function X.sort(m, column, direction)
  check(m, "sort")
  local places, c, list = X.col(m, column or 0):sort_indices(direction), m.cols_, {}
  for i = 0, m.rows_ - 1 do
    for k = 1, c do list[i * c + k] = m[places[i + 1] * c + k] end
  end
  become(m, list, m.rows_, c)
end

-- ---- arithmetic ----------------------------------------------------------------------------
local function combine(name, f)
  X[name] = function(m, other)
    check(m, name)
    local list, n = {}, m.rows_ * m.cols_
    if type(other) == "number" then
      for i = 1, n do list[i] = f(m[i], other) end
    else
      check(other, name)
      if m.rows_ ~= other.rows_ or m.cols_ ~= other.cols_ then
        raise("matrix." .. name .. ": both must have the same shape")
      end
      for i = 1, n do list[i] = f(m[i], other[i]) end
    end
    return wrap(list, m.rows_, m.cols_)
  end
end
combine("sum", function(x, y) return x + y end)
combine("diff", function(x, y) return x - y end)

function X.mult(m, other)
  check(m, "mult")
  if type(other) == "number" then
    local list = {}
    for i = 1, m.rows_ * m.cols_ do list[i] = m[i] * other end
    return wrap(list, m.rows_, m.cols_)
  end
  if getmetatable(other) == "pine.array" then
    if other.n ~= m.cols_ then raise("matrix.mult: the array needs as many elements as there are columns") end
    return wrap_array(linalg.mult(m, other, m.rows_, m.cols_, 1), m.rows_)
  end
  check(other, "mult")
  if m.cols_ ~= other.rows_ then
    raise("matrix.mult: " .. core.fmt(m.cols_) .. " columns do not fit " .. core.fmt(other.rows_) .. " rows")
  end
  return wrap(linalg.mult(m, other, m.rows_, m.cols_, other.cols_), m.rows_, other.cols_)
end

local function square(m, name)
  check(m, name)
  if m.rows_ ~= m.cols_ then raise("matrix." .. name .. ": the matrix must be square") end
  return m.rows_
end

function X.pow(m, power)
  local n = square(m, "pow")
  if power < 0 then raise("matrix.pow: the power must be 0 or more") end
  local out = linalg.identity(n)
  for _ = 1, floor(power) do out = linalg.mult(out, m, n, n, n) end
  return wrap(out, n, n)
end

function X.det(m) return linalg.det(m, square(m, "det")) end

--- Of a singular matrix every element is na.
function X.inv(m)
  local n = square(m, "inv")
  local inverse = linalg.inv(m, n)
  if not inverse then return new("float", n, n) end
  return wrap(inverse, n, n)
end

function X.pinv(m)
  check(m, "pinv")
  return wrap(linalg.pinv(m, m.rows_, m.cols_), m.cols_, m.rows_)
end

function X.rank(m)
  check(m, "rank")
  return linalg.rank(m, m.rows_, m.cols_)
end

function X.trace(m)
  local sum, n = 0, square(m, "trace")
  for i = 0, n - 1 do sum = sum + m[i * n + i + 1] end
  return sum
end

--- Largest first.
function X.eigenvalues(m)
  local n = square(m, "eigenvalues")
  local values = linalg.eigen(m, n)
  if not values then return array.new_float(n) end
  return wrap_array(values, n)
end

--- The vectors of eigenvalues() as columns.
function X.eigenvectors(m)
  local n = square(m, "eigenvectors")
  local _, vectors = linalg.eigen(m, n, true)
  if not vectors then return new("float", n, n) end
  return wrap(vectors, n, n)
end

function X.kron(m, other)
  check(m, "kron")
  check(other, "kron")
  local r, c = other.rows_, other.cols_
  local out, n = {}, 0
  for i = 0, m.rows_ * r - 1 do
    for k = 0, m.cols_ * c - 1 do
      n = n + 1
      out[n] = m[floor(i / r) * m.cols_ + floor(k / c) + 1] * other[i % r * c + k % c + 1]
    end
  end
  return wrap(out, m.rows_ * r, m.cols_ * c)
end

-- ---- statistics and tests ------------------------------------------------------------------
for name in ("avg max min median mode"):gmatch("%S+") do
  X[name] = function(m)
    check(m, name)
    local list, n = {}, m.rows_ * m.cols_
    for i = 1, n do list[i] = m[i] end
    return array[name](wrap_array(list, n))
  end
end

local function all(name, f, any_shape)
  X["is_" .. name] = function(m)
    check(m, "is_" .. name)
    local r, c = m.rows_, m.cols_
    if not any_shape and r ~= c then return false end
    for i = 1, r do
      for k = 1, c do
        if not f(m[(i - 1) * c + k], i, k, m) then return false end
      end
    end
    return true
  end
end
all("square", function() return true end)
all("identity", function(x, i, k) return x == (i == k and 1 or 0) end)
all("zero", function(x) return x == 0 end, true)
all("binary", function(x) return x == 0 or x == 1 end, true)
all("diagonal", function(x, i, k) return i == k or x == 0 end)
all("antidiagonal", function(x, i, k, m) return i + k == m.rows_ + 1 or x == 0 end)
all("symmetric", function(x, i, k, m) return x == m[(k - 1) * m.cols_ + i] end)
all("antisymmetric", function(x, i, k, m) return x == -m[(k - 1) * m.cols_ + i] end)

function X.is_triangular(m)
  check(m, "is_triangular")
  local n = m.rows_
  if n ~= m.cols_ then return false end
  local upper, lower = true, true
  for i = 1, n do
    for k = 1, n do
      if m[(i - 1) * n + k] ~= 0 then
        if k < i then upper = false elseif k > i then lower = false end
      end
    end
  end
  return upper or lower
end

function X.is_stochastic(m)
  check(m, "is_stochastic")
  for i = 0, m.rows_ - 1 do
    local sum = 0
    for k = 1, m.cols_ do
      local x = m[i * m.cols_ + k]
      if not (x >= 0) then return false end
      sum = sum + x
    end
    if abs(sum - 1) > 1e-10 then return false end
  end
  return true
end

local names = { new = new }
for name, f in next, X do names[name] = f end
return { matrix = core.view("pine.matrix", names) }
