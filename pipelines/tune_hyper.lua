-- Parameters of the model that filters a strategy's entries, searched over purged folds.
local job = require "job"

local P = wick.pipeline "tune_hyper"
P.doc = "Searches the parameters of a model. Writes PORTFOLIO_STRATEGY_best_params.json."
P.example = "wick pipeline tune_hyper --strategy donchian_breakout --data bars --portfolio SYN01,SYN02 " ..
  "--from 2015-01-01 --to 2018-12-31 --params_file configs/donchian_breakout.json"
P.options = job.pick("strategy data config portfolio from to warmup params params_file model model_params hyper_trials " ..
  "metric folds embargo label scaler imputer weights min_rows allow_constant sampler pruner batch")

function P.run(cfg, run)
  local bars, portfolio = job.bars(run, cfg, cfg.portfolio, cfg.from, cfg.to)
  for _, name in ipairs(cfg.strategy) do
    local strategy = job.strategy(run, cfg, name)
    job.search(run, cfg, strategy, bars, portfolio, strategy:values(job.given_params(run, cfg)))
    run:promote(portfolio .. "_" .. strategy.name .. "_best_params.json", strategy.name .. "_hyper_params.json")
  end
end

return P
