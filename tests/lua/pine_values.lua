-- SPDX-License-Identifier: MIT
-- Values of Pine: na, the absolute tolerance, rounding, integers. On numbers here, on series in a run
-- that compares both.

local NA, INF = 0 / 0, 1 / 0

test("na, nz and what counts as na", function()
  check(pine.na(NA) and pine.na(INF) and pine.na(-INF) and pine.na(nil))
  check(not pine.na(0) and not pine.na("") and not pine.na(false))
  equal(pine.nz(NA), 0)
  equal(pine.nz(INF, 7), 7)
  equal(pine.nz(3, 7), 3)
  equal(pine.nz(nil, "x"), "x")
end)

test("comparisons within 1e-10 at every magnitude", function()
  for _, base in ipairs { 0, 1, -5, 1e3 } do
    check(pine.eq(base, base + 5e-11) and not pine.ne(base, base + 5e-11))
    check(not pine.gt(base + 5e-11, base) and pine.ge(base, base + 5e-11))
    check(not pine.lt(base, base + 5e-11) and pine.le(base + 5e-11, base))
    check(pine.gt(base + 1e-9, base) and pine.lt(base, base + 1e-9) and pine.ne(base, base + 1e-9))
    check(not pine.le(base + 1e-9, base) and not pine.ge(base, base + 1e-9))
  end
end)

test("comparisons with na are false, != too; equal infinities are equal", function()
  for _, f in ipairs { "eq", "ne", "lt", "le", "gt", "ge" } do
    check(pine[f](NA, 1) == false and pine[f](1, NA) == false and pine[f](NA, NA) == false, f)
    check(pine[f](nil, 1) == false, f)
  end
  check(pine.eq(INF, INF) and pine.ge(INF, INF) and pine.le(INF, INF) and not pine.ne(INF, INF))
  check(pine.gt(INF, 1) and pine.ne(INF, -INF))
  check(pine.eq("a", "a") and pine.ne("a", "b") and not pine.ne("a", nil))
end)

test("truth of numbers", function()
  check(pine.bool(1) and pine.bool(-1) and pine.bool(2e-10) and pine.bool("x"))
  check(not pine.bool(0) and not pine.bool(NA) and not pine.bool(5e-11) and not pine.bool(nil))
end)

test("int cuts toward zero", function()
  equal(pine.int(1.9), 1)
  equal(pine.int(-1.9), -1)
  check(pine.na(pine.int(NA)))
end)

test("round: half away from zero, with 1e-10 of slack below a tie", function()
  equal(pine.math.round(2.5), 3)
  equal(pine.math.round(-2.5), -3)
  equal(pine.math.round(2.5 - 5e-11), 3)
  equal(pine.math.round(2.5 - 1e-9), 2)
  equal(pine.math.round(1.005, 2), 1.01) -- 1.00499999999999989... lies within the slack
  equal(pine.math.round(1.2345, 3), 1 + 235 / 1000)
  equal(pine.math.round(1.20069, 4), 1 + 2007 / 10000) -- an ulp below 1.2007: a quantity of it is floored
  equal(pine.math.round(-0.00001, 2), 0)
  equal(pine.math.round(1234.5, -2), 1235)
  check(pine.na(pine.math.round(NA, 2)))
end)

test("max, min and avg with an na are na", function()
  equal(pine.math.max(1, 3, 2), 3)
  equal(pine.math.min(4, 3, 5), 3)
  check(pine.na(pine.math.max(1, NA)) and pine.na(pine.math.min(NA, 1)) and pine.na(pine.math.max(1, 2, NA)))
  check(pine.na(pine.math.avg(1, NA)) and pine.na(pine.math.avg(1, 2, NA)))
  equal(pine.math.avg(1, 2), 1.5)
  equal(pine.math.avg(1, 1e16, -1e16), 0) -- three and more are compensated as Pine does it
end)

test("pow is exact at 2, 1, 0 and a half", function()
  local x = 1.1
  equal(pine.math.pow(x, 2), x * x)
  equal(pine.math.pow(x, 1), x)
  equal(pine.math.pow(x, 0), 1)
  equal(pine.math.pow(x, 0.5), math.sqrt(x))
  near(pine.math.pow(2, 10), 1024, 1e-9)
end)

test("the rest of math", function()
  equal(pine.math.abs(-2), 2)
  equal(pine.math.sign(-3), -1)
  equal(pine.math.sign(0), 0)
  equal(pine.math.floor(-1.5), -2)
  equal(pine.math.ceil(-1.5), -1)
  check(pine.na(pine.math.floor(NA)) and pine.na(pine.math.ceil(INF)))
  near(pine.math.todegrees(pine.math.pi), 180, 1e-12)
  near(pine.math.toradians(180), pine.math.pi, 1e-12)
  near(pine.math.log10(1000), 3, 1e-12)
  raises(function() pine.math.abs("x") end, "a number is expected, got string")
  raises(function() return pine.math.squirt end, "did you mean pine.math.sqrt?")
end)

test("the same functions on series give the same values", function()
  must_run { bars = { symbols = 1, count = 80, seed = 4 }, script = [[
    local s = pine.strategy { title = "series" }
    local c, o = s.close, s.open
    local d = c - c[1]
    local tie = o + 5e-11
    local names = { "eq", "ne", "lt", "le", "gt", "ge" }
    local masks, ties = {}, {}
    for i, f in ipairs(names) do masks[i], ties[i] = pine[f](c, o), pine[f](o, tie) end
    local na, nz, whole, truth = pine.na(d), pine.nz(d, -1), pine.int(d), pine.bool(d)
    local round, top, mean = pine.math.round(c, 1), pine.math.max(c, o, 50), pine.math.avg(c, o)
    local tick, power = pine.math.round_to_mintick(c), pine.math.pow(d, 2)
    local function bit(x) return x and 1 or 0 end
    local function same(a, b, what)
      if not (a == b or (a ~= a and b ~= b)) then error(what .. ": " .. wick.fmt(a) .. " and " .. wick.fmt(b)) end
    end
    return s:each_bar(function()
      for i, f in ipairs(names) do
        same(masks[i][0], bit(pine[f](c[0], o[0])), f)
        same(ties[i][0], bit(pine[f](o[0], tie[0])), f .. " of a tie")
      end
      same(na[0], bit(pine.na(d[0])), "na")
      same(nz[0], pine.nz(d[0], -1), "nz")
      same(whole[0], pine.int(d[0]), "int")
      same(truth[0], bit(pine.bool(d[0])), "bool")
      same(round[0], pine.math.round(c[0], 1), "round")
      same(top[0], pine.math.max(c[0], o[0], 50), "max")
      same(mean[0], pine.math.avg(c[0], o[0]), "avg")
      same(tick[0], pine.math.round_to_mintick(c[0]), "round_to_mintick")
      same(power[0], pine.math.pow(d[0], 2), "pow")
    end)]] }
end)

test("colours", function()
  equal(pine.color.r(pine.color.hex("#FF8000")), 255)
  equal(pine.color.g(pine.color.hex("#FF8000")), 128)
  equal(pine.color.t(pine.color.new(pine.color.red, 40)), 40)
  equal(pine.color.new(pine.color.new(pine.color.red, 40), 0), pine.color.red)
  equal(pine.color.from_gradient(5, 0, 10, pine.color.rgb(0, 0, 0), pine.color.rgb(200, 100, 50)),
    pine.color.rgb(100, 50, 25))
  check(pine.color.new(nil, 10) == nil)
  raises(function() pine.color.hex("red") end, "is no colour")
end)
