-- A model per window: trained on what was known, used until the next one is there.
local job = require "job"

local P = wick.pipeline "walk_forward"
P.doc = "Retrains the model at every window and backtests once over all windows, each scored by its own model."
P.example = "wick pipeline walk_forward --strategy donchian_breakout --data bars --portfolio SYN01,SYN02 " ..
  "--from 2012-01-01 --to 2020-12-31 --train 1500 --test 365"
P.options = job.pick("strategy data config portfolio from to warmup params params_file model model_params hyper_file folds " ..
  "embargo label scaler imputer calibration weights accept min_auc min_rows allow_constant threshold size random replicates")
P.options.train = { type = "int", default = 1095, low = 30, high = 100000, doc = "days of training in a window" }
P.options.test = { type = "int", default = 365, low = 5, high = 100000, doc = "days a model is used" }
P.options.anchored = { type = "flag", doc = "training always begins at --from" }
P.options.search = { type = "int", default = 0, low = 0, high = 100000, doc = "trials of the model's parameters in every window; 0: none" }

local comparison = require "comparison"
local day = 86400000

-- Windows whose test part begins inside the span.
local function windows(run, cfg)
  local first, last = run:time(cfg.from), run:time(cfg.to, true)
  local list, start = {}, first + cfg.train * day
  while start <= last do
    local stop = math.min(start + cfg.test * day - 1, last)
    list[#list + 1] = { train_from = cfg.anchored and first or start - cfg.train * day, train_to = start - 1, from = start, to = stop }
    start = start + cfg.test * day
  end
  return list
end

-- Options of one window: the same job on another span.
local function window_cfg(run, cfg, w)
  local c = {}
  for k in pairs(P.options) do c[k] = cfg[k] end
  c.from, c.to = run:date(w.train_from), run:date(w.train_to)
  c.hyper_trials, c.metric, c.sampler, c.pruner, c.batch = cfg.search, "log_loss", "tpe", "median(startup=8)", 8
  return c
end

function P.run(cfg, run)
  local bars, portfolio = job.bars(run, cfg, cfg.portfolio, cfg.from, cfg.to)
  local list = windows(run, cfg)
  if #list == 0 then error("no window: --train " .. cfg.train .. " days leave nothing of the span to test", 0) end
  local tables = {}
  for _, name in ipairs(cfg.strategy) do
    local strategy = job.strategy(run, cfg, name)
    local params = strategy:values(job.given_params(run, cfg))
    local given = cfg.hyper_file and run:read_json(cfg.hyper_file) or
      { model = cfg.model, params = cfg.model_params or {}, scaler = cfg.scaler, imputer = cfg.imputer }
    local parts, rows = {}, {}
    for i, w in ipairs(list) do
      local c = window_cfg(run, cfg, w)
      local past = bars:upto(w.train_to)
      local prefix = portfolio .. "_" .. strategy.name .. "_window" .. i
      local hyper = given
      if cfg.search > 0 then hyper = job.search(run, c, strategy, past, portfolio, params, prefix).hyper end
      local model = job.train(run, c, strategy, past, portfolio, params, hyper, prefix)
      parts[i] = { from = w.from, file = model.file, sha256 = model.sha256 }
      rows[i] = { window = i, train_from = c.from, train_to = c.to, test_from = run:date(w.from), test_to = run:date(w.to),
        rows = model.rows, positives = model.positives, auc = model.auc, usable = model.usable, reason = model.reason }
    end
    run:write_csv(portfolio .. "_" .. strategy.name .. "_windows.csv",
      { "window", "train_from", "train_to", "test_from", "test_to", "rows", "positives", "auc", "usable", "reason" }, rows)
    local test = { random = cfg.random, replicates = cfg.replicates, threshold = cfg.threshold, size = cfg.size,
      test_from = run:date(list[1].from), test_to = cfg.to }
    tables[#tables + 1] = comparison.stage(run, test, strategy, bars, portfolio, params, { parts = parts }, parts)
  end
  comparison.write(run, tables)
end

return P
