-- SPDX-License-Identifier: MIT
-- wick.table, JSON, reports and wick.pm as scripts see them: results, and what misuse says.
local function sample()
  return wick.table { { "id", { "a", "b", "a" } }, { "x", { 1, wick.na, 3.5 } }, { "n", { 1, 2, 3 }, "int" },
    { "ok", { true, false, true } } }
end

test("values come back", function()
  local t = sample()
  equal(t.rows, 3)
  equal(#t, 3)
  equal(t.names, { "id", "x", "n", "ok" })
  equal(t:type "n", "int")
  equal(t:list "id", { "a", "b", "a" })
  equal(t:list "x", { 1, wick.na, 3.5 })
  equal(t:get(2, "x"), nil)
  equal(t:row(3), { id = "a", x = 3.5, n = 3, ok = true })
  check(t:has "x" and not t:has "y")
  equal(t:csv(), "id,x,n,ok\na,1.0,1,true\nb,,2,false\na,3.5,3,true\n")
end)

test("tables from tables", function()
  local t = sample()
  equal(t:where("id", "==", "a"):list "n", { 1, 3 })
  equal(t:where { { "x", "present" }, { "ok", "==", true }, { "n", "<", 3 } }:list "n", { 1 })
  equal(t:sort { "-id", "n" }:list "n", { 2, 1, 3 })
  equal(t:group("id", { { "k", "count" }, { "m", "mean", "x" } }):csv(), "id,k,m\na,2,2.25\nb,1,\n")
  local u = wick.table_csv("id,y\nb,7\nc,8\n")
  equal(t:join(u, { on = "id" }):csv(), "id,x,n,ok,y\nb,,2,false,7\n")
  equal(t:join(u, { on = "id", kind = "left" }).rows, 3)
  equal(t:with("z", 1):with("x", { 4, 5, 6 }):select { "z", "x" }:head(2):csv(), "z,x\n1.0,4.0\n1.0,5.0\n")
  equal(t:take { 3, 1 }:append(t:head(1)):list "n", { 3, 1, 1 })
  equal(t:cast("n", "text"):rename("n", "m"):list "m", { "1", "2", "3" })
  equal(t:csv(), sample():csv())
end)

-- What is wrong with data is the run's error and no text; here it matters that it is one.
local function fails(f) check(not pcall(f)) end

test("misuse is told", function()
  local t = sample()
  raises(function() return t.selct end, "did you mean 'select'")
  raises(function() t.x = 1 end, "cannot be changed")
  fails(function() return t:list "nn" end)
  raises(function() return t:get(4, "x") end, "row 4 of a table of 3")
  raises(function() return t:where("id", "=", "a") end, "'=' is no comparison")
  raises(function() return t:where("id", "==", 1) end, "is text and is compared with a number")
  raises(function() return t:with("y", { 1 }) end, "has 1 values, the table 3 rows")
  raises(function() return t:group("id", { { "m", "median", "x" } }) end, "no aggregate 'median'")
  fails(function() return t:unique "id" end)
  fails(function() return t:join(t, { on = "id", unique = true }) end)
  raises(function() return t:cast("id", "whole") end, "no type 'whole'")
  raises(function() return wick.table { { "a", { 1, "x" } } } end, "value 2 is a string and no float")
  raises(function() return wick.table { { "a", { 1 } }, { "b", { 1, 2 } } } end, "column 'b' has 2 values, 'a' has 1")
  fails(function() return wick.table_csv "a,b\n1\n" end)
end)

test("strategies have no tables", function()
  local ok, message = run { script = [[
    local S = wick.strategy "x"
    function S.on_bar() wick.table { { "a", { 1 } } } end
    return S]] }
  check(ok == nil and message:find "wick.table belongs into a pipeline", message)
end)

test("JSON, reports, gates", function()
  equal(wick.canonical_json { b = 1e-7, a = { 0.1, 1e21, -0.0 }, c = "\1/é" },
    '{"a":[0.1,1e+21,0],"b":1e-7,"c":"\\u0001/é"}')
  equal(wick.canonical_json { ["\240\159\152\128"] = 1, ["\239\191\189"] = 2 }, '{"😀":1,"\239\191\189":2}')
  equal(wick.digest "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  equal(wick.markdown("T"):text("One."):section("S"):items({ 1, "b" }):table(sample():select "n", 1):done(),
    "# T\n\nOne.\n\n## S\n\n- 1\n- b\n\n| n |\n|---:|\n| 1 |\n")
  local gates = { { "low", function(f) return f.v < 1 end }, { "high", function(f) return f.v > 0 end } }
  equal(#wick.gates(gates, { v = 0.5 }), 2)
  equal(wick.gates(gates, { v = 2 })[1], "high")
end)

test("the configuration tree", function()
  local pm = wick.pm
  local cfg = pm.default_config()
  equal(pm.set(cfg, "exit.closeExitProb", 0.6).exit.closeExitProb, 0.6)
  equal(cfg.exit.closeExitProb, 0.7)
  raises(function() pm.set(cfg, "exit.closeExitPrbo", 1) end, "did you mean 'exit.closeExitProb'")
  raises(function() pm.set(cfg, "exit.closeExitProb", 1.5) end, "is 1.5, outside 0 to 1")
  raises(function() pm.set(cfg, "add.maxAddCount", 1.5) end, "'add.maxAddCount' must be whole")
  raises(function() pm.set(cfg, "sizing.minEdgeBps", 1 / 0) end, "'sizing.minEdgeBps' is not finite")
  raises(function() pm.set(cfg, "sizing.baseRatio", "x") end, "must be a number, got string")
  local function broken(f)
    local c = pm.default_config()
    f(c)
    return function() pm.check_config(c) end
  end
  raises(broken(function(c) c.add.cooldownMinutes = nil end), "'add.cooldownMinutes' is missing")
  raises(broken(function(c) c.open = nil end), "'open' is missing")
  raises(broken(function(c) c.opne = {} end), "'opne' is unknown; did you mean 'open'")
  raises(broken(function(c) c.pmConfigVersion = "2" end), "'pmConfigVersion' must be \"pm-config-v1\"")
  local th = pm.grid_at(pm.grid(), 1000)
  equal(pm.thresholds_of(pm.with_thresholds(th)), th)
  raises(function() pm.grid { long_opn_prob = { 1 } } end, "did you mean 'long_open_prob'")
end)
