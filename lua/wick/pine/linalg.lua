-- SPDX-License-Identifier: MIT
-- Linear algebra over flat lists, row by row (element i, k of c columns is a[(i - 1) * c + k]): what
-- pine.matrix needs.
local abs, sqrt = math.abs, math.sqrt
local NA = 0 / 0

local L = {}

function L.zeros(n)
  local m = {}
  for i = 1, n do m[i] = 0 end
  return m
end

function L.identity(n)
  local m = L.zeros(n * n)
  for i = 1, n do m[(i - 1) * n + i] = 1 end
  return m
end

local function copy(a, n)
  local m = {}
  for i = 1, n do m[i] = a[i] end
  return m
end

function L.transpose(a, r, c)
  local m = {}
  for k = 1, c do
    for i = 1, r do m[(k - 1) * r + i] = a[(i - 1) * c + k] end
  end
  return m
end

--- r by n times n by c.
function L.mult(a, b, r, n, c)
  local m = {}
  for i = 1, r do
    local row = (i - 1) * n
    for k = 1, c do
      local sum = 0
      for j = 1, n do sum = sum + a[row + j] * b[(j - 1) * c + k] end
      m[(i - 1) * c + k] = sum
    end
  end
  return m
end

local function swap_rows(a, n, i, k)
  i, k = (i - 1) * n, (k - 1) * n
  for j = 1, n do a[i + j], a[k + j] = a[k + j], a[i + j] end
end

-- Row with the largest element of column k, from row k on.
local function pivot(a, n, k)
  local best, at = abs(a[(k - 1) * n + k]), k
  for i = k + 1, n do
    local x = abs(a[(i - 1) * n + k])
    if x > best then best, at = x, i end
  end
  return best, at
end

--- Determinant by elimination with partial pivoting.
function L.det(m, n)
  if n == 1 then return m[1] end
  local a, det = copy(m, n * n), 1
  for k = 1, n do
    local best, at = pivot(a, n, k)
    if best ~= best then return NA end
    if best == 0 then
      for i = 1, n * n do
        if a[i] ~= a[i] then return NA end
      end
      return 0
    end
    if at ~= k then
      swap_rows(a, n, k, at)
      det = -det
    end
    local d = a[(k - 1) * n + k]
    det = det * d
    for i = k + 1, n do
      local f = a[(i - 1) * n + k] / d
      if f ~= 0 then
        for j = k, n do a[(i - 1) * n + j] = a[(i - 1) * n + j] - f * a[(k - 1) * n + j] end
      end
    end
  end
  return det
end

--- Inverse, or nil when there is none.
function L.inv(m, n)
  local a, b = copy(m, n * n), L.identity(n)
  for k = 1, n do
    local best, at = pivot(a, n, k)
    if not (best > 0) then return nil end
    if at ~= k then
      swap_rows(a, n, k, at)
      swap_rows(b, n, k, at)
    end
    local row = (k - 1) * n
    local d = a[row + k]
    for j = 1, n do a[row + j], b[row + j] = a[row + j] / d, b[row + j] / d end
    for i = 1, n do
      local other = (i - 1) * n
      local f = a[other + k]
      if i ~= k and f ~= 0 then
        for j = 1, n do
          a[other + j] = a[other + j] - f * a[row + j]
          b[other + j] = b[other + j] - f * b[row + j]
        end
      end
    end
  end
  return b
end

-- ---- singular values -----------------------------------------------------------------------
-- Rotates columns p and q of a matrix with r rows and c columns.
local function turn(a, r, c, p, q, cs, sn)
  for i = 0, r - 1 do
    local x, y = a[i * c + p], a[i * c + q]
    a[i * c + p], a[i * c + q] = cs * x - sn * y, sn * x + cs * y
  end
end

-- One-sided Jacobi: columns of a are made orthogonal by rotations collected in v.
local function orthogonal(a, v, r, c)
  for _ = 1, 60 do
    local turned = false
    for p = 1, c - 1 do
      for q = p + 1, c do
        local alpha, beta, gamma = 0, 0, 0
        for i = 0, r - 1 do
          local x, y = a[i * c + p], a[i * c + q]
          alpha, beta, gamma = alpha + x * x, beta + y * y, gamma + x * y
        end
        if gamma ~= 0 and abs(gamma) > 1e-15 * sqrt(alpha * beta) then
          turned = true
          local zeta = (beta - alpha) / (2 * gamma)
          local t = (zeta >= 0 and 1 or -1) / (abs(zeta) + sqrt(1 + zeta * zeta))
          local cs = 1 / sqrt(1 + t * t)
          turn(a, r, c, p, q, cs, cs * t)
          turn(v, c, c, p, q, cs, cs * t)
        end
      end
    end
    if not turned then return end
  end
end

-- Columns scaled by their singular value, the rotations, the values, and where zero begins.
local function svd(m, r, c)
  local a, v, sigma, top = copy(m, r * c), L.identity(c), {}, 0
  orthogonal(a, v, r, c)
  for k = 1, c do
    local sum = 0
    for i = 0, r - 1 do sum = sum + a[i * c + k] * a[i * c + k] end
    sigma[k] = sqrt(sum)
    if sigma[k] > top then top = sigma[k] end
  end
  return a, v, sigma, (r > c and r or c) * top * 2.220446049250313e-16
end

function L.rank(m, r, c)
  local _, _, sigma, zero = svd(m, r, c)
  local rank = 0
  for k = 1, c do
    if sigma[k] > zero then rank = rank + 1 end
  end
  return rank
end

--- Pseudo-inverse, c rows by r columns.
function L.pinv(m, r, c)
  if r < c then return L.transpose(L.pinv(L.transpose(m, r, c), c, r), r, c) end
  local a, v, sigma, zero = svd(m, r, c)
  local out = L.zeros(c * r)
  for k = 1, c do
    if sigma[k] > zero then
      local s2 = sigma[k] * sigma[k]
      for i = 1, c do
        for j = 1, r do
          local at = (i - 1) * r + j
          out[at] = out[at] + v[(i - 1) * c + k] * a[(j - 1) * c + k] / s2
        end
      end
    end
  end
  return out
end

-- ---- eigenvalues ---------------------------------------------------------------------------
local function is_symmetric(a, n)
  for i = 1, n do
    for k = i + 1, n do
      if a[(i - 1) * n + k] ~= a[(k - 1) * n + i] then return false end
    end
  end
  return true
end

-- Tangent of the rotation that makes the element between x and y zero.
local function tangent(x, y, between)
  local theta = (y - x) / (2 * between)
  return (theta >= 0 and 1 or -1) / (abs(theta) + sqrt(theta * theta + 1))
end

-- Symmetric: cyclic Jacobi. Values and, when asked for, orthonormal columns.
local function jacobi(m, n, want)
  local a, v = copy(m, n * n), want and L.identity(n)
  for _ = 1, 100 do
    local turned = false
    for p = 1, n - 1 do
      for q = p + 1, n do
        local pq, pp, qq = (p - 1) * n + q, (p - 1) * n + p, (q - 1) * n + q
        local x = abs(a[pq])
        -- Too small to change either neighbour: it is zero.
        if x > 0 and (abs(a[pp]) + x ~= abs(a[pp]) or abs(a[qq]) + x ~= abs(a[qq])) then
          turned = true
          local t = tangent(a[pp], a[qq], a[pq])
          local c = 1 / sqrt(t * t + 1)
          local s = t * c
          turn(a, n, n, p, q, c, s)
          local i, k = (p - 1) * n, (q - 1) * n
          for j = 1, n do
            local y, z = a[i + j], a[k + j]
            a[i + j], a[k + j] = c * y - s * z, s * y + c * z
          end
          a[pq], a[(q - 1) * n + p] = 0, 0
          if v then turn(v, n, n, p, q, c, s) end
        end
      end
    end
    if not turned then break end
  end
  local values = {}
  for i = 1, n do values[i] = a[(i - 1) * n + i] end
  return values, v
end

-- Eigenvalues of a 2 by 2 block.
local function block(a, b, c, d)
  local half, det = (a + d) / 2, a * d - b * c
  local disc = half * half - det
  if disc >= 0 then
    local root = sqrt(disc)
    return half + root, half - root
  end
  return half, half -- a complex pair: its real part
end

-- One step of QR with a shift on the leading m by m part, by Givens rotations.
local function qr_step(a, n, m, shift)
  for i = 1, m do a[(i - 1) * n + i] = a[(i - 1) * n + i] - shift end
  local spins = {}
  for k = 1, m - 1 do
    for i = k + 1, m do
      local x, y = a[(k - 1) * n + k], a[(i - 1) * n + k]
      if y ~= 0 then
        local r = sqrt(x * x + y * y)
        local c, s = x / r, y / r
        for j = 1, m do
          local p, q = a[(k - 1) * n + j], a[(i - 1) * n + j]
          a[(k - 1) * n + j], a[(i - 1) * n + j] = c * p + s * q, c * q - s * p
        end
        spins[#spins + 1] = { k, i, c, s }
      end
    end
  end
  for t = 1, #spins do
    local k, i, c, s = spins[t][1], spins[t][2], spins[t][3], spins[t][4]
    for j = 0, m - 1 do
      local p, q = a[j * n + k], a[j * n + i]
      a[j * n + k], a[j * n + i] = c * p + s * q, c * q - s * p
    end
  end
  for i = 1, m do a[(i - 1) * n + i] = a[(i - 1) * n + i] + shift end
end

local function general(matrix, n)
  local a, values, m, turns = copy(matrix, n * n), {}, n, 0
  while m > 1 do
    local last = (m - 1) * n
    local w, x, y, z = a[last - n + m - 1], a[last - n + m], a[last + m - 1], a[last + m]
    local below = 0
    for k = 1, m - 1 do below = below + abs(a[last + k]) end
    if below <= 1e-15 * (abs(w) + abs(z)) * m then
      values[m] = z
      m, turns = m - 1, 0
    elseif turns >= 500 or m == 2 then
      values[m - 1], values[m] = block(w, x, y, z)
      m, turns = m - 2, 0
    else
      local e, f = block(w, x, y, z)
      qr_step(a, n, m, abs(e - z) < abs(f - z) and e or f)
      turns = turns + 1
    end
  end
  if m == 1 then values[1] = a[1] end
  return values
end

-- Unit vector that m - value * I all but sends to nothing, by inverse iteration.
local function vector_of(m, n, value)
  local a, size, x = copy(m, n * n), 0, {}
  for i = 1, n * n do size = size + abs(m[i]) end
  local nudge = (size > 0 and size or 1) * 1e-13
  for i = 1, n do
    a[(i - 1) * n + i] = a[(i - 1) * n + i] - value - nudge
    x[i] = 1 / sqrt(n) + i * 1e-3
  end
  local inverse = L.inv(a, n)
  if not inverse then return x end
  for _ = 1, 3 do
    local y, norm = L.mult(inverse, x, n, n, 1), 0
    for i = 1, n do norm = norm + y[i] * y[i] end
    norm = sqrt(norm)
    for i = 1, n do x[i] = y[i] / norm end
  end
  return x
end

-- Symmetric 2 by 2, the common case: one rotation, nothing allocated.
local function pair(a, b, d)
  if b ~= 0 then
    local t = tangent(a, d, b)
    a, d = a - t * b, d + t * b
  end
  if a >= d then return a, d end
  return d, a
end

--- Eigenvalues, largest first, and (when asked for) their vectors as columns; nil with na inside.
function L.eigen(m, n, want_vectors)
  if n == 2 and not want_vectors and m[2] == m[3] then
    local e, f = pair(m[1], m[2], m[4])
    if e - e ~= 0 or f - f ~= 0 then return nil end
    return { e, f }
  end
  for i = 1, n * n do
    if m[i] - m[i] ~= 0 then return nil end
  end
  local values, columns
  if is_symmetric(m, n) then values, columns = jacobi(m, n, want_vectors) else values = general(m, n) end
  local places = {}
  for i = 1, n do -- stable insertion
    local k = i - 1
    while k > 0 and values[places[k]] < values[i] do
      places[k + 1] = places[k]
      k = k - 1
    end
    places[k + 1] = i
  end
  local out, vectors = {}, want_vectors and {} or nil
  for k = 1, n do
    out[k] = values[places[k]]
    if vectors then
      local x = not columns and vector_of(m, n, out[k])
      for i = 1, n do
        vectors[(i - 1) * n + k] = columns and columns[(i - 1) * n + places[k]] or x[i]
      end
    end
  end
  return out, vectors
end

return L
