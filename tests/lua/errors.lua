-- SPDX-License-Identifier: MIT
-- What a person is told: place, what was found, the nearest right spelling.

local function S(body) return 'local S = wick.strategy "x"\n' .. body .. "\nreturn S" end
local function signals(expression) return S("function S.signals(b, p) " .. expression .. " end") end
local function bar(statement) return S("function S.each_bar(sym, p) " .. statement .. " end") end

local cases = {
  -- the file
  { "", "the file returned nothing" },
  { "return 3", "the file returned a number" },
  { "return {}", "a strategy is made with wick.strategy" },
  { S "", "decides nothing" },
  { S "function S.signls(b) end", "no field 'signls'; did you mean 'signals'?" },
  { S "function S.signals(b) end function S.on_bar() end", "cannot stand beside" },
  { "local x = ", "script.lua:1:" },
  { "x = 3", "global 'x' assigned; write 'local x'" },
  { "local S = wik.strategy 'x'", "unknown global 'wik'; did you mean 'wick'?" },
  { "local t = os.time()", "unknown global 'os'" },
  { "local x = wick.strateg 'x'", "wick.strateg does not exist; did you mean wick.strategy?" },
  { "local x = math.huges", "math.huges does not exist; did you mean math.huge?" },
  { "wick.strategy = nil", "wick belongs to wick" },
  { "error(nil)", "error(nil)" },
  { "error({})", "error raised with a table" },
  { "error({ message = 'from a table' })", "from a table" },
  { "error('plain')", "script.lua:1: plain" },
  { "local function f() return f() + 1 end f()", "calls itself without end" },
  { "while true do end", "20 million instructions" },
  { "while true do pcall(error) end", "is there an endless loop?" },
  { "local c = coroutine.wrap(function() while true do end end) while true do pcall(c) end", "is there an endless loop?" },
  { "local t = {} for i = 1, 1e9 do t[i] = 'x' .. i end", "" },
  { "local s = string.rep('x', 1e10)", "more than a script may hold" },
  { "local x = require 'no.such.module'", "module 'no.such.module' was not found" },
  { "local x = require '../x'", "is no module name" },
  -- parameters
  { S "S.params = { n = 3 } function S.signals() end", "params.n: declare it with wick.int" },
  { S "S.params = { n = wick.int(3, 5, 9) } function S.signals() end", "the default 3 is outside 5 to 9" },
  { S "S.params = { n = wick.int(3.5, 1, 9) } function S.signals() end", "3.5 is not whole" },
  { S "S.params = { n = wick.choice() } function S.signals() end", "name at least one choice" },
  { S "S.params = { n = wick.bool(1) } function S.signals() end", "must be true or false" },
  { S "S.params = { period = wick.int(20, 5, 120) } function S.signals(b, p) return { long = b.close:gt(p.perod) } end",
    "p has no parameter 'perod'; did you mean 'period'?" },
  -- signals
  { signals "", "signals returned nothing" },
  { signals "return 3", "signals returned number" },
  { signals "return { lng = b.close }", "unknown key 'lng'; did you mean 'long'?" },
  { signals "return { flat = b.close }", "neither 'long' nor 'short'" },
  { signals "return { long = 'x' }", "'long' must be a series or a number, got string" },
  { signals "return { long = b.close, size = 3 }", "size is a table" },
  { signals "return { long = b.close, size = { pct = 3 } }", "size has no 'pct'" },
  { signals "return { long = b.close, size = { cash = 3, units = 2 } }", "exactly one" },
  { signals "return { long = b.close, hold = 2.5 }", "whole number of bars" },
  -- series
  { signals "return { long = b.clse:gt(1) }", "bars have no 'clse'; did you mean 'close'?" },
  { signals "return { long = b.close:gtx(1) }", "a series has no 'gtx'; did you mean 'gt'?" },
  { signals "return { long = b.close > b.open }", "x:gt(y)" },
  { signals "return { long = b.close == b.open }", "x:eq(y)" },
  { signals "return { long = ta.smaa(b.close, 3) }", "ta.smaa does not exist; did you mean ta.sma?" },
  { signals "return { long = ta.sma(b.close, 0) }", "sma" },
  { signals "return { long = ta.sma(b.close, 3, 4) }", "more were given" },
  { signals "return { long = ta.sma(b.close, 'x') }", "must be a number" },
  { signals "return { long = ta.sma(b.close, b.open) }", "got a series" },
  { signals "return { long = ta.sma { b.close, len = 3 } }", "ta.sma has no argument 'len'" },
  { signals "return { long = b.close[-1] }", "in the future" },
  { signals "return { long = b.close[1.5] }", "whole numbers" },
  { signals "return { long = b:symbol('SYN1').close }", "symbol 'SYN1' is not loaded; did you mean 'SYN01'" },
  { signals "return { long = b:higher('often', 'close') }", "'often' is no timeframe" },
  { signals "return { long = b:higher('1h', function(w) return w.close end) }", "higher: timeframe 1h is finer than the 1d bars of SYN01" },
  { signals "return { long = b:higher('1w', function(w) return 3 end) }", "must return series of the bars it is given, got number" },
  { signals "return { long = b:higher('1w', function(w) end) }", "higher: the function must return series" },
  { signals "return { long = b:higher('1w', 3) }", 'write b:higher("1w"' },
  { signals "return { long = b:symbol('SYN01', {}) }", 'write b:symbol("SPY")' },
  { signals "return { long = ta.atr(b:symbol('SYN1'), 14) }", "symbol 'SYN1' is not loaded; did you mean 'SYN01'" },
  { signals "return { long = b:symbol('SYN01'):higher('1w', 'emma(close, 3)') }", "unknown function 'emma'" },
  { signals "return { long = b:symbol('SYN01').name }", "bars of another symbol have no 'name'" },
  { signals "return { long = wick.expr('clse > 1', b) }", "close" },
  { signals "return { long = b.close + {} }", "must be a series or a number, got table" },
  { signals "return { long = wick.gt(b.close) }", "gt takes 2 arguments, got 1" },
  { signals "local x = b.close[0] return { long = x.y }", "a series has no 'y'" },
  { signals "return { long = b.close }", "'long' must be a mask of 1 and 0, like x:gt(y), but is " },
  { signals "return { long = b.close:gt(1), flat = b.close - b.open }", "'flat' must be a mask" },
  { signals "return { long = b.close:gt(1), size = { units = -3 } }", "'units' must be a number of at least 0, got -3" },
  { signals "return { long = b.close:gt(1), size = { units = b.open - 1e9 } }", "'size' must not be negative" },
  { signals "return { long = b.close:gt(1), stop_points = b.open - 1e9 }", "'stop_points' must not be negative" },
  { signals "return { long = b.close:gt(1), trail = -2 }", "'trail' must not be negative, but is -2 at bar 0" },
  { signals "return { long = ta.sma(b, 5) }", "'src' must be a series, got a number" },
  { signals "return { long = ta.sma(b.close, nil) }", "'n' must be a number, got nil" },
  { signals "return { long = ta.sma(b.close, true) }", "'n' must be a number, got boolean" },
  { "ta.define { name = 'tail', run = function(n, x) x[n + 1] = 1 return x end }\n" .. signals "return { long = ta.tail(b.close):gt(1) }", "returned more than the 30 values" },
  { S "S.engine = 3", "S.engine must be a table, got number" },
  { S "S.signals = 3", "S.signals must be a function, got number" },
  { S "function S.on.up() end", "functions under S.on need masks" },
  { S "function S.on_bar(ctx) local a = ctx:sym('SYN01') ctx:target_weights({ a, a }, 0.1) end", "SYN01 is in the list twice" },
  { S "function S.on_bar(ctx) ctx:target_weights({ ctx:sym('SYN01') }, { 0 / 0 }) end", "weight 1 is not available" },
  -- triggers
  { S "function S.series(b) S.when.up = b.close:gt(1) end function S.on.upp() end", "S.on.upp has no mask; did you mean S.when.up?" },
  { S "function S.series(b) S.when.up = b.close:gt(1) end function S.on_bar() end", "has no function S.on.up" },
  { S "function S.series(b) S.when.up = 3 end function S.on.up() end", "must be a mask" },
  { S "function S.series(b) return 3 end function S.on_bar() end", "must return a table" },
  { S "function S.series(b) return { x = 3 } end function S.on_bar() end", "'x' must be a series" },
  -- bar hooks
  { bar "local x = sym.close[-1]", "x[-1] is in the future" },
  { bar "local x = sym.close + 1", "inside a bar function work with numbers" },
  { bar "local x = ta.sma(sym.close, 3)", "declare it before the bars run" },
  { bar "local x = sym.close > 3", "" },
  { bar "local x = sym.nosuch", "a symbol has no 'nosuch'" },
  { bar "x = 1", "global 'x' assigned" },
  { S "function S.on_bar(ctx) local x = ctx.equty end", "did you mean 'equity'?" },
  { S "function S.on_bar(ctx) ctx:sym('SYN1') end", "not loaded; did you mean 'SYN01'" },
  { S "function S.on_bar(ctx) ctx:rank('mom', 3) end", "" },
  { S "function S.init(ctx) local x = ctx.equity end function S.on_bar() end", "known only inside bar hooks" },
  { S "function S.init(ctx) ctx:series('m', function(b) return 3 end) end function S.on_bar() end", "must return a series" },
  { S "function S.signals(b) return { long = b.close:gt(1), size = function() return 'x' end } end", "size must return a number" },
  -- Pine
  { "local s = pine.strategy { titel = 'x' } return s", "unknown field 'titel'; did you mean 'title'?" },
  { "local s = pine.strategy { title = 'x' } return s", "the strategy never decides" },
  { "local s = pine.strategy 'x' return s:each_bar(3)", "each_bar takes a function" },
  { "local s = pine.strategy 'x' local n = pine.input.int('n', 3, { mn = 1 }) return s", "did you mean 'min'?" },
  { "local s = pine.strategy 'x' return s:each_bar(function() s:entry('L', 'up') end)", "the direction is s.long or s.short" },
  { "local s = pine.strategy 'x' return s:each_bar(function() s:entry('L', s.long, { qtty = 1 }) end)", "did you mean 'qty'?" },
  -- metrics and indicators of one's own
  { "metrics.define { name = 'x' }", "'eval' must be a function" },
  { "metrics.define { name = 'trade_count', eval = print }", "is a metric of wick" },
  { "ta.define { name = 'sma', run = print }", "is an indicator of wick" },
  { "ta.define { nam = 'x' }", "did you mean 'name'?" },
  { "ta.sma = 3", "ta belongs to wick" },
}

for i, case in ipairs(cases) do
  test(i .. ": " .. case[1]:sub(1, 70):gsub("\n", " "), function()
    local r, message, code = run { script = case[1], bars = { symbols = 2, count = 30 } }
    check(r == nil, "it ran")
    check(message:find(case[2], 1, true), "message: " .. message)
    check(message:find("script.lua", 1, true), "no place: " .. message)
    check(code == "script" or code == "budget" or code == "arg" or code == "parse" or code == "state", "code " .. tostring(code))
  end)
end

test("the place is the script's line", function()
  local _, message = run { script = S "\n\nlocal function inner()\n  error('deep')\nend\nfunction S.each_bar()\n  inner()\nend" }
  check(message:find("script.lua:5: deep", 1, true), message)
  check(message:find("while in [^\n]*script.lua:8"), message)
  check(message:find("while running each_bar for SYN01 at ", 1, true), message)
end)

test("a handle of another run is stale", function()
  local _, message = run { script = [[
    local kept
    local S = wick.strategy "keeps"
    function S.series(b) kept = b.close return { c = b.close } end
    function S.each_bar() end
    metrics.define { name = "late", eval = function() return kept and kept[0] or 0 end }
    kept = ta.sma(5)
    return S]] }
  check(message and message:find("sma", 1, true), message)
  local r = must_run { script = [[
    local S = wick.strategy "keeps"
    local kept
    S.params = {}
    metrics.define { name = "late", eval = function()
      local ok, why = pcall(function() return kept[0] end)
      return (not ok and why:find("stale", 1, true)) and 1 or 0
    end }
    function S.signals(b) return { long = b.close:gt(1) } end
    pcall(function() kept = wick.expr("close") end)
    return S]] }
  equal(r.own.late, 1)
end)
