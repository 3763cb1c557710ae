-- SPDX-License-Identifier: MIT
-- pine.matrix: { rows_ = r, cols_ = c, at_ = { row, ... } } with Pine's functions as methods.
local core = ...
local type, setmetatable, getmetatable = type, setmetatable, getmetatable
local floor, abs = math.floor, math.abs
local raise = core.raise
local NA = 0 / 0
local MAX = 100000

local linalg = core.module "wick.pine.linalg"
local array = core.module("wick.pine.array").array

local X = {}
local meta = { __index = X, __metatable = "pine.matrix" }

local function check(m, name)
  if getmetatable(m) ~= "pine.matrix" then
    if m == nil then raise("matrix." .. name .. ": the matrix is na") end
    raise("matrix." .. name .. ": a matrix is expected, got " .. type(m))
  end
end

local function wrap(rows, r, c) return setmetatable({ rows_ = r, cols_ = c, at_ = rows }, meta) end

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
  local rows = {}
  for i = 1, r do
    local row = {}
    for k = 1, c do row[k] = v end
    rows[i] = row
  end
  return wrap(rows, r, c)
end

local function index(i, n, name, what)
  if type(i) ~= "number" or i ~= i then raise("matrix." .. name .. ": the " .. what .. " is na") end
  i = floor(i)
  if i < 0 or i >= n then
    raise("matrix." .. name .. ": " .. what .. " " .. core.fmt(i) .. " is out of range; there are " .. core.fmt(n))
  end
  return i + 1
end

-- ---- elements ------------------------------------------------------------------------------
function X.get(m, i, k)
  check(m, "get")
  return m.at_[index(i, m.rows_, "get", "row")][index(k, m.cols_, "get", "column")]
end

function X.set(m, i, k, v)
  check(m, "set")
  m.at_[index(i, m.rows_, "set", "row")][index(k, m.cols_, "set", "column")] = v
end

function X.rows(m) check(m, "rows") return m.rows_ end
function X.columns(m) check(m, "columns") return m.cols_ end
function X.elements_count(m) check(m, "elements_count") return m.rows_ * m.cols_ end

local function to_array(list, n)
  local a = array.new(n)
  for i = 1, n do a[i] = list[i] end
  return a
end

function X.row(m, i)
  check(m, "row")
  return to_array(m.at_[index(i, m.rows_, "row", "row")], m.cols_)
end

function X.col(m, k)
  check(m, "col")
  k = index(k, m.cols_, "col", "column")
  local list = {}
  for i = 1, m.rows_ do list[i] = m.at_[i][k] end
  return to_array(list, m.rows_)
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
local function list_of(a, n, name)
  if a ~= nil and a.n ~= n then
    raise("matrix." .. name .. ": the array has " .. core.fmt(a.n) .. " elements, " .. core.fmt(n) .. " are needed")
  end
  local list = {}
  for i = 1, n do
    if a ~= nil then list[i] = a[i] else list[i] = NA end
  end
  return list
end

function X.add_row(m, at, a)
  check(m, "add_row")
  if m.cols_ == 0 and m.rows_ == 0 and a then m.cols_ = a.n end
  local i = at == nil and m.rows_ + 1 or index(at, m.rows_ + 1, "add_row", "row")
  for k = m.rows_, i, -1 do m.at_[k + 1] = m.at_[k] end
  m.at_[i] = list_of(a, m.cols_, "add_row")
  m.rows_ = m.rows_ + 1
end

function X.add_col(m, at, a)
  check(m, "add_col")
  if m.rows_ == 0 and m.cols_ == 0 and a then
    for i = 1, a.n do m.at_[i] = {} end
    m.rows_ = a.n
  end
  local k = at == nil and m.cols_ + 1 or index(at, m.cols_ + 1, "add_col", "column")
  local list = list_of(a, m.rows_, "add_col")
  for i = 1, m.rows_ do
    local row = m.at_[i]
    for j = m.cols_, k, -1 do row[j + 1] = row[j] end
    row[k] = list[i]
  end
  m.cols_ = m.cols_ + 1
end

function X.remove_row(m, at)
  check(m, "remove_row")
  local i = at == nil and m.rows_ or index(at, m.rows_, "remove_row", "row")
  local row = to_array(m.at_[i], m.cols_)
  for k = i, m.rows_ do m.at_[k] = m.at_[k + 1] end
  m.rows_ = m.rows_ - 1
  return row
end

function X.remove_col(m, at)
  check(m, "remove_col")
  local k = at == nil and m.cols_ or index(at, m.cols_, "remove_col", "column")
  local col = X.col(m, k - 1)
  for i = 1, m.rows_ do
    local row = m.at_[i]
    for j = k, m.cols_ do row[j] = row[j + 1] end
  end
  m.cols_ = m.cols_ - 1
  return col
end

function X.swap_rows(m, i, k)
  check(m, "swap_rows")
  i, k = index(i, m.rows_, "swap_rows", "row"), index(k, m.rows_, "swap_rows", "row")
  m.at_[i], m.at_[k] = m.at_[k], m.at_[i]
end

function X.swap_columns(m, i, k)
  check(m, "swap_columns")
  i, k = index(i, m.cols_, "swap_columns", "column"), index(k, m.cols_, "swap_columns", "column")
  for r = 1, m.rows_ do m.at_[r][i], m.at_[r][k] = m.at_[r][k], m.at_[r][i] end
end

local function flat(m)
  local list, n = {}, 0
  for i = 1, m.rows_ do
    for k = 1, m.cols_ do
      n = n + 1
      list[n] = m.at_[i][k]
    end
  end
  return list, n
end

local function from_flat(list, r, c)
  local rows = {}
  for i = 1, r do
    local row = {}
    for k = 1, c do row[k] = list[(i - 1) * c + k] end
    rows[i] = row
  end
  return rows
end

function X.reshape(m, r, c)
  check(m, "reshape")
  if r * c ~= m.rows_ * m.cols_ then raise("matrix.reshape: the number of elements must stay the same") end
  m.at_ = from_flat((flat(m)), r, c)
  m.rows_, m.cols_ = r, c
end

function X.reverse(m)
  check(m, "reverse")
  local list, n = flat(m)
  for i = 1, floor(n / 2) do list[i], list[n + 1 - i] = list[n + 1 - i], list[i] end
  m.at_ = from_flat(list, m.rows_, m.cols_)
end

function X.copy(m)
  check(m, "copy")
  return wrap(from_flat((flat(m)), m.rows_, m.cols_), m.rows_, m.cols_)
end

function X.fill(m, v, from_row, to_row, from_col, to_col)
  check(m, "fill")
  for i = (from_row or 0) + 1, to_row or m.rows_ do
    for k = (from_col or 0) + 1, to_col or m.cols_ do m.at_[i][k] = v end
  end
end

function X.submatrix(m, from_row, to_row, from_col, to_col)
  check(m, "submatrix")
  from_row, to_row, from_col, to_col = from_row or 0, to_row or m.rows_, from_col or 0, to_col or m.cols_
  if from_row < 0 or to_row > m.rows_ or from_row > to_row or from_col < 0 or to_col > m.cols_ or from_col > to_col then
    raise("matrix.submatrix: the ranges are outside the matrix")
  end
  local rows = {}
  for i = from_row + 1, to_row do
    local row = {}
    for k = from_col + 1, to_col do row[k - from_col] = m.at_[i][k] end
    rows[i - from_row] = row
  end
  return wrap(rows, to_row - from_row, to_col - from_col)
end

function X.concat(m, other)
  check(m, "concat")
  check(other, "concat")
  if m.cols_ ~= other.cols_ then raise("matrix.concat: both need the same number of columns") end
  for i = 1, other.rows_ do
    m.at_[m.rows_ + i] = from_flat((flat(other)), other.rows_, other.cols_)[i]
  end
  m.rows_ = m.rows_ + other.rows_
  return m
end

function X.transpose(m)
  check(m, "transpose")
  local rows = {}
  for k = 1, m.cols_ do
    local row = {}
    for i = 1, m.rows_ do row[i] = m.at_[i][k] end
    rows[k] = row
  end
  return wrap(rows, m.cols_, m.rows_)
end

--- Rows in the order of one column.
function X.sort(m, column, direction)
  check(m, "sort")
  local places = X.col(m, column or 0):sort_indices(direction)
  local rows = {}
  for i = 1, m.rows_ do rows[i] = m.at_[places[i] + 1] end
  m.at_ = rows
end

-- ---- arithmetic ----------------------------------------------------------------------------
local function each(m, f)
  local rows = {}
  for i = 1, m.rows_ do
    local row = {}
    for k = 1, m.cols_ do row[k] = f(m.at_[i][k], i, k) end
    rows[i] = row
  end
  return wrap(rows, m.rows_, m.cols_)
end

local function combine(name, f)
  X[name] = function(m, other)
    check(m, name)
    if type(other) == "number" then return each(m, function(x) return f(x, other) end) end
    check(other, name)
    if m.rows_ ~= other.rows_ or m.cols_ ~= other.cols_ then
      raise("matrix." .. name .. ": both must have the same shape")
    end
    return each(m, function(x, i, k) return f(x, other.at_[i][k]) end)
  end
end
combine("sum", function(x, y) return x + y end)
combine("diff", function(x, y) return x - y end)

function X.mult(m, other)
  check(m, "mult")
  if type(other) == "number" then return each(m, function(x) return x * other end) end
  if getmetatable(other) == "pine.array" then
    if other.n ~= m.cols_ then raise("matrix.mult: the array needs as many elements as there are columns") end
    local out = array.new_float(m.rows_)
    for i = 1, m.rows_ do
      local sum = 0
      for k = 1, m.cols_ do sum = sum + m.at_[i][k] * other[k] end
      out[i] = sum
    end
    return out
  end
  check(other, "mult")
  if m.cols_ ~= other.rows_ then
    raise("matrix.mult: " .. core.fmt(m.cols_) .. " columns do not fit " .. core.fmt(other.rows_) .. " rows")
  end
  return wrap(linalg.mult(m.at_, other.at_, m.rows_, m.cols_, other.cols_), m.rows_, other.cols_)
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
  for _ = 1, floor(power) do out = linalg.mult(out, m.at_, n, n, n) end
  return wrap(out, n, n)
end

function X.det(m) return linalg.det(m.at_, square(m, "det")) end

--- Of a singular matrix every element is na.
function X.inv(m)
  local n = square(m, "inv")
  local inverse = linalg.inv(m.at_, n)
  if not inverse then return new("float", n, n) end
  return wrap(inverse, n, n)
end

function X.pinv(m)
  check(m, "pinv")
  return wrap(linalg.pinv(m.at_, m.rows_, m.cols_), m.cols_, m.rows_)
end

function X.rank(m)
  check(m, "rank")
  return linalg.rank(m.at_, m.rows_, m.cols_)
end

function X.trace(m)
  local sum = 0
  for i = 1, square(m, "trace") do sum = sum + m.at_[i][i] end
  return sum
end

--- Largest first.
function X.eigenvalues(m)
  local n = square(m, "eigenvalues")
  return to_array(linalg.eigen(m.at_, n) or array.new_float(n), n)
end

--- The vectors of eigenvalues() as columns.
function X.eigenvectors(m)
  local n = square(m, "eigenvectors")
  local _, vectors = linalg.eigen(m.at_, n, true)
  if not vectors then return new("float", n, n) end
  return wrap(vectors, n, n)
end

function X.kron(m, other)
  check(m, "kron")
  check(other, "kron")
  local r, c = other.rows_, other.cols_
  local out = new("float", m.rows_ * r, m.cols_ * c)
  for i = 1, m.rows_ * r do
    for k = 1, m.cols_ * c do
      local x = m.at_[floor((i - 1) / r) + 1][floor((k - 1) / c) + 1]
      out.at_[i][k] = x * other.at_[(i - 1) % r + 1][(k - 1) % c + 1]
    end
  end
  return out
end

-- ---- statistics and tests ------------------------------------------------------------------
for name in ("avg max min median mode"):gmatch("%S+") do
  X[name] = function(m)
    check(m, name)
    local list, n = flat(m)
    return array[name](to_array(list, n))
  end
end

local function all(name, f, any_shape)
  X["is_" .. name] = function(m)
    check(m, "is_" .. name)
    if not any_shape and m.rows_ ~= m.cols_ then return false end
    for i = 1, m.rows_ do
      for k = 1, m.cols_ do
        if not f(m.at_[i][k], i, k, m) then return false end
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
all("symmetric", function(x, i, k, m) return x == m.at_[k][i] end)
all("antisymmetric", function(x, i, k, m) return x == -m.at_[k][i] end)

function X.is_triangular(m)
  check(m, "is_triangular")
  if m.rows_ ~= m.cols_ then return false end
  local upper, lower = true, true
  for i = 1, m.rows_ do
    for k = 1, m.cols_ do
      if m.at_[i][k] ~= 0 then
        if k < i then upper = false elseif k > i then lower = false end
      end
    end
  end
  return upper or lower
end

function X.is_stochastic(m)
  check(m, "is_stochastic")
  for i = 1, m.rows_ do
    local sum = 0
    for k = 1, m.cols_ do
      if not (m.at_[i][k] >= 0) then return false end
      sum = sum + m.at_[i][k]
    end
    if abs(sum - 1) > 1e-10 then return false end
  end
  return true
end

local names = { new = new }
for name, f in next, X do names[name] = f end
return { matrix = core.view("pine.matrix", names) }
