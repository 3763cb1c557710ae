-- SPDX-License-Identifier: MIT
-- Arrays, maps, matrices, types and enumerations.

local NA = 0 / 0
local array, map, matrix = pine.array, pine.map, pine.matrix

local function list(a)
  local out = {}
  for i, v in a:iter() do out[i + 1] = v end
  return out
end

test("arrays: indices from 0 and from the end, na indices, out of range", function()
  local a = array.from(10, 20, 30)
  equal(a:get(0), 10)
  equal(a:get(-1), 30)
  equal(a:get(1.9), 20)
  check(a:get(NA) == nil)
  a:set(NA, 5) -- ignored
  a:set(-3, 11)
  equal(list(a), { 11, 20, 30 })
  raises(function() a:get(3) end, "index 3 is out of range; the array has 3 elements")
  raises(function() a:get(-4) end, "out of range")
  raises(function() a:set(7, 1) end, "out of range")
  raises(function() array.get(nil, 0) end, "nil")
  raises(function() return array.sise end, "did you mean pine.array.size?")
end)

test("arrays grow and shrink at both ends and in the middle", function()
  local a = array.new_float(2)
  check(pine.na(a:get(0)) and a:size() == 2)
  a:clear()
  a:push(1) a:push(2) a:unshift(0) a:insert(1, 0.5)
  equal(list(a), { 0, 0.5, 1, 2 })
  equal(a:pop(), 2)
  equal(a:shift(), 0)
  equal(a:remove(0), 0.5)
  equal(list(a), { 1 })
  raises(function() array.new():pop() end, "empty")
  equal(list(array.new(3, "x")), { "x", "x", "x" })
  equal(list(array.new_bool(2)), { false, false })
end)

test("a slice is a window on its array", function()
  local a = array.from(10, 20, 30, 40, 50)
  local b = a:slice(1, 4)
  equal(list(b), { 20, 30, 40 })
  b:set(0, 99)
  equal(a:get(1), 99)
  a:set(2, 7)
  equal(b:get(1), 7)
  b:push(5)
  equal(list(a), { 10, 99, 7, 40, 5, 50 })
  equal(list(b), { 99, 7, 40, 5 })
  equal(b:sum(), 151)
  b:sort()
  equal(list(a), { 10, 5, 7, 40, 99, 50 })
  equal(b:pop(), 99)
  equal(b:shift(), 5)
  b:unshift(1)
  equal(b:remove(1), 7)
  equal(list(a), { 10, 1, 40, 50 })
  local c = b:slice(1, 2)
  c:fill(8)
  c:insert(0, 6)
  equal(list(a), { 10, 1, 6, 8, 50 })
  b:clear()
  equal(b:size(), 0)
  local d = b:copy()
  d:push(1)
  equal(list(a), { 10, 50 })
  equal(d:size(), 1)
  equal(b:includes(10), false)
end)

test("arrays are references; copies are not", function()
  local a = array.from(1, 2, 3)
  local b, c = a, a:copy()
  b:push(4)
  equal(a:size(), 4)
  equal(c:size(), 3)
  equal(list(a:slice(1, 3)), { 2, 3 })
  equal(list(a:concat(array.from(9))), { 1, 2, 3, 4, 9 })
  a:reverse()
  equal(a:first(), 9)
  equal(a:last(), 1)
  equal(a:join("-"), "9-4-3-2-1")
end)

test("searching: tolerant by value, exact by bisection", function()
  local a = array.from(1, 2, 2, 4)
  equal(a:indexof(2 + 5e-11), 1)
  equal(a:lastindexof(2), 2)
  check(a:includes(4) and not a:includes(3))
  equal(a:indexof(NA), -1)
  equal(a:binary_search(2) >= 1, true)
  equal(a:binary_search(2 + 5e-11), -1)
  equal(a:binary_search_leftmost(2), 1)
  equal(a:binary_search_rightmost(2), 2)
  equal(a:binary_search_leftmost(3), 2)
  equal(a:binary_search_leftmost(0), 0) -- below all of them
  equal(array.from(1, 2, 2, 2, 2):binary_search(2), 2) -- the middle one is met first
  equal(a:binary_search_rightmost(3), 3)
end)

test("reductions pass over na; of nothing they are na", function()
  local a = array.from(3, NA, 1, 2)
  equal(a:sum(), 6)
  equal(a:avg(), 2)
  equal(a:min(), 1)
  equal(a:max(), 3)
  equal(a:max(1), 2)
  equal(a:median(), 2)
  equal(a:range(), 2)
  near(a:stdev(), math.sqrt(2 / 3), 1e-15)
  equal(a:variance(false), 1)
  local e = array.new_float()
  for _, f in ipairs { "sum", "avg", "min", "max", "median", "mode", "stdev", "variance" } do
    check(pine.na(e[f](e)), f)
  end
  check(e:every() == false and e:some() == false)
  check(array.from(true, true):every() and not array.from(true, false):every())
  check(array.from(false, true):some())
  equal(array.from(2, 1, 2, 1, 3):mode(), 1) -- the smallest of the most frequent
  near(array.from(1, 2, 3):covariance(array.from(2, 4, 6)), 4 / 3, 1e-15)
end)

test("sort puts na last, both ways; indices too", function()
  local a = array.from(3, NA, 1, 2)
  equal(list(a:sort_indices()), { 2, 3, 0, 1 })
  a:sort()
  equal(a:get(0), 1)
  check(pine.na(a:last()))
  a:sort("descending")
  equal(a:get(0), 3)
  check(pine.na(a:last()))
end)

test("percentiles and ranks", function()
  local a = array.from(15, 20, 35, 40, 50)
  equal(a:percentile_nearest_rank(40), 20)
  equal(a:percentile_nearest_rank(100), 50)
  near(a:percentile_linear_interpolation(40), 27.5, 1e-12) -- rank 2.5 of 5, as in ta
  equal(a:percentile_linear_interpolation(5), 15)
  equal(a:percentile_linear_interpolation(100), 50)
  equal(a:percentrank(2), 50)
  check(pine.na(array.from(1, NA):percentile_linear_interpolation(100))) -- na sorts to the end
end)

test("maps keep the order of their keys; a missing one is na", function()
  local m = map.new("float")
  check(m:put("b", 1) ~= nil and pine.na(m:get("x")))
  m:put("a", 2)
  m:put("c", 3)
  equal(m:put("b", 9), 1)
  equal(list(m:keys()), { "b", "a", "c" })
  equal(list(m:values()), { 9, 2, 3 })
  equal(m:remove("a"), 2)
  check(not m:contains("a") and m:size() == 2)
  m:put("a", 5)
  equal(list(m:keys()), { "b", "c", "a" })
  local seen = {}
  for k, v in m:iter() do seen[#seen + 1] = k .. wick.fmt(v) end
  equal(seen, { "b9", "c3", "a5" })
  local copy = m:copy()
  copy:clear()
  equal(m:size(), 3)
  copy:put_all(m)
  equal(list(copy:keys()), { "b", "c", "a" })
  check(map.new():get(1) == nil)
  for i = 1, 500 do m:put(i, i) end
  for i = 1, 499 do m:remove(i) end
  equal(list(m:keys()), { "b", "c", "a", 500 })
end)

local function rows(m)
  local out = {}
  for i, row in m:iter() do out[i + 1] = list(row) end
  return out
end

local function of(...)
  local given = { ... }
  local m = matrix.new("float", 0, 0)
  for i = 1, #given do m:add_row(nil, array.from(table.unpack(given[i]))) end
  return m
end

test("matrices: elements, rows, columns and shape", function()
  local m = of({ 1, 2, 3 }, { 4, 5, 6 })
  equal(m:get(1, 2), 6)
  m:set(0, 0, 9)
  equal(rows(m), { { 9, 2, 3 }, { 4, 5, 6 } })
  equal(list(m:col(1)), { 2, 5 })
  equal(rows(m:transpose()), { { 9, 4 }, { 2, 5 }, { 3, 6 } })
  m:add_col(1, array.from(7, 8))
  equal(rows(m), { { 9, 7, 2, 3 }, { 4, 8, 5, 6 } })
  equal(list(m:remove_col(0)), { 9, 4 })
  equal(list(m:remove_row(0)), { 7, 2, 3 })
  m:add_row(0, array.from(1, 1, 1))
  equal(rows(m), { { 1, 1, 1 }, { 8, 5, 6 } })
  m:swap_rows(0, 1)
  m:swap_columns(0, 2)
  equal(rows(m), { { 6, 5, 8 }, { 1, 1, 1 } })
  m:reshape(3, 2)
  equal(rows(m), { { 6, 5 }, { 8, 1 }, { 1, 1 } })
  equal(rows(m:submatrix(1, 3, 0, 1)), { { 8 }, { 1 } })
  m:sort(0)
  equal(rows(m), { { 1, 1 }, { 6, 5 }, { 8, 1 } })
  m:reverse()
  equal(rows(m), { { 1, 8 }, { 5, 6 }, { 1, 1 } })
  m:fill(0, 0, 1)
  equal(rows(m:concat(of({ 2, 3 }))), { { 0, 0 }, { 5, 6 }, { 1, 1 }, { 2, 3 } })
  equal(m:elements_count(), 8)
  raises(function() m:get(9, 0) end, "row 9 is out of range")
  raises(function() m:get(0, 2) end, "column 2 is out of range")
  check(pine.na(matrix.new("float", 1, 1):get(0, 0)) and matrix.new("bool", 1, 1):get(0, 0) == false)
end)

local function close(m, want, eps)
  for i, row in m:iter() do
    for k, v in row:iter() do
      local d = math.abs(v - want[i + 1][k + 1])
      check(d < (eps or 1e-12), "element " .. i .. "," .. k .. " is " .. wick.fmt(v))
    end
  end
end

test("every element of a new matrix has the value, whatever the size", function()
  for r = 1, 5 do
    for c = 1, 5 do
      local m = matrix.new("float", r, c, 7.5)
      for i = 0, r - 1 do
        for k = 0, c - 1 do check(m:get(i, k) == 7.5, r .. " by " .. c .. " at " .. i .. ", " .. k) end
      end
      local none = matrix.new("float", r, c)
      check(pine.na(none:get(0, 0)) and pine.na(none:get(r - 1, c - 1)))
    end
  end
end)

test("matrices: products, determinant, inverse, power, kron", function()
  local m = of({ 2, 1 }, { 5, 3 })
  close(m:mult(of({ 1, 2 }, { 3, 4 })), { { 5, 8 }, { 14, 22 } })
  equal(list(m:mult(array.from(1, 2))), { 4, 11 })
  close(m:mult(2), { { 4, 2 }, { 10, 6 } })
  near(m:det(), 1, 1e-12)
  close(m:inv(), { { 3, -1 }, { -5, 2 } })
  close(m:pow(2), { { 9, 5 }, { 25, 14 } })
  close(m:sum(m), { { 4, 2 }, { 10, 6 } })
  close(m:diff(1), { { 1, 0 }, { 4, 2 } })
  close(of({ 1, 2 }):kron(of({ 1 }, { 3 })), { { 1, 2 }, { 3, 6 } })
  equal(m:trace(), 5)
  equal(of({ 1, 2 }, { 2, 4 }):det(), 0)
  check(pine.na(of({ 1, 2 }, { 2, 4 }):inv():get(0, 0)))
  near(of({ 4, 3, 2 }, { 1, 0, 5 }, { 7, 8, 9 }):det(), -66, 1e-9)
  raises(function() of({ 1, 2 }):det() end, "must be square")
  raises(function() m:mult(of({ 1 })) end, "do not fit")
end)

test("eigenvalues come largest first; vectors belong to them", function()
  equal(list(of({ 2, 0 }, { 0, 3 }):eigenvalues()), { 3, 2 })
  local m = of({ 4, 1, 0 }, { 1, 3, 1 }, { 0, 1, 2 })
  local values, vectors = m:eigenvalues(), m:eigenvectors()
  near(values:sum(), 9, 1e-12)
  check(values:get(0) > values:get(1) and values:get(1) > values:get(2))
  for k = 0, 2 do
    local v = vectors:col(k)
    local image = m:mult(v)
    for i = 0, 2 do near(image:get(i), values:get(k) * v:get(i), 1e-10) end
    near(v:get(0) * v:get(0) + v:get(1) * v:get(1) + v:get(2) * v:get(2), 1, 1e-12)
  end
  -- One rank short: the least eigenvalue is zero.
  local flat = of({ 1, 2, 3 }, { 2, 4, 6 }, { 3, 6, 10 })
  check(math.abs(flat:eigenvalues():get(2)) < 1e-12)
  equal(flat:rank(), 2)
  -- Not symmetric: 5 and 2; 1, 2 and 3.
  local g = of({ 4, 1 }, { 2, 3 })
  near(g:eigenvalues():get(0), 5, 1e-10)
  near(g:eigenvalues():get(1), 2, 1e-10)
  local t = of({ 1, 5, 7 }, { 0, 3, 9 }, { 0, 0, 2 }):eigenvalues()
  near(t:get(0), 3, 1e-9)
  near(t:get(1), 2, 1e-9)
  near(t:get(2), 1, 1e-9)
  local image = g:mult(g:eigenvectors():col(0))
  near(image:get(0) / g:eigenvectors():get(0, 0), 5, 1e-8)
  check(pine.na(of({ NA, 1 }, { 1, 2 }):eigenvalues():get(0)))
end)

test("the pseudo-inverse solves least squares and survives missing rank", function()
  local m = of({ 1, 1 }, { 1, 2 }, { 1, 3 })
  local p = m:pinv()
  close(p:mult(m), { { 1, 0 }, { 0, 1 } })
  local flat = of({ 1, 2 }, { 2, 4 })
  local q = flat:pinv()
  close(flat:mult(q):mult(flat), { { 1, 2 }, { 2, 4 } })
  close(m:transpose():pinv(), { { p:get(0, 0), p:get(1, 0) }, { p:get(0, 1), p:get(1, 1) },
    { p:get(0, 2), p:get(1, 2) } })
end)

test("what a matrix is", function()
  check(of({ 1, 0 }, { 0, 1 }):is_identity() and of({ 1, 0 }, { 0, 2 }):is_diagonal())
  check(of({ 0, 1 }, { 2, 0 }):is_antidiagonal() and of({ 1, 2 }, { 2, 1 }):is_symmetric())
  check(of({ 0, 2 }, { -2, 0 }):is_antisymmetric() and of({ 1, 2 }, { 0, 1 }):is_triangular())
  check(of({ 0.5, 0.5 }):is_stochastic() and of({ 0, 1 }):is_binary() and of({ 0, 0 }):is_zero())
  check(not of({ 1, 2 }):is_square() and not of({ 1, 2 }, { 3, 1 }):is_symmetric())
  equal(of({ 1, 5 }, { 3, 3 }):avg(), 3)
  equal(of({ 1, 5 }, { 3, 3 }):max(), 5)
end)

test("user types: defaults, names, methods, shallow copies, references", function()
  local P = pine.type("P", { { "price", NA }, { "bar", 0 }, { "up", false }, { "list" } })
  function P:move(d) self.price = self.price + d return self end
  local p = P.new(5)
  equal(p.bar, 0)
  check(p.up == false and p.list == nil and pine.na(P.new().price))
  local q = P.new { bar = 3, list = array.from(1) }
  equal(q.bar, 3)
  equal(p:move(2).price, 7)
  local r = P.copy(q)
  r.bar = 4
  equal(q.bar, 3)
  r.list:push(2)
  equal(q.list:size(), 2)
  check(P.copy(nil) == nil)
  raises(function() P.new { prise = 1 } end, "no field 'prise'; did you mean 'price'?")
  raises(function() P.new(1, 2, true, nil, 5) end, "4 fields, got 5")
  raises(function() pine.type("X", { { "a" }, { "a" } }) end, "two fields 'a'")
end)

test("enumerations", function()
  local Side = pine.enum("Side", { { "up", "Going up" }, "down" })
  check(Side.up == Side.up and Side.up ~= Side.down)
  equal(pine.str.tostring(Side.up), "Going up")
  equal(pine.str.tostring(Side.down), "down")
  raises(function() return Side.uo end, "did you mean Side.up?")
end)

test("drawings keep what is stored; the oldest go", function()
  must_run { bars = { symbols = 1, count = 80 }, script = [[
    local s = pine.strategy { title = "draw", max_lines_count = 5 }
    return s:each_bar(function()
      local l = pine.line.new(s.bar - 2, 10, s.bar, 20, { color = pine.color.red, style = pine.line.style_dashed })
      if pine.line.all:size() > 5 then error("too many lines live") end
      if l:get_y2() ~= 20 or l:get_price(s.bar + 2) ~= 30 then error("get") end
      l:set_xy2(s.bar, 12)
      if l:get_price(s.bar - 1) ~= 11 then error("moved") end
      local b = pine.label.new(s.bar, s.high[0], "x")
      b:set_text("y")
      if b:get_text() ~= "y" then error("text") end
      b:delete()
      pine.label.delete(nil)
      local t = pine.table.new(pine.position.top_right, 2, 2)
      t:cell(0, 0, "a", { text_color = pine.color.white })
      t:cell_set_text(0, 0, "b")
      pine.box.new(s.bar, 2, s.bar + 1, 1):set_bgcolor(pine.color.new(pine.color.blue, 80))
      pine.polyline.new(pine.array.from(pine.chart.point.from_index(1, 2)))
      local p = pine.chart.point.from_index(1, 2)
      local q = p:copy()
      q.price = 5
      if p.price ~= 2 or q.index ~= 1 then error("a copy of a point is one of its own") end
      pine.alert("now", pine.alert.freq_once_per_bar)
    end)]] }
end)
