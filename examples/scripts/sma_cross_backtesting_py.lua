-- The strategy of backtesting.py's first page: two averages, always in the market. Its numbers are
-- those of Backtest(data, SmaCross, cash=10_000, commission=.002, exclusive_orders=True) with
-- `--cash 10000`; docs/coming-from-backtesting-py.md shows both side by side.

local S = wick.strategy "sma_cross_backtesting_py"

S.params = { n1 = wick.int(10, 2, 100), n2 = wick.int(20, 5, 200) }
S.engine = { profile = "backtesting.py", fee_pct = 0.2, exclusive = "on" }

function S.series(b, p)
  local fast, slow = ta.sma(b.close, p.n1), ta.sma(b.close, p.n2)
  S.when.up = fast:gt(slow):both(fast[1]:lt(slow[1])) -- crossover() wants both strictly
  S.when.down = fast:lt(slow):both(fast[1]:gt(slow[1]))
end

function S.on.up(sym) sym:buy {} end
function S.on.down(sym) sym:sell {} end

return S
