-- SPDX-License-Identifier: MIT
-- Inputs are parameters: their defaults, ranges, choices and errors.

local function run(script, params)
  return must_run { bars = { symbols = 1, count = 30 }, params = params,
    script = 'local s = pine.strategy { title = "input" }\n' .. script .. "\nreturn s:each_bar(function() end)" }
end

local function fails(script, params, text)
  local r, message = _G.run { bars = { symbols = 1, count = 30 }, params = params,
    script = 'local s = pine.strategy { title = "input" }\n' .. script .. "\nreturn s:each_bar(function() end)" }
  check(r == nil, "nothing was raised")
  check(message:find(text, 1, true) ~= nil, message)
end

local function want(got, expected)
  return "if s.symbol ~= 'SYMBOL' and " .. got .. " ~= " .. expected .. " then error(wick.fmt and tostring(" .. got .. ")) end"
end

test("numbers: default, --param, ranges, options", function()
  local int = 'local n = pine.input.int("n", 5, { minval = 2, maxval = 9, step = 1, title = "N", group = "g" })\n'
  run(int .. want("n", "5"))
  run(int .. want("n", "7"), { n = 7 })
  fails(int, { n = 10 }, "parameter 'n' must be 2 to 9, got 10")
  fails(int, { n = 2.5 }, "whole number")
  local f = 'local x = pine.input.float("x", 0.5)\n'
  run(f .. want("x", "0.05"), { x = 0.05 }) -- a decade around the default
  fails(f, { x = 50 }, "0.05 to 5")
  local o = 'local n = pine.input.int("n", 10, { options = { 5, 10, 20 } })\n'
  run(o .. want("n + 0", "10"))
  run(o .. want("n + 0", "20"), { n = "20" })
  fails(o, { n = "7" }, "must be one of 10, 5, 20")
  run('local m = pine.input.int("m", 0, { minval = 0 })\n' .. want("m", "3"), { m = 3 })
  run('local m = pine.input.float("m", 0)\n' .. want("m", "-2.5"), { m = -2.5 })
  run('local m = pine.input.int("m", -3)\n' .. want("m", "-3"))
end)

test("booleans, texts, free texts, times, colours", function()
  run('local b = pine.input.bool("b", true)\n' .. want("b", "false"), { b = false })
  local o = 'local t = pine.input.string("t", "SMA", { options = { "SMA", "EMA" } })\n'
  run(o .. want("t", '"EMA"'), { t = "EMA" })
  fails(o, { t = "EMAA" }, "did you mean 'EMA'?")
  for _, kind in ipairs { "string", "text_area", "session", "timeframe", "symbol" } do
    local free = 'local t = pine.input.' .. kind .. '("t", "0930-1600")\n'
    run(free .. want("t", '"0930-1600"'))
    run(free .. want("t", '"anything at all"'), { t = "anything at all" })
  end
  run('local t = pine.input.time("t", 1e12)\n' .. want("t", "5"), { t = 5 })
  run('local c = pine.input.color("c", pine.color.red)\n' .. want("c", "pine.color.red"))
end)

test("sources are chosen by name", function()
  local src = [[local x = pine.input.source("src", s.close)
    local wanted = s.%s
    return s:each_bar(function() if x[0] ~= wanted[0] then error("source") end end)]]
  local function check_source(name, params)
    must_run { bars = { symbols = 1, count = 30 }, params = params,
      script = 'local s = pine.strategy { title = "input" }\n' .. src:format(name) }
  end
  check_source("close")
  check_source("hlcc4", { src = "hlcc4" })
  check_source("high", { src = "high" })
  fails('local x = pine.input.source("src", "clsoe")', nil, "open high low close")
  fails('local x = pine.input.source("src", s.close)', { src = "hgih" }, "did you mean 'high'?")
end)

test("enumerations are chosen by the member's name", function()
  local e = [[local E = pine.enum("E", { { "fast", "Fast one" }, { "slow", "Slow one" } })
    local e = pine.input.enum("e", E.fast)
]]
  run(e .. want("e", "E.fast"))
  run(e .. want("e", "E.slow"), { e = "slow" })
  fails(e, { e = "slwo" }, "did you mean 'slow'?")
end)

test("pine.input picks the kind by the default", function()
  run('local a, b, c = pine.input("a", 3), pine.input("b", true), pine.input("c", "x")\n' .. want("a", "3") ..
    "\n" .. want("b", "true") .. "\n" .. want("c", '"x"'))
  fails('local a = pine.input("a", 3)', { a = 3.5 }, "whole number")
end)

test("misuse", function()
  fails('pine.input.int("n", 5) pine.input.int("n", 6)', nil, "'n' is declared twice")
  fails('pine.input.int("n", "5")', nil, "the default must be a number")
  fails('pine.input.int("n", 5, { minvla = 3 })', nil, "did you mean 'minval'?")
  fails('pine.input.int("n", 5, "Length")', nil, "comes in a table")
  fails('pine.input.int("n", 5, { minval = 6 })', nil, "is outside")
  fails('pine.input.itn("n", 5)', nil, "did you mean pine.input.int?")
  fails('pine.input.int("", 5)', nil, "the name comes first")
end)
