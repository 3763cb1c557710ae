-- Strategies x portfolios x models in one set of tables: TRAINED, PASSTHROUGH, RANDOM.
local job = require "job"
local comparison = require "comparison"

local P = wick.pipeline "compare"
P.doc = "Compares each model with its strategy alone and with random filters that accept as often. Writes compare.md,\n" ..
  "compare.csv and compare.json."
P.example = "wick pipeline compare --strategy donchian_breakout --data bars --test-portfolio SYN03,SYN04 " ..
  "--models configs/donchian_breakout_model --test-from 2019-01-01 --test-to 2020-12-31"
P.options = job.pick("strategy data config warmup params params_file test_portfolio test_from test_to trade_from threshold " ..
  "size allow_overlap random replicates", {
  test_portfolio = { required = true, doc = "names in configs/portfolios/, files, or A,B" },
})
P.options.models = { type = "list", default = {}, doc = "bundles; default: configs/STRATEGY_model" }

-- The bundle among those given that is of this strategy; its parameters are the ones it was trained with.
local function model_of(run, cfg, strategy)
  local paths = #cfg.models > 0 and cfg.models or { "configs/" .. strategy.name .. "_model" }
  for _, path in ipairs(paths) do
    local bundle = run:read_bundle(path)
    local info = bundle:info()
    if not info.strategy or info.strategy.name == strategy.name then return path, bundle, info end
  end
  error("no model of strategy '" .. strategy.name .. "' among " .. table.concat(paths, ", "), 0)
end

function P.run(cfg, run)
  local tables = {}
  for _, name in ipairs(cfg.strategy) do
    local strategy = job.strategy(run, cfg, name)
    local path, bundle, info = model_of(run, cfg, strategy)
    local params = {}
    for k, v in pairs(info.strategy and info.strategy.params or {}) do params[k] = v end
    for k, v in pairs(job.given_params(run, cfg)) do params[k] = v end
    for _, portfolio in ipairs(job.portfolios(run, cfg.test_portfolio)) do
      local bars, short = job.bars(run, cfg, portfolio, cfg.test_from, cfg.test_to)
      tables[#tables + 1] = comparison.stage(run, cfg, strategy, bars, short, strategy:values(params), { path = path }, bundle:digest())
    end
  end
  comparison.write(run, tables)
end

return P
