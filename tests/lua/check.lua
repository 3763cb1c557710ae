-- SPDX-License-Identifier: MIT
-- wick check: the same findings on both VMs.
local function S(body) return 'local S = wick.strategy "x"\n' .. body .. "\nreturn S" end
local ok_hook = "\nfunction S.each_bar() end"

local function P(body) return 'local P = wick.pipeline "x"\n' .. body .. "\nreturn P" end
local job = "\nfunction P.run() end"
local options = 'P.options = { weeks = { type = "int", default = 3 } }\n'

local cases = {
  { P "", "the pipeline has no function P.run(cfg, run)" },
  { P("function P.runn() end"), "script.lua:2: error: a pipeline has no field 'runn'; did you mean 'run'?" },
  { P("P.dock = 'x'" .. job), "a pipeline has no field 'dock'; did you mean 'doc'?" },
  { P("P.options = { a = { type = 'integer' } }" .. job), "integer" },
  { P("function P.run(cfg, run) run:write_jsn('a.json', {}) end"), "script.lua:2: error: run has no 'write_jsn'; did you mean 'write_json'?" },
  { P("function P.run(_, r) return { exit = r.ids } end"), "run has no 'ids'; did you mean 'id'?" },
  { P(options .. "function P.run(c)\n  local function f() return c.week end\n  return f() end"), "script.lua:4: error: cfg has no option 'week'; did you mean 'weeks'?" },
  { P(options .. "function P.run(cfg) cfg.weeks = 2 end"), "cfg is what the user asked for; 'weeks' cannot be set" },
  { S("local x = 7 // 2" .. ok_hook), "script.lua:2: error: '//' is refused by wick-jit" },
  { S("local x = 7 & 2" .. ok_hook), "the bitwise operator '&' is refused by wick-jit" },
  { S("local x <const> = 7" .. ok_hook), "'<const>' is refused by wick-jit" },
  { S("local x = 10LL" .. ok_hook), "the number suffix of '10LL' is refused by wick" },
  { S("local x = 2 ^ 3" .. ok_hook), "script.lua:2: warning: '^' gives other last digits" },
  { S("local x = next({})" .. ok_hook), "warning: next() goes in an order" },
  { S("local x = maths.pi" .. ok_hook), "unknown global 'maths'; did you mean 'math'?" },
  { S("local x = math.Pi" .. ok_hook), "math.Pi does not exist; did you mean math.pi?" },
  { S("y = 3" .. ok_hook), "global 'y' assigned; write 'local y'" },
  { S("function helper() end" .. ok_hook), "write 'local function helper'" },
  { S("function S.on_bars() end"), "no hook 'on_bars'; did you mean 'on_bar'?" },
  { S("S.parms = {}" .. ok_hook), "no field 'parms'; did you mean 'params'?" },
  { S("function S.signals(b, p) return { lnog = b.close } end"), "signals: unknown key 'lnog'; did you mean 'long'?" },
  { S("function S.signals(b, p) return { long = b.close, size = { pct_equty = 3 } } end"), "size: unknown key 'pct_equty'; did you mean 'pct_equity'?" },
  { S("function S.each_bar(sym) sym:buy { unit = 3 } end"), "buy: unknown key 'unit'; did you mean 'units'?" },
  { S("function S.each_bar(sym) sym:protect { stopp = 3 } end"), "protect: unknown key 'stopp'; did you mean 'stop'?" },
  { S("S.params = { period = wick.int(3, 1, 9) }\nfunction S.each_bar(sym, p) local x = p.perod end"), "script.lua:3: error: p has no parameter 'perod'; did you mean 'period'?" },
  { S("function S.each_bar() return ta.smaa end"), "ta.smaa does not exist; did you mean ta.sma?" },
  { S("local x = wick.intt(1, 2, 3)" .. ok_hook), "wick.intt does not exist; did you mean wick.int?" },
  { S("if x then y = = 2 end" .. ok_hook), "script.lua:2: error:" },
  { S("error('from the body')" .. ok_hook), "script.lua:2: error: from the body" },
  { S "", "decides nothing" },
}
for i, case in ipairs(cases) do
  test(i .. ": " .. case[2], function()
    local report, errors, warnings = check_script(case[1])
    check(report:find(case[2], 1, true), "report: " .. report)
    check(errors + warnings >= 1)
  end)
end

test("a good pipeline has no findings", function()
  equal({ check_script(P(options .. [[
    local function helper(cfg) return cfg.anything end
    function P.run(cfg, run)
      run:log("%d %s", cfg.weeks, run.dir)
      local t = { cfg = { week = 1 } }
      return helper(t.cfg) == cfg.weeks and { exit = 3 } or nil
    end]])) }, { "", 0, 0 })
end)

test("good files have no findings", function()
  local count = 0
  for _, path in ipairs { "strategies/ma_crossover.lua", "strategies/ma_crossover_events.lua",
    "strategies/ma_crossover_pine.lua", "strategies/rsi_mean_reversion.lua", "strategies/rotate_top3.lua",
    "strategies/donchian_breakout.lua", "strategies/structure_liquidity.lua" } do
    local text = read(path)
    if text then
      count = count + 1
      equal({ check_script(text) }, { "", 0, 0 }, path)
    end
  end
  check(count > 0, "run from the source folder")
end)

test("every construct is followed", function()
  local report = check_script(S [==[
    local a, b = 1, 2
    local t = { a, [b] = 3, c = function(x) return x end; "s", n = { 1, 2 } }
    local function f(...) local n = select("#", ...) return n, ... end
    for i = 1, 3 do a = a + i end
    for k, v in pairs(t) do a = k and v end
    while a do break end
    repeat local z = 3 until z == 3
    if a then b = 1 elseif b then b = 2 else b = 3 end
    do local q = 5 a = q end
    goto done
    ::done::
    t.x, t["y"], b = 1, 2, 3
    local s = [=[ long ]] string ]=] .. 'x' .. "\"" -- comment
    --[=[ long
      comment ]=]
    f(a)(b).c = 3
    f { 1 } f "x" f [[x]]
    t:c(3):d()
    local n = 0x1F + 1e-3 + .5 + 3. + 0x.8p1
    S.extra = nil
    function S.each_bar(sym, p) local g = (f)(1) return g end]==])
  -- Only the unknown field is a mistake.
  local lines = {}
  for l in report:gmatch("[^\n]+") do lines[#lines + 1] = l end
  equal(#lines, 1, report)
  check(lines[1]:find("no field 'extra'", 1, true), report)
end)
