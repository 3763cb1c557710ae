-- SPDX-License-Identifier: MIT
-- S.rebalance, S.allocate and the functions of weights, on bars with known prices.

local function ramp(n, from, step)
  local close = {}
  for i = 1, n do close[i] = from + step * (i - 1) end
  return { close = close }
end

local function go(head, bars, options)
  local o = options or {}
  o.script = "local S = wick.strategy \"portfolio\"\n" .. head .. "\nreturn S"
  o.bars = bars or { A = ramp(40, 100, 1), B = ramp(40, 100, 0.5), C = ramp(40, 100, -0.5) }
  return must_run(o)
end

local function fails(head, pattern)
  local ok, why = pcall(go, head)
  if ok then error("it ran: " .. head, 2) end
  if not tostring(why):find(pattern, 1, true) then
    error("expected '" .. pattern .. "', got: " .. tostring(why), 2)
  end
end

test("equal weights every ten bars", function()
  local r = go [[
    S.rebalance = 10
    S.allocate = { optimiser = "equal" }]]
  -- 333 of each at 100; later the winners are cut back
  equal(#r.trades > 2, true)
end)

test("rotation keeps what ranks inside the band", function()
  local r = go([[
    S.rebalance = 1
    function S.init(ctx) ctx:series("score", function(b) return b.close end) end
    S.allocate = { alpha = "score", top = 1, worst = 2, keep = true }]],
    { A = ramp(30, 100, 1), B = ramp(30, 110, 0.2), C = ramp(30, 20, 6) })
  -- B is best first; A passes it, then C passes both and B falls to third
  equal(#r.trades, 1)
  equal(r.trades[1].symbol, "B")
end)

test("a function of the parameters, alpha, risk, optimiser and sizer as functions", function()
  local r = go [[
    S.params = { n = wick.int(5, 1, 20) }
    function S.rebalance(p) return { every = p.n, drift = 0, band = 0 } end
    local seen = 0
    function S.allocate(p)
      return {
        alpha = function(ctx) return { A = 3, B = 1, C = -1 } end,
        risk = function(ctx, q, alpha)
          assert(q.n == 5 and alpha.A == 3 and alpha.C == -1)
          alpha.B = nil
          return alpha
        end,
        optimiser = function(ctx, q, alpha)
          assert(alpha.B == nil and alpha.A == 3)
          seen = seen + 1
          if seen == 1 then return nil end
          return { A = 0.5, C = -0.25 }
        end,
        sizer = function(ctx, q, w)
          assert(w.A == 0.5 and w.C == -0.25)
          return { A = 10, C = -5 }
        end,
      }
    end
    function S.on_bar(ctx)
      local a, c = ctx:sym("A"), ctx:sym("C")
      if ctx.bar == 5 then assert(a.position == 0) end
      if ctx.bar == 6 then assert(a.position == 10 and c.position == -5) end
    end]]
  equal(#r.trades, 0)
end)

test("on_rebalance and ctx:due", function()
  go [[
    S.rebalance = "7 bars"
    local asked = 0
    function S.on_rebalance(ctx, p)
      asked = asked + 1
      assert(ctx.bar % 7 == 0 and ctx:due(7) and ctx:due "7 bars")
      assert(not ctx:due "never")
      ctx:target_weights({ ctx:sym "A" }, 0.5)
    end
    function S.on_bar(ctx)
      if ctx.bar == 39 then assert(asked == 6, asked) end
      assert(ctx:due(7) == (ctx.bar % 7 == 0))
    end]]
end)

test("once waits until something is ready", function()
  local r = go [[
    S.rebalance = "once"
    S.allocate = { optimiser = "inverse_vol", window = 10 }
    function S.on_bar(ctx)
      if ctx.bar == 10 then assert(ctx.open_count == 0) end
      if ctx.bar == 11 then assert(ctx.open_count == 3) end
    end]]
  equal(#r.trades, 0)
end)

test("a volatility target leaves cash, gross caps it", function()
  go [[
    S.rebalance = 5
    S.allocate = { optimiser = "equal", window = 10, vol_target = 0.001 }
    function S.on_bar(ctx)
      if ctx.bar > 12 then assert(ctx.cash > 0.3 * ctx.equity, ctx.cash) end
    end]]
end)

test("weights of plain lists", function()
  local rows = { { 0.01, 0.02 }, { -0.01, 0.01 }, { 0.02, -0.03 }, { 0.00, 0.02 }, { -0.01, -0.01 } }
  local c = wick.covariance(rows, "sample")
  equal(c[1][2], c[2][1])
  local w = wick.weights("inverse_variance", { cov = c })
  local v1, v2 = 1 / c[1][1], 1 / c[2][2]
  equal(math.abs(w[1] - v1 / (v1 + v2)) < 1e-14, true)
  w = wick.weights("min_variance", { returns = rows, covariance = "sample" })
  equal(math.abs(w[1] + w[2] - 1) < 1e-14, true)
  local best = (c[2][2] - c[1][2]) / (c[1][1] + c[2][2] - 2 * c[1][2])
  equal(math.abs(w[1] - math.min(1, best)) < 1e-12, true)
  w = wick.weights("equal", { cov = c, hi = 0.3 })
  equal(w[1], 0.3)
  equal(w[2], 0.3) -- caps that cannot hold the budget leave cash
  w = wick.weights("risk_parity", { cov = c, score = { 1, 3 } })
  local m1 = w[1] * (c[1][1] * w[1] + c[1][2] * w[2])
  local m2 = w[2] * (c[2][1] * w[1] + c[2][2] * w[2])
  equal(math.abs(m2 / m1 - 3) < 1e-9, true)
end)

test("groups and caps", function()
  local c = { { 1, 0, 0, 0 }, { 0, 1, 0, 0 }, { 0, 0, 1, 0 }, { 0, 0, 0, 1 } }
  local w = wick.weights("min_variance",
    { cov = c, group = { 0, 0, 1, -1 }, group_cap = { 0.3, 0 }, hi = 0.4 })
  equal(math.abs(w[1] - 0.15) < 1e-12 and math.abs(w[3] - 0.35) < 1e-12, true)
  w = wick.weights("inverse_vol", { cov = c, group = { 0, 0, 1, -1 }, group_cap = { 0.3, 0 } })
  equal(math.abs(w[1] - 0.15) < 1e-12 and math.abs(w[4] - 0.35) < 1e-12, true)
  w = wick.weights("mean_variance", { cov = c, mean = { 1, 0, 0, -1 }, lo = -1, hi = 1, gross = 1.2 })
  equal(math.abs(math.abs(w[1]) + math.abs(w[2]) + math.abs(w[3]) + math.abs(w[4]) - 1.2) < 1e-12, true)
end)

test("every optimiser, covariance and limit of the chain runs", function()
  local bars = {}
  for k, name in ipairs { "A", "B", "C", "D" } do
    local close, x = {}, k
    for i = 1, 60 do
      x = (x * 48271) % 2147483647
      close[i] = (close[i - 1] or 100) * (1 + 0.02 * (x / 2147483647 - 0.48))
    end
    bars[name] = { close = close }
  end
  for _, optimiser in ipairs { "equal", "score", "inverse_vol", "inverse_variance", "risk_parity", "hrp",
    "max_diversification", "min_variance", "mean_variance", "max_sharpe", "fixed" } do
    for _, covariance in ipairs { "sample", "diagonal", "ledoit_wolf", "oas", "ewma", "constant_correlation" } do
      go([[S.rebalance = 7
        local asked = 0
        S.allocate = { optimiser = "]] .. optimiser .. [[", covariance = "]] .. covariance .. [[", window = 20,
          alpha = function() return { A = 0.2, B = 0.3, C = 0.1, D = 0.2 } end, hi = 0.4,
          groups = { A = "x", B = "x" }, group_caps = { x = 0.6 }, gross = 1 }
        function S.on_bar(ctx)
          if ctx.bar < 23 then return end
          local all = 0
          for _, sym in ipairs(ctx.symbols) do
            local share = sym.position * sym.close[0] / ctx.equity
            assert(share > -0.001 and share < 0.45, share)
            all = all + share
          end
          assert(all <= 1.05, all)
        end]], bars)
    end
  end
end)

test("long and short: lo below 0, gross, places on both sides", function()
  local r = go [[
    S.rebalance = 5
    S.allocate = { optimiser = "mean_variance", mean = "alpha", covariance = "ledoit_wolf", window = 10,
      aversion = 5, lo = -0.5, hi = 1, budget = 0.3, gross = 0.9,
      alpha = function() return { A = 0.02, B = 0.01, C = -0.03 } end }
    function S.on_bar(ctx)
      if ctx.bar > 12 then assert(ctx:sym("C").position < 0 and ctx:sym("A").position > 0) end
    end]]
  equal(r ~= nil, true)
  go [[
    S.rebalance = 5
    S.allocate = { alpha = function() return { A = 3, B = 2, C = 1 } end, top = 1, bottom = 1,
      optimiser = "inverse_vol", window = 10 }
    function S.on_bar(ctx)
      if ctx.bar > 12 then
        assert(ctx:sym("A").position > 0 and ctx:sym("B").position == 0 and ctx:sym("C").position < 0)
      end
    end]]
end)

test("mistakes are named", function()
  fails([[S.rebalance = "montly"; S.allocate = {}]], "did you mean 'monthly'")
  fails([[S.rebalance = "month"; S.allocate = { optimizer = "equal" }]], "did you mean 'optimiser'")
  fails([[S.rebalance = "month"; S.allocate = { optimiser = "risk_party" }]], "did you mean 'risk_parity'")
  fails([[S.rebalance = "month"; S.allocate = { covariance = "ledoitwolf", optimiser = "inverse_vol", window = 3 }
    S.rebalance = 5]], "did you mean 'ledoit_wolf'")
  fails([[S.rebalance = "month"; S.allocate = { top = 2.5 }]], "whole number")
  fails([[S.rebalance = "month"; S.allocate = { top = 2, worst = 1 }]], "at least the number of places")
  fails([[S.rebalance = "month"; S.allocate = { keep = true }]], "top + bottom")
  fails([[S.rebalance = { every = "month", drif = 1 }; S.allocate = {}]], "did you mean 'drift'")
  fails([[S.rebalance = "month"]], "S.allocate or S.on_rebalance")
  fails([[S.allocate = {}]], "needs S.rebalance")
  fails([[S.rebalance = 5; S.allocate = { alpha = function() return { Z = 1 } end }]], "'Z' is not loaded")
  fails([[S.rebalance = 5; S.allocate = { alpha = "mom" }]], "has no 'mom'")
  fails([[S.rebalance = 5; S.allocate = { alpha = function() return { A = -1 } end, optimiser = "fixed",
    sizer = "long_only" }]], "long-only")
end)
