-- Parameters of a strategy, searched over the test parts of a split of the training span.
local job = require "job"

local P = wick.pipeline "tune_strategy"
P.doc = "Tunes the parameters of a strategy. Writes PORTFOLIO_STRATEGY_best_strategy_params.json."
P.example = "wick pipeline tune_strategy --strategy donchian_breakout --data bars --portfolio SYN01,SYN02 " ..
  "--from 2015-01-01 --to 2018-12-31"
P.options = job.pick("strategy data config portfolio from to warmup params params_file trials objective min_trades " ..
  "split sampler pruner batch")

function P.run(cfg, run)
  local bars, portfolio = job.bars(run, cfg, cfg.portfolio, cfg.from, cfg.to)
  for _, name in ipairs(cfg.strategy) do
    local strategy = job.strategy(run, cfg, name, cfg.objective)
    job.tune(run, cfg, strategy, bars, portfolio, job.given_params(run, cfg))
    run:promote(portfolio .. "_" .. strategy.name .. "_best_strategy_params.json", strategy.name .. ".json")
  end
end

return P
