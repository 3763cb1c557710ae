-- SPDX-License-Identifier: MIT
-- Linear algebra over lists of rows ({ { a11, a12 }, ... }): what pine.matrix needs.
local abs, sqrt, floor = math.abs, math.sqrt, math.floor
local NA = 0 / 0

local L = {}

function L.zeros(r, c)
  local m = {}
  for i = 1, r do
    local row = {}
    for k = 1, c do row[k] = 0 end
    m[i] = row
  end
  return m
end

function L.identity(n)
  local m = L.zeros(n, n)
  for i = 1, n do m[i][i] = 1 end
  return m
end

function L.copy(a)
  local m = {}
  for i = 1, #a do
    local row, from = {}, a[i]
    for k = 1, #from do row[k] = from[k] end
    m[i] = row
  end
  return m
end

function L.transpose(a, r, c)
  local m = L.zeros(c, r)
  for i = 1, r do
    for k = 1, c do m[k][i] = a[i][k] end
  end
  return m
end

function L.mult(a, b, r, n, c)
  local m = L.zeros(r, c)
  for i = 1, r do
    local x, out = a[i], m[i]
    for k = 1, c do
      local sum = 0
      for j = 1, n do sum = sum + x[j] * b[j][k] end
      out[k] = sum
    end
  end
  return m
end

-- Row with the largest element of column k from row k on moves to k; false when all are zero.
local function pivot(a, k, n)
  local best, at = abs(a[k][k]), k
  for i = k + 1, n do
    if abs(a[i][k]) > best then best, at = abs(a[i][k]), i end
  end
  if at ~= k then a[k], a[at] = a[at], a[k] end
  return best > 0, at ~= k
end

--- Determinant by elimination with partial pivoting.
function L.det(m, n)
  local a, det = L.copy(m), 1
  for k = 1, n do
    local some, swapped = pivot(a, k, n)
    if not some then
      for i = k, n do
        if a[i][k] ~= a[i][k] then return NA end
      end
      return 0
    end
    if swapped then det = -det end
    det = det * a[k][k]
    for i = k + 1, n do
      local f = a[i][k] / a[k][k]
      if f ~= 0 then
        for j = k, n do a[i][j] = a[i][j] - f * a[k][j] end
      end
    end
  end
  return det
end

--- Inverse, or nil when there is none.
function L.inv(m, n)
  local a, b = L.copy(m), L.identity(n)
  for k = 1, n do
    local best, at = abs(a[k][k]), k
    for i = k + 1, n do
      if abs(a[i][k]) > best then best, at = abs(a[i][k]), i end
    end
    if not (best > 0) then return nil end
    a[k], a[at] = a[at], a[k]
    b[k], b[at] = b[at], b[k]
    local d = a[k][k]
    for j = 1, n do
      a[k][j] = a[k][j] / d
      b[k][j] = b[k][j] / d
    end
    for i = 1, n do
      local f = a[i][k]
      if i ~= k and f ~= 0 then
        for j = 1, n do
          a[i][j] = a[i][j] - f * a[k][j]
          b[i][j] = b[i][j] - f * b[k][j]
        end
      end
    end
  end
  return b
end

-- ---- singular values -----------------------------------------------------------------------
-- One-sided Jacobi: columns of a are made orthogonal by rotations collected in v.
local function orthogonal(a, v, r, c)
  for _ = 1, 60 do
    local turned = false
    for p = 1, c - 1 do
      for q = p + 1, c do
        local alpha, beta, gamma = 0, 0, 0
        for i = 1, r do
          local x, y = a[i][p], a[i][q]
          alpha, beta, gamma = alpha + x * x, beta + y * y, gamma + x * y
        end
        if abs(gamma) > 1e-15 * sqrt(alpha * beta) and gamma ~= 0 then
          turned = true
          local zeta = (beta - alpha) / (2 * gamma)
          local t = (zeta >= 0 and 1 or -1) / (abs(zeta) + sqrt(1 + zeta * zeta))
          local cs = 1 / sqrt(1 + t * t)
          local sn = cs * t
          for i = 1, r do
            local x, y = a[i][p], a[i][q]
            a[i][p], a[i][q] = cs * x - sn * y, sn * x + cs * y
          end
          for i = 1, c do
            local x, y = v[i][p], v[i][q]
            v[i][p], v[i][q] = cs * x - sn * y, sn * x + cs * y
          end
        end
      end
    end
    if not turned then return end
  end
end

-- Columns scaled by their singular value, v, and the values.
local function svd(m, r, c)
  local a, v, sigma = L.copy(m), L.identity(c), {}
  orthogonal(a, v, r, c)
  for k = 1, c do
    local sum = 0
    for i = 1, r do sum = sum + a[i][k] * a[i][k] end
    sigma[k] = sqrt(sum)
  end
  return a, v, sigma
end

local function cutoff(sigma, r, c)
  local top = 0
  for k = 1, c do
    if sigma[k] > top then top = sigma[k] end
  end
  return (r > c and r or c) * top * 2.220446049250313e-16
end

function L.rank(m, r, c)
  local _, _, sigma = svd(m, r, c)
  local eps, rank = cutoff(sigma, r, c), 0
  for k = 1, c do
    if sigma[k] > eps then rank = rank + 1 end
  end
  return rank
end

--- Pseudo-inverse, c rows by r columns.
function L.pinv(m, r, c)
  if r < c then return L.transpose(L.pinv(L.transpose(m, r, c), c, r), r, c) end
  local a, v, sigma = svd(m, r, c)
  local eps, out = cutoff(sigma, r, c), L.zeros(c, r)
  for k = 1, c do
    if sigma[k] > eps then
      local s2 = sigma[k] * sigma[k]
      for i = 1, c do
        for j = 1, r do out[i][j] = out[i][j] + v[i][k] * a[j][k] / s2 end
      end
    end
  end
  return out
end

-- ---- eigenvalues ---------------------------------------------------------------------------
function L.is_symmetric(a, n)
  for i = 1, n do
    for k = i + 1, n do
      if a[i][k] ~= a[k][i] then return false end
    end
  end
  return true
end

-- Symmetric: cyclic Jacobi. Values and orthonormal columns.
local function jacobi(m, n)
  local a, v = L.copy(m), L.identity(n)
  for _ = 1, 100 do
    local off = 0
    for p = 1, n - 1 do
      for q = p + 1, n do off = off + a[p][q] * a[p][q] end
    end
    if not (off > 0) then break end
    for p = 1, n - 1 do
      for q = p + 1, n do
        local apq = a[p][q]
        -- Too small to change either neighbour: it is zero.
        if abs(apq) <= 1e-300 or (abs(a[p][p]) + abs(apq) == abs(a[p][p]) and abs(a[q][q]) + abs(apq) == abs(a[q][q])) then
          a[p][q], a[q][p] = 0, 0
        else
          local theta = (a[q][q] - a[p][p]) / (2 * apq)
          local t = (theta >= 0 and 1 or -1) / (abs(theta) + sqrt(theta * theta + 1))
          local c = 1 / sqrt(t * t + 1)
          local s = t * c
          for k = 1, n do
            local x, y = a[k][p], a[k][q]
            a[k][p], a[k][q] = c * x - s * y, s * x + c * y
          end
          for k = 1, n do
            local x, y = a[p][k], a[q][k]
            a[p][k], a[q][k] = c * x - s * y, s * x + c * y
          end
          for k = 1, n do
            local x, y = v[k][p], v[k][q]
            v[k][p], v[k][q] = c * x - s * y, s * x + c * y
          end
        end
      end
    end
  end
  local values = {}
  for i = 1, n do values[i] = a[i][i] end
  return values, v
end

-- Eigenvalues of the trailing 2 by 2 block.
local function block(a, b, c, d)
  local half, det = (a + d) / 2, a * d - b * c
  local disc = half * half - det
  if disc >= 0 then
    local root = sqrt(disc)
    return half + root, half - root
  end
  return half, half -- a complex pair: its real part
end

-- General: QR by Givens rotations with Wilkinson's shift, working on the leading m by m part.
local function general(matrix, n)
  local a, values, m, turns = L.copy(matrix), {}, n, 0
  while m > 0 do
    if m == 1 then
      values[1] = a[1][1]
      break
    end
    local small = abs(a[m - 1][m - 1]) + abs(a[m][m])
    if small == 0 then small = 1 end
    -- The row below the diagonal has to vanish as a whole: the matrix is not of Hessenberg form.
    local below = 0
    for k = 1, m - 1 do below = below + abs(a[m][k]) end
    if below <= 1e-15 * small * m then
      values[m] = a[m][m]
      m, turns = m - 1, 0
    elseif turns >= 500 or m == 2 then
      values[m - 1], values[m] = block(a[m - 1][m - 1], a[m - 1][m], a[m][m - 1], a[m][m])
      m, turns = m - 2, 0
    else
      local x, y = block(a[m - 1][m - 1], a[m - 1][m], a[m][m - 1], a[m][m])
      local shift = abs(x - a[m][m]) < abs(y - a[m][m]) and x or y
      for i = 1, m do a[i][i] = a[i][i] - shift end
      local spins = {}
      for k = 1, m - 1 do
        for i = k + 1, m do
          local r = sqrt(a[k][k] * a[k][k] + a[i][k] * a[i][k])
          if r > 0 and a[i][k] ~= 0 then
            local c, s = a[k][k] / r, a[i][k] / r
            for j = 1, m do
              local p, q = a[k][j], a[i][j]
              a[k][j], a[i][j] = c * p + s * q, c * q - s * p
            end
            spins[#spins + 1] = { k, i, c, s }
          end
        end
      end
      for t = 1, #spins do
        local k, i, c, s = spins[t][1], spins[t][2], spins[t][3], spins[t][4]
        for j = 1, m do
          local p, q = a[j][k], a[j][i]
          a[j][k], a[j][i] = c * p + s * q, c * q - s * p
        end
      end
      for i = 1, m do a[i][i] = a[i][i] + shift end
      turns = turns + 1
    end
  end
  return values
end

-- Unit vector that a - value * I all but sends to nothing: two turns of inverse iteration.
local function vector_of(m, n, value)
  local a, size = L.copy(m), 0
  for i = 1, n do
    for k = 1, n do size = size + abs(m[i][k]) end
  end
  local nudge = (size > 0 and size or 1) * 1e-13
  for i = 1, n do a[i][i] = a[i][i] - value - nudge end
  local inverse = L.inv(a, n)
  local x = {}
  for i = 1, n do x[i] = 1 / sqrt(n) + i * 1e-3 end
  if not inverse then return x end
  for _ = 1, 3 do
    local y, norm = {}, 0
    for i = 1, n do
      local sum = 0
      for k = 1, n do sum = sum + inverse[i][k] * x[k] end
      y[i] = sum
      norm = norm + sum * sum
    end
    norm = sqrt(norm)
    for i = 1, n do x[i] = y[i] / norm end
  end
  return x
end

--- Eigenvalues, largest first, and their vectors as columns.
function L.eigen(m, n, want_vectors)
  for i = 1, n do
    for k = 1, n do
      if m[i][k] - m[i][k] ~= 0 then return nil end
    end
  end
  local values, columns
  if L.is_symmetric(m, n) then values, columns = jacobi(m, n) else values = general(m, n) end
  local places = {}
  for i = 1, n do places[i] = i end
  for i = 2, n do -- stable insertion
    local p, k = places[i], i - 1
    while k > 0 and values[places[k]] < values[p] do
      places[k + 1] = places[k]
      k = k - 1
    end
    places[k + 1] = p
  end
  local out, vectors = {}, want_vectors and L.zeros(n, n) or nil
  for k = 1, n do
    out[k] = values[places[k]]
    if vectors then
      local x = not columns and vector_of(m, n, out[k])
      for i = 1, n do vectors[i][k] = columns and columns[i][places[k]] or x[i] end
    end
  end
  return out, vectors
end

return L
