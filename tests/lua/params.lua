-- SPDX-License-Identifier: MIT
local script = [[
local S = wick.strategy "p"
S.params = {
  n = wick.int(20, 5, 120, 5),
  k = wick.num(2.5, 1, 6),
  on = wick.bool(true),
  how = wick.choice("high", "close"),
}
function S.each_bar(sym, p)
  if sym.bar == 0 then print(p.n, p.k, p.on, p.how) end
end
return S]]

local function printed(params)
  return (captured(must_run, { script = script, params = params, bars = { symbols = 1, count = 2 } }))
end

test("defaults", function() equal(printed(nil), "20\t2.5\ttrue\thigh\n") end)

test("values from text", function()
  equal(printed { n = "30", k = 1, on = "false", how = "close" }, "30\t1\tfalse\tclose\n")
  equal(printed { on = true, n = 5 }, "5\t2.5\ttrue\thigh\n")
end)

local wrong = {
  { { nn = 3 }, "no parameter 'nn'" },
  { { n = 4 }, "parameter 'n' must be 5 to 120, got 4" },
  { { n = 7.5 }, "must be a whole number" },
  { { k = 6.5 }, "must be 1 to 6" },
  { { k = "many" }, "must be a number, got 'many'" },
  { { k = "nan" }, "must be a number" },
  { { on = "maybe" }, "must be true or false" },
  { { how = "hihg" }, "did you mean 'high'?" },
}
for _, case in ipairs(wrong) do
  test("wrong: " .. case[2], function()
    local r, message = run { script = script, params = case[1] }
    check(r == nil)
    check(message:find(case[2], 1, true), message)
  end)
end

test("p is read-only and complete", function()
  local s = [[local S = wick.strategy "x" S.params = { n = wick.int(1, 1, 2) }
    function S.each_bar(sym, p) p.%s end return S]]
  local _, message = run { script = (s:gsub("%%s", "m = 3")) }
  check(message:find("parameters are read-only", 1, true), message)
end)

test("Pine inputs are parameters", function()
  local pine_script = [[
    local s = pine.strategy "x"
    local n = pine.input.int("n", 14, { min = 2, max = 50, title = "length" })
    local k = pine.input.float("k", 1.5, { min = 0, max = 3 })
    local on = pine.input.bool("on", false)
    local how = pine.input.string("how", "a", { options = { "a", "b" } })
    return s:each_bar(function() if s.bar == 0 then print(n, k, on, how) end end)]]
  local function show(params)
    return (captured(must_run, { script = pine_script, params = params, bars = { symbols = 1, count = 2 } }))
  end
  equal(show(nil), "14\t1.5\tfalse\ta\n")
  equal(show { n = 3, k = 0.25, on = true, how = "b" }, "3\t0.25\ttrue\tb\n")
  local _, message = run { script = pine_script, params = { n = 60 } }
  check(message:find("parameter 'n' must be 2 to 50, got 60", 1, true), message)
end)

test("settings and cash a file asks for", function()
  local r = must_run { bars = { X = { close = { 10, 20, 30, 40 }, open = { 1, 2, 3, 4 }, low = { 1, 2, 3, 4 } } }, script = [[
    local S = wick.strategy "x"
    S.engine = { fill = "close" }
    function S.each_bar(sym) if sym.bar == 0 then sym:buy { units = 1 } elseif sym.bar == 2 then sym:close() end end
    return S]] }
  equal(r.trades[1].entry_price, 20)
  local _, message = run { script = [[
    local S = wick.strategy "x"
    S.engine = { fil = "close" }
    function S.each_bar() end
    return S]] }
  check(message:find("fil", 1, true) and message:find("did you mean", 1, true), message)
end)
