-- SPDX-License-Identifier: MIT
local head = [[
local S = wick.strategy "x"
function S.each_bar(sym) if sym.bar %% 10 == 0 then sym:buy { units = 1, hold = 4 } end end
%s
return S]]

local function own(text) return must_run { script = head:format(text), bars = { symbols = 2, count = 120 } } end

test("metrics of one's own see scores and ledger", function()
  local r = own [[
    metrics.define { name = "per_trade", title = "pnl by trade", better = "higher",
      eval = function(m) return m.total_pnl / m.trade_count end }
    metrics.define { name = "longest", eval = function(m, ledger)
      local n = 0
      for _, t in ipairs(ledger.trades) do
        n = math.max(n, t.bars)
        assert(t.symbol and t.side == "long" and t.units == 1 and t.entry_time < t.exit_time)
      end
      return n
    end }
    metrics.define { name = "last", eval = function(m, ledger) return ledger.equity[#ledger.equity] / ledger.cash0 end }
    metrics.define { name = "none", eval = function(m) return nil end }]]
  near(r.own.per_trade, r.metrics.total_pnl / r.metrics.trade_count)
  equal(r.own.longest, 4)
  near(r.own.last, r.equity[#r.equity] / 100000)
  check(r.own.none ~= r.own.none, "nil is NA")
end)

local wrong = {
  { "metrics.define { name = 'a', eval = function(m) return m.trade_cont end }", "no metric 'trade_cont'; did you mean 'trade_count'?" },
  { "metrics.define { name = 'a', eval = function(m, l) return l.fills end }", "the ledger has no 'fills'" },
  { "metrics.define { name = 'a', eval = function() return 'x' end }", "must return a number or nil" },
  { "metrics.define { name = 'a', eval = print } metrics.define { name = 'a', eval = print }", "is defined twice" },
}
for _, case in ipairs(wrong) do
  test("wrong: " .. case[2], function()
    local r, message = run { script = head:format(case[1]), bars = { symbols = 1, count = 60 } }
    check(r == nil, "it ran")
    check(message:find(case[2], 1, true), message)
  end)
end
