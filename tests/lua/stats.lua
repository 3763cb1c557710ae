-- SPDX-License-Identifier: MIT
-- metrics.psr, pbo, spa, bootstrap ... from a script.
local head = [[
local S = wick.strategy "x"
function S.each_bar(sym) if sym.bar %% 10 == 0 then sym:buy { units = 1, hold = 4 } end end
local out = {}
local function put(name, v) metrics.define { name = name, eval = function() return v end } end
local x, y, z = {}, {}, {}
for i = 1, 120 do
  x[i] = math.sin(i * 1.7) * 0.01 + 0.002
  y[i] = math.sin(i * i) * 0.01
  z[i] = math.cos(i * i * 0.3) * 0.01 - 0.001
end
%s
return S]]

local function own(text)
  return must_run { script = head:format(text), bars = { symbols = 1, count = 120 } }.own
end

test("one series", function()
  local r = own [[
    local m = metrics.moments { 1, 2, 4, 9 }
    put("mean", m.mean) put("dev", m.dev) put("n", m.n)
    put("my_psr", metrics.psr(x)) put("psr_ref", metrics.psr(x, 1))
    put("trl", metrics.min_trl(x)) put("none", metrics.min_trl(z))
    put("dsr1", metrics.dsr(x, 1, 0.01)) put("dsr", metrics.dsr(x, 100, 0.01))
    put("best", metrics.expected_max_sharpe(0.5 / 250, 100))
    put("block", metrics.block_length(x))]]
  near(r.mean, 4)
  near(r.dev, math.sqrt(9.5))
  equal(r.n, 4)
  check(r.my_psr > 0.99 and r.psr_ref < 0.01, "psr")
  check(r.trl > 2 and r.none ~= r.none, "min_trl")
  near(r.dsr1, r.my_psr)
  check(r.dsr < r.my_psr, "dsr")
  near(r.best, 0.11317200186513214)
  check(r.block >= 1, "block")
end)

test("many trials", function()
  local r = own [[
    local p = metrics.pbo({ x, y, z }, { blocks = 8 })
    put("pbo", p.pbo) put("combinations", p.combinations) put("loss", p.prob_loss)
    local s = metrics.spa({ x, y, z }, { replicates = 200 })
    put("spa", s.p_consistent) put("winner", s.best) put("significant", #s.significant)
    local c = metrics.trials { x, y, z, x }
    put("raw", c.raw) put("effective", c.effective)]]
  equal(r.combinations, 70)
  check(r.pbo <= 0.5 and r.loss <= 0.5, "pbo")
  equal(r.winner, 1)
  check(r.spa < 0.05 and r.significant >= 1, "spa")
  equal(r.raw, 3)
  check(r.effective <= 3 and r.effective >= 1, "effective")
end)

test("intervals", function()
  local r = own [[
    local function mean(t) local s = 0 for i = 1, #t do s = s + t[i] end return s / #t end
    local a = metrics.bootstrap(x, mean, { replicates = 300 })
    local b = metrics.bootstrap(x, "mean", { replicates = 300 })
    put("low", a.low) put("high", a.high) put("b_low", b.low) put("est", a.estimate)
    local c = metrics.bootstrap(x, "sharpe", { replicates = 50, method = "basic", resample = "stationary" })
    put("ratio", c.estimate) put("defined", c.defined)
    metrics.define { name = "sharpe_low", eval = function(m)
      local t = metrics.intervals { metrics = { "sharpe", "avg_pnl" }, replicates = 100 }
      return t.sharpe.low <= t.sharpe.high and t.avg_pnl.defined or 0
    end }]]
  check(r.low < r.est and r.est < r.high, "around the estimate")
  near(r.low, r.b_low)
  equal(r.defined, 50)
  equal(r.sharpe_low, 100)
end)

local wrong = {
  { "metrics.psr(1)", "a list of numbers is wanted, not a number" },
  { "metrics.psr { 1, 'a' }", "entry 2 is a string" },
  { "metrics.psr { 1, 0 / 0 }", "entry 2 is not a finite number" },
  { "metrics.pbo({ x, { 1, 2 } })", "trial 2 has 2 returns, the first one 120" },
  { "metrics.pbo({ x, y }, { block = 8 })", "no option 'block'; did you mean 'blocks'?" },
  { "metrics.pbo({ x, y }, { blocks = 7 })", "blocks is even" },
  { "metrics.bootstrap(x, 'median')", "is not mean or sharpe" },
  { "metrics.bootstrap(x, function() error('oops') end)", "oops" },
  { "metrics.bootstrap(x, function() return 'a' end)", "must return a number or nil" },
  { "metrics.bootstrap(x, 'mean', { method = 'bcb' })", "it is one of bca, percentile and basic" },
  { "metrics.intervals { metrics = { 'sharpe' } }", "only while a result is scored" },
  { "metrics.psrr(x)", "did you mean metrics.psr?" },
}
for _, case in ipairs(wrong) do
  test("wrong: " .. case[2], function()
    local r, message = run { script = head:format(case[1]), bars = { symbols = 1, count = 60 } }
    check(r == nil, "it ran")
    check(message:find(case[2], 1, true), message)
  end)
end
