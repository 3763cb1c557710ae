-- A strategy with a model, and its results as files.
local job = require "job"

local P = wick.pipeline "backtest"
P.doc = "Backtests a strategy with a model (a bundle, random:RATE or passthrough) on each portfolio."
P.example = "wick pipeline backtest --strategy donchian_breakout --data bars --test-portfolio SYN03,SYN04 " ..
  "--model configs/donchian_breakout_model --test-from 2019-01-01 --test-to 2020-12-31"
P.options = job.pick("strategy data config warmup params params_file model test_portfolio test_from test_to trade_from " ..
  "threshold size allow_overlap", {
  model = { default = false, required = true, doc = "a bundle, random:RATE or passthrough" },
  test_portfolio = { required = true, doc = "names in configs/portfolios/, files, or A,B" },
})
P.options.model.default = nil
P.options.allow_unusable = { type = "flag", doc = "use a model that failed its quality gate" }

function P.run(cfg, run)
  for _, name in ipairs(cfg.strategy) do
    local strategy = job.strategy(run, cfg, name)
    local params = strategy:values(job.given_params(run, cfg))
    for _, portfolio in ipairs(job.portfolios(run, cfg.test_portfolio)) do
      job.backtest(run, cfg, strategy, params, portfolio, cfg.model, { threshold = cfg.threshold, size = cfg.size,
        allow_overlap = cfg.allow_overlap, allow_unusable = cfg.allow_unusable })
    end
  end
end

return P
