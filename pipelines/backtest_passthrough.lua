-- The same backtest without a model: what a filter has to beat.
local job = require "job"

local P = wick.pipeline "backtest_passthrough"
P.doc = "Backtests a strategy without a model on each portfolio."
P.example = "wick pipeline backtest_passthrough --strategy donchian_breakout --data bars --test-portfolio SYN03,SYN04 " ..
  "--test-from 2019-01-01 --test-to 2020-12-31"
P.options = job.pick("strategy data config warmup params params_file test_portfolio test_from test_to trade_from", {
  test_portfolio = { required = true, doc = "names in configs/portfolios/, files, or A,B" },
})

function P.run(cfg, run)
  for _, name in ipairs(cfg.strategy) do
    local strategy = job.strategy(run, cfg, name)
    local params = strategy:values(job.given_params(run, cfg))
    for _, portfolio in ipairs(job.portfolios(run, cfg.test_portfolio)) do
      job.backtest(run, cfg, strategy, params, portfolio, "passthrough", {})
    end
  end
end

return P
