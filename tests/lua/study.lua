-- SPDX-License-Identifier: MIT
-- wick.study: the same trials on both VMs, define by run, ask and tell, several objectives.

local function bowl(t)
  local x, y = t:num("x", -10, 10), t:int("y", -5, 5)
  return (x - 2) * (x - 2) + (y + 1) * (y + 1)
end

test("optimize finds the bottom of a bowl", function()
  local s = wick.study { direction = "minimize", sampler = "tpe", seed = 7 }
  s:optimize(bowl, { n_trials = 120 })
  local best = s:best()
  check(best.value < 0.5, "best is " .. best.value)
  equal(best.params.y, -1)
  equal(s:count(), 120)
  equal(s:trial(3).number, 3)
  equal(#s:trials(), 120)
  equal(s:importance()[1].name == "x" or s:importance()[1].name == "y", true)
end)

test("the same seed gives the same trials", function()
  local a = wick.study { sampler = "random", seed = 5 }:optimize(bowl, { n_trials = 20 })
  local b = wick.study { sampler = "random", seed = 5 }:optimize(bowl, { n_trials = 20 })
  local c = wick.study { sampler = "random", seed = 6 }:optimize(bowl, { n_trials = 20 })
  local same, other = 0, 0
  for i = 0, 19 do
    if a:trial(i).value == b:trial(i).value then same = same + 1 end
    if a:trial(i).value == c:trial(i).value then other = other + 1 end
  end
  equal(same, 20)
  check(other < 20)
  -- The number itself is the same on both VMs.
  equal(wick.fmt(a:best().value), wick.fmt(b:best().value))
end)

test("define by run: a parameter of one branch belongs to its trials", function()
  local s = wick.study { direction = "maximize", seed = 1 }
  s:optimize(function(t)
    if t:choice("kind", { "a", "b" }) == "a" then return t:num("only_a", 0, 1) end
    return t:bool("flag") and 0.5 or 0.1
  end, { n_trials = 30 })
  for _, t in ipairs(s:trials()) do
    equal(t.params.only_a ~= nil, t.params.kind == "a")
    equal(type(t.params.flag) == "boolean", t.params.kind == "b")
  end
  equal(s:best().params.kind, "a")
end)

test("ask and tell, enqueue, attributes", function()
  local s = wick.study { name = "by hand", direction = "minimize" }
  equal(s.name, "by hand")
  s:enqueue { x = 1.5, y = 2 }
  local t = s:ask()
  equal(t:num("x", -10, 10), 1.5)
  equal(t:int("y", -5, 5), 2)
  t:attr("note", { why = "first", list = { 1, 2 } })
  equal(t:attr("note").list[2], 2)
  s:tell(t, 3.25)
  equal(s:trial(0).value, 3.25)
  equal(s:trial(0).state, "COMPLETE")
  local u = s:ask()
  u:num("x", -10, 10)
  s:tell(u, nil, { state = "fail" })
  equal(s:trial(1).state, "FAIL")
  s:attr("made", "today")
  equal(s:attr("made"), "today")
  equal(s:attr("nothing"), nil)
end)

test("pruning, constraints, failures", function()
  local s = wick.study { direction = "minimize", sampler = "random", pruner = "median(startup=3)", seed = 3 }
  s:optimize(function(t)
    local x = t:num("x", 0, 1)
    for step = 0, 4 do
      t:report(x + step, step)
      if t:should_prune() then return wick.pruned end
    end
    t:constrain("below", x - 0.9)
    return x
  end, { n_trials = 40 })
  local n = 0
  for _, t in ipairs(s:trials()) do
    if t.state == "PRUNED" then n = n + 1 end
    if t.state == "COMPLETE" and t.params.x > 0.9 then check(t.violation > 0) end
  end
  check(n > 3, n .. " pruned")
  local f = wick.study {}
  f:optimize(function(t)
    t:num("x", 0, 1)
    if t.number == 1 then error("broken") end
    if t.number == 2 then error(wick.pruned) end
    if t.number == 3 then return nil end
    return 1
  end, { n_trials = 5, catch = true })
  equal(f:trial(1).state, "FAIL")
  equal(f:trial(2).state, "PRUNED")
  equal(f:trial(3).state, "FAIL")
  equal(f:trial(4).state, "COMPLETE")
  raises(function()
    wick.study {}:optimize(function() error("broken") end, { n_trials = 1 })
  end, "broken")
end)

test("several objectives", function()
  local s = wick.study { directions = { "minimize", "maximize" }, sampler = "nsga2", seed = 2 }
  s:optimize(function(t)
    local x = t:num("x", 0, 2)
    return { x * x, -(x - 2) * (x - 2) }
  end, { n_trials = 60 })
  check(#s:best_trials() > 5)
  check(s:hypervolume { 4, -4 } > 5)
end)

test("callbacks and stop", function()
  local seen = 0
  local s = wick.study { sampler = "random" }
  s:optimize(bowl, { n_trials = 50, callback = function(study, t)
    seen = seen + 1
    if t.number == 9 then study:stop() end
  end })
  equal(seen, 10)
  equal(s:count(), 10)
end)

test("terminators, time limits, lists of callbacks, grids that end", function()
  local n, s = 0, wick.study { direction = "minimize", sampler = "random", seed = 1 }
  s:optimize(bowl, { terminator = "stagnation(10)", callbacks = { function() n = n + 1 end, function() n = n + 1 end } })
  check(s:count() > 10 and s:count() < 500, s:count() .. " trials")
  equal(n, 2 * s:count())
  check(s.why:find("10") ~= nil, tostring(s.why))
  local limited = wick.study { sampler = "random" }
  limited:optimize(bowl, { timeout = 0.05 })
  check(limited:count() > 0)
  local g = wick.study { sampler = 'grid({"n": [1, 2, 3]})' }
  g:optimize(function(t) return t:int("n", 1, 3) end, { n_trials = 50 })
  equal(g:count(), 3)
  check(g:exhausted())
end)

test("trials from elsewhere, and copies", function()
  local a = wick.study { direction = "minimize", sampler = "tpe", seed = 4 }:optimize(bowl, { n_trials = 30 })
  local b = wick.study { direction = "minimize", sampler = "tpe", seed = 4 }
  equal(b:copy(a), 30)
  a:optimize(bowl, { n_trials = 10 })
  b:optimize(bowl, { n_trials = 10 })
  for i = 0, 39 do equal(b:trial(i).value, a:trial(i).value) end
  local c = wick.study { direction = "minimize" }
  local space = { x = { kind = "num", low = -10, high = 10 }, kind = { kind = "choice", choices = { "a", "b" } } }
  equal(c:add { params = { x = 2.5, kind = "b" }, space = space, value = 0.25 }, 0)
  equal(c:trial(0).params.kind, "b")
  equal(c:best().value, 0.25)
  equal(c:enqueue { x = 1 }, 1)
  raises(function() c:add { params = { x = 99 }, space = space, value = 1 } end, "'x' is not in its space")
  raises(function() c:add { params = { y = 1 }, space = space, value = 1 } end, "space has no 'y'")
  raises(function() c:add { params = { x = 1 }, space = space, valu = 1 } end, "did you mean 'value'")
  raises(function() c:copy(c) end, "another study")
  raises(function() c:copy(3) end, "a study is expected")
end)

test("profiles and budgets", function()
  local function first(profile)
    local s = wick.study { sampler = "tpe", seed = 3, profile = profile }:optimize(bowl, { n_trials = 30 })
    return s:trial(29).params.x
  end
  check(first("optuna4") ~= first("optuna5"))
  equal(first(nil), first("optuna5"))
  local s = wick.study { sampler = "auto", budget = 300, seed = 1 }:optimize(bowl, { n_trials = 12 })
  check(s:sampler():find("tpe", 1, true) ~= nil, s:sampler())
  raises(function() wick.study { profile = "optuna3" } end, "optuna4 or optuna5")
end)

test("mistakes are named", function()
  raises(function() wick.study { directon = "minimize" } end, "did you mean 'direction'")
  raises(function() wick.study { direction = "up" } end, "minimize or maximize")
  raises(function() wick.study { sampler = "tpf" } end, "did you mean 'tpe'")
  local s = wick.study {}
  raises(function() s:optimise(bowl) end, "did you mean 'optimize'")
  raises(function() s:optimize(bowl, {}) end, "n_trials is missing")
  raises(function() s:optimize(bowl, { timeout = -1 }) end, "above 0")
  raises(function() s:optimize(bowl, { terminator = "stagnatin" }) end, "did you mean 'stagnation'")
  local t = s:ask()
  raises(function() t:number_of("x") end, "a trial has no")
  raises(function() t:num("x", 0, 1, { stop = 1 }) end, "did you mean 'step'")
  raises(function() t:choice("c", {}) end, "list of choices")
  t:num("x", 0, 1)
  raises(function() t:int("x", 0, 1) end, "x")
  raises(function()
    must_run { script = 'local S = wick.strategy "s"\nfunction S.signals(b) wick.study {} return { long = b.close } end\nreturn S' }
  end, "belongs into a pipeline")
end)
