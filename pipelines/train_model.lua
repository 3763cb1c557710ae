-- One model over all symbols of a portfolio, from parameters that are there.
local job = require "job"

local P = wick.pipeline "train_model"
P.doc = "Trains the model that filters a strategy's entries. Writes PORTFOLIO_STRATEGY.model; ends with 3 when the\n" ..
  "model fails its quality gate (REJECTED)."
P.example = "wick pipeline train_model --strategy donchian_breakout --data bars --portfolio SYN01,SYN02 " ..
  "--from 2015-01-01 --to 2018-12-31 --hyper-file configs/donchian_breakout_hyper_params.json"
P.options = job.pick("strategy data config portfolio from to warmup params params_file model model_params hyper_file " ..
  "folds embargo label scaler imputer calibration weights accept min_auc min_rows allow_constant")

function P.run(cfg, run)
  local bars, portfolio = job.bars(run, cfg, cfg.portfolio, cfg.from, cfg.to)
  local exit = 0
  for _, name in ipairs(cfg.strategy) do
    local strategy = job.strategy(run, cfg, name)
    local hyper = cfg.hyper_file and run:read_json(cfg.hyper_file) or
      { model = cfg.model, params = cfg.model_params or {}, scaler = cfg.scaler, imputer = cfg.imputer }
    local model = job.train(run, cfg, strategy, bars, portfolio, strategy:values(job.given_params(run, cfg)), hyper)
    run:promote(model.file, strategy.name .. "_model")
    if not model.usable then exit = 3 end
  end
  return { exit = exit }
end

return P
