-- The whole job: tune the strategy, search the model's parameters, train one global model, and judge it
-- out of sample against the same strategy without it.
local job = require "job"
local comparison = require "comparison"

local P = wick.pipeline "tune_train_backtest"
P.doc = "Tunes, trains and tests: TRAINED against PASSTHROUGH and RANDOM on days the model never saw. Ends with 3 when\n" ..
  "a model fails its quality gate (REJECTED); the tables are written all the same."
P.example = "wick pipeline tune_train_backtest --strategy donchian_breakout --data bars --portfolio SYN01,SYN02 " ..
  "--from 2015-01-01 --to 2018-12-31 --test-portfolio SYN03,SYN04 --test-from 2019-01-01 --test-to 2020-12-31"
P.options = job.pick("strategy data config portfolio from to warmup params params_file trials objective min_trades split " ..
  "sampler pruner batch model model_params hyper_trials metric folds embargo label scaler imputer calibration weights " ..
  "accept min_auc min_rows allow_constant test_portfolio test_from test_to trade_from threshold size allow_overlap random replicates")

function P.run(cfg, run)
  local past, portfolio = job.bars(run, cfg, cfg.portfolio, cfg.from, cfg.to)
  local tests = {}
  local names = cfg.test_portfolio and #cfg.test_portfolio > 0 and job.portfolios(run, cfg.test_portfolio) or
    { cfg.portfolio }
  for i, name in ipairs(names) do
    local bars, short = job.bars(run, cfg, name, cfg.test_from, cfg.test_to)
    tests[i] = { bars = bars, name = short }
  end
  local fixed, exit, tables = job.given_params(run, cfg), 0, {}
  local strategies = {}
  for i, name in ipairs(cfg.strategy) do strategies[i] = job.strategy(run, cfg, name, cfg.objective) end
  for _, strategy in ipairs(strategies) do
    local tuned = job.tune(run, cfg, strategy, past, portfolio, fixed)
    local params = strategy:values(tuned.params)
    local found = job.search(run, cfg, strategy, past, portfolio, params)
    local model = job.train(run, cfg, strategy, past, portfolio, params, found.hyper)
    if not model.usable then exit = 3 end
    for _, t in ipairs(tests) do
      tables[#tables + 1] = comparison.stage(run, cfg, strategy, t.bars, t.name, params, { name = model.file }, model.sha256)
    end
    local prefix = portfolio .. "_" .. strategy.name
    run:promote(prefix .. "_best_strategy_params.json", strategy.name .. ".json")
    run:promote(prefix .. "_best_params.json", strategy.name .. "_hyper_params.json")
    run:promote(model.file, strategy.name .. "_model")
  end
  comparison.write(run, tables)
  return { exit = exit }
end

return P
