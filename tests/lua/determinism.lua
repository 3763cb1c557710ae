-- SPDX-License-Identifier: MIT
-- Results that the two VMs would give differently by themselves. The expected texts are the same
-- literals on both.

test("pairs goes in sorted order", function()
  local seen = {}
  for k in pairs { zeta = 1, alpha = 2, [10] = 3, [2.5] = 4, [-1] = 5, [true] = 6, [false] = 7, mid = 8 } do
    seen[#seen + 1] = tostring(k)
  end
  equal(table.concat(seen, " "), "-1 2.5 10 alpha mid zeta false true")
  local t = {}
  for i = 1, 200 do t["k" .. i * 7 % 200] = i end
  local last = ""
  for k in pairs(t) do
    check(k > last)
    last = k
  end
end)

test("pairs while the table changes", function()
  local t, n = { a = 1, b = 2, c = 3, d = 4 }, 0
  for k in pairs(t) do
    n = n + 1
    t[k] = nil
    t.d = nil
  end
  equal(n, 3)
  equal(next(t), nil)
end)

test("keys without an order are refused", function()
  raises(function() for _ in pairs { [{}] = 1, [print] = 2 } do end end, "no order that is the same in every run")
end)

test("sort is stable", function()
  local t = {}
  for i = 1, 300 do t[i] = { key = i % 7, at = i } end
  table.sort(t, function(a, b) return a.key < b.key end)
  for i = 2, 300 do
    local a, b = t[i - 1], t[i]
    check(a.key < b.key or (a.key == b.key and a.at < b.at))
  end
  local n = { 3, 1, 2 }
  table.sort(n)
  equal(n, { 1, 2, 3 })
end)

test("numbers as text", function()
  equal(tostring(1), "1")
  equal(tostring(2 / 2), "1")
  equal(tostring(0.1), "0.1")
  equal(tostring(1e15), "1e+15")
  equal(tostring(0 / 0), "nan")
  equal(tostring(-(0 / 0)), "nan")
  equal(tostring(1 / 0), "inf")
  equal(tostring({}), "table")
  equal(tostring(print), "function")
  equal(string.format("%s %s %d %5.2f %q", 2 / 2, { 1 } and true, 3.0, 1 / 3, "a\nb"), '1 true 3  0.33 "a\\\nb"')
  equal(string.format("%-5s|%5s|%.2s|%%", "ab", "cd", "efg"), "ab   |   cd|ef|%")
  equal(string.format("%x %X %o %c %e %g %a", 255, 255, 8, 65, 12345.678, 0.0001, 1), "ff FF 10 A 1.234568e+04 0.0001 0x1p+0")
  equal(wick.fmt(0.1 + 0.2), "0.30000000000000004")
  equal(wick.fmt(2 / 2), "1")
end)

test("format refuses what one VM would take", function()
  raises(function() return string.format("%d", 2.5) end, "must be a whole number")
  raises(function() return string.format("%p", {}) end, "not a conversion both VMs know")
  raises(function() return string.format("%s") end, "argument 2 for %s is missing")
  raises(function() return string.format("%d", "x") end, "must be a number")
end)

test("math", function()
  local nan = 0 / 0
  equal(math.max(1, nan), 1)
  check(math.max(nan, 1) ~= math.max(nan, 1))
  equal(math.max(1, 3, 2), 3)
  equal(math.min(1, 3, 2), 1)
  equal(math.log(8, 2), 3)
  equal(math.log(1000, 10), math.log(1000, 10))
  equal(math.atan(1, -1), 2.356194490192345)
  equal(math.pow(3, 5), 243)
  equal(wick.fmt(wick.pow(1.1, 7)), "1.9487171000000012")
  equal(wick.fmt(wick.mod(5.3, 0.1)), wick.fmt(wick.mod(5.3, 0.1)))
  raises(function() math.randomseed(3) end, "the seed is the run's")
end)

test("random numbers are the run's stream", function()
  local printed = captured(must_run, { bars = { symbols = 1, count = 1 }, script = [[
    local S = wick.strategy "r"
    function S.each_bar() print(wick.fmt(math.random()), math.random(6), math.random(-3, 3)) end
    return S]] })
  local again = captured(must_run, { bars = { symbols = 1, count = 1 }, script = [[
    local S = wick.strategy "r"
    function S.each_bar() print(wick.fmt(math.random()), math.random(6), math.random(-3, 3)) end
    return S]] })
  equal(printed, again)
  check(printed:match("^0%.%d+\t[1-6]\t%-?[0-3]\n$"), printed)
  raises(function() math.random(3, 1) end, "interval is empty")
  raises(function() math.random(1.5) end, "whole number")
end)

test("table functions are there on both", function()
  equal({ table.unpack({ 1, 2, 3 }, 2) }, { 2, 3 })
  equal(table.pack(1, nil, 3).n, 3)
  equal(table.move({ 1, 2, 3 }, 1, 3, 2), { 1, 1, 2, 3 })
  equal(rawlen { 1, 2 }, 2)
  equal(table.concat({ 1, 2, "x" }, ","), "1,2,x")
  equal(("abc"):rep(2, "-"), "abc-abc")
  equal(("ab"):rep(5), "ababababab")
  equal(("ab"):rep(3, ", "), "ab, ab, ab")
  equal(("x"):rep(1, "-"), "x")
  equal(("x"):rep(0), "")
  equal(("x"):rep(-3), "")
  equal((""):rep(4, "-"), "---")
  equal((""):rep(1e9), "")
  equal(#("xyz"):rep(100001, "--"), 3 * 100001 + 2 * 100000)
end)
