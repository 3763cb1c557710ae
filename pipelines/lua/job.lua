-- What the shipped pipelines share: options, inputs, and the stages tune, search, train and test.
local job = {}

-- ---- options --------------------------------------------------------------------------------

job.options = {
  strategy = { type = "list", required = true, doc = "names in strategies/, or files" },
  data = { type = "list", default = { "data" }, doc = "files or folders with bars" },
  config = { type = "text", doc = "JSON with profile, engine, cash, bars_per_year" },
  portfolio = { type = "text", required = true, doc = "of training: a name in configs/portfolios/, a file, or A,B" },
  from = { type = "date", required = true, doc = "first day of tuning and training" },
  to = { type = "date", required = true, doc = "last day of tuning and training" },
  warmup = { type = "int", default = 400, low = 0, high = 100000, doc = "days of bars before a span, for indicators only" },
  params = { type = "pairs", doc = "parameters of the strategy that are not tuned" },
  params_file = { type = "text", doc = "JSON with parameters of the strategy" },
  -- tuning
  trials = { type = "int", default = 100, low = 1, high = 1000000, doc = "of the strategy's parameters" },
  objective = { type = "text", default = "sortino", doc = "metric, named objective or FILE.lua" },
  min_trades = { type = "int", default = 30, low = 0, high = 1000000, doc = "trials with fewer trades are rejected" },
  split = { type = "text", default = "expanding(windows=2)", doc = "test parts a trial has to pass; docs/tuning.md" },
  sampler = { type = "text", default = "tpe", doc = "how parameters are chosen" },
  pruner = { type = "text", default = "median(startup=8)", doc = "ends hopeless trials between folds" },
  batch = { type = "int", default = 8, low = 1, high = 1000, doc = "trials asked for before any is told; changes results" },
  -- the model
  model = { type = "text", default = "xgboost", doc = "`wick list models`" },
  model_params = { type = "pairs", doc = "parameters of the model that are not searched" },
  hyper_file = { type = "text", doc = "JSON made by tune_hyper" },
  hyper_trials = { type = "int", default = 32, low = 1, high = 100000, doc = "of the model's parameters" },
  metric = { type = "text", default = "log_loss", doc = "of the search: log_loss, auc, brier" },
  folds = { type = "int", default = 3, low = 2, high = 100, doc = "purged folds" },
  embargo = { type = "int", default = 5, low = 0, high = 10000, doc = "bars after a test fold that no training row begins in" },
  label = { type = "choice", choices = { "own", "trade" }, default = "own", doc = "own: what S.label says; trade: outcome of the strategy's trade" },
  scaler = { type = "text", default = "none", doc = "`wick list scalers`" },
  imputer = { type = "text", default = "none", doc = "none, zero, mean, median, drop" },
  calibration = { type = "choice", choices = { "none", "platt", "isotonic" }, default = "platt" },
  weights = { type = "choice", choices = { "balanced", "uniqueness", "none" }, default = "balanced" },
  accept = { type = "number", default = 0.5, low = 0, high = 1, doc = "the threshold lets this share of the out-of-fold scores pass; 0: it is probability_threshold" },
  min_auc = { type = "number", default = 0.52, low = 0, high = 1, doc = "quality gate: out-of-fold AUC" },
  allow_constant = { type = "flag", doc = "train although a feature has one value in all training rows" },
  min_rows = { type = "int", default = 30, low = 30, high = 1000000000, doc = "quality gate: labelled rows" },
  -- the test
  test_portfolio = { type = "list", doc = "of the test; default: that of training" },
  test_from = { type = "date", required = true, doc = "first day of the test" },
  test_to = { type = "date", required = true, doc = "last day of the test" },
  trade_from = { type = "date", doc = "first day that is traded; default: the test's first" },
  threshold = { type = "number", low = 0, high = 1, doc = "a score has to be above it; default: the one the model was trained with" },
  size = { type = "pairs", doc = "floor=X cap=Y least=Z: amounts follow the score" },
  allow_overlap = { type = "flag", doc = "test on days the model learnt from; results say IN-SAMPLE" },
  random = { type = "int", default = 200, low = 0, high = 100000, doc = "RANDOM filters at the model's acceptance" },
  replicates = { type = "int", default = 1000, low = 100, high = 1000000, doc = "of the paired bootstrap" },
}

--- job.pick("strategy data ...") -> a table of these options; `changes` replaces fields of them.
function job.pick(names, changes)
  local out = {}
  for name in names:gmatch("%S+") do
    local o = {}
    for k, v in pairs(job.options[name] or error("no option " .. name)) do o[k] = v end
    for k, v in pairs(changes and changes[name] or {}) do o[k] = v end
    out[name] = o
  end
  return out
end

-- ---- inputs ---------------------------------------------------------------------------------

local function symbols_of(run, name)
  if name:find(",", 1, true) then
    local list = {}
    for s in name:gmatch("[^,]+") do list[#list + 1] = s end
    return list, "custom"
  end
  local path = run:find("configs/portfolios", name, ".json", true)
  if not path then return { name }, name end -- a symbol
  local json = run:read_json(path)
  local list = json.symbols or json
  if type(list) ~= "table" or #list == 0 then error(path .. ": a list of symbols, or { \"symbols\": [...] }, is expected", 0) end
  return list, (path:match("([^/]+)%.json$"))
end

--- Portfolios of a list: names of files each by itself, plain symbols together.
function job.portfolios(run, list)
  local out, loose = {}, {}
  for _, name in ipairs(list) do
    if run:find("configs/portfolios", name, ".json", true) then
      out[#out + 1] = name
    else
      loose[#loose + 1] = name
    end
  end
  if #loose > 0 then out[#out + 1] = #loose > 1 and table.concat(loose, ",") or loose[1] end
  return out
end

local days = 86400000

--- Bars of a portfolio: with days for indicators before `from`.
function job.bars(run, cfg, portfolio, from, to)
  local symbols, name = symbols_of(run, portfolio)
  local bars = run:bars { data = cfg.data, symbols = symbols, from = run:time(from) - cfg.warmup * days, to = to,
    skip_empty = true }
  local have, missing = {}, {}
  for _, s in ipairs(bars:symbols()) do have[s] = true end
  for _, s in ipairs(symbols) do
    if not have[s] then missing[#missing + 1] = s end
  end
  if #missing > 0 then run:log("%s: no bars before %s: %s", name, to, table.concat(missing, ", ")) end
  return bars, name
end

local config_keys = { profile = true, engine = true, cash = true, bars_per_year = true }

--- The strategy under the settings of --config.
function job.strategy(run, cfg, name, objective)
  local o = { file = run:find("strategies", name, ".lua"), objective = objective }
  if cfg.config then
    local json = run:read_json(cfg.config)
    for k, v in pairs(json) do
      if not config_keys[k] then error(cfg.config .. ": pipelines read profile, engine, cash and bars_per_year, not '" .. k .. "'", 0) end
      if not (k == "bars_per_year" and type(v) == "string") then o[k] = v end
    end
    if json.bars_per_year == "none" then o.bars_per_year = 0 end
    if json.bars_per_year == "auto" then o.bars_per_year = -1 end
  end
  return run:strategy(o)
end

-- Parameters given by file and by hand; a file may hold more, for the model.
function job.given_params(run, cfg)
  local p = {}
  if cfg.params_file then
    local json = run:read_json(cfg.params_file)
    for k, v in pairs(json.params or json) do p[k] = v end
  end
  for k, v in pairs(cfg.params or {}) do p[k] = v end
  return p
end

-- ---- tuning the strategy --------------------------------------------------------------------

local function space_of(strategy, fixed)
  local list = {}
  for _, p in ipairs(strategy:params()) do
    if not p.model and fixed[p.name] == nil and p.kind ~= "bool" then
      if p.kind == "choice" then
        -- Variants of a rule are the user's to choose; a search over them would be another strategy.
      elseif p.low < p.high then
        list[#list + 1] = { name = p.name, kind = p.kind, low = p.low, high = p.high, step = p.step }
      end
    end
  end
  return list
end

-- Optional rules are off at 0 by default and stay off.
local function is_switch(p) return p.kind == "int" and p.default == 0 and p.low == 0 end

local function search_space(strategy, fixed)
  local off = {}
  for _, p in ipairs(strategy:params()) do
    if is_switch(p) then off[p.name] = true end
  end
  local list = {}
  for _, d in ipairs(space_of(strategy, fixed)) do
    if not off[d.name] then list[#list + 1] = d end
  end
  return list
end

--- stage: best parameters of the strategy over the test parts of the split.
function job.tune(run, cfg, strategy, bars, portfolio, fixed)
  local prefix = portfolio .. "_" .. strategy.name
  local inputs = { strategy = strategy, bars = bars, fixed = fixed, trials = cfg.trials, objective = cfg.objective,
    min_trades = cfg.min_trades, split = cfg.split, sampler = cfg.sampler, pruner = cfg.pruner, batch = cfg.batch,
    from = cfg.from, seed = run.seed }
  return run:stage("tune-" .. prefix, inputs, function()
    local space = search_space(strategy, fixed)
    if #space == 0 then error(strategy.name .. ": no parameter is left to tune", 0) end
    local folds = bars:folds(cfg.split)
    local parts = {}
    for i, f in ipairs(folds) do
      local first = run:time(cfg.from)
      parts[i] = { bars = bars:upto(f.to), from = f.from > first and f.from or first }
    end
    local study = wick.study { direction = strategy.better == "lower" and "minimize" or "maximize", sampler = cfg.sampler,
      pruner = cfg.pruner, seed = run.seed }
    local first = {}
    for _, d in ipairs(space) do first[d.name] = strategy:values(fixed)[d.name] end
    study:enqueue(first)
    local rows = wick.list()
    while #rows < cfg.trials do
      local batch = {}
      for i = 1, math.min(cfg.batch, cfg.trials - #rows) do
        local trial, values, p = study:ask(), {}, {}
        for _, d in ipairs(space) do
          values[d.name] = trial[d.kind](trial, d.name, d.low, d.high, { step = d.step })
        end
        for k, v in pairs(fixed) do p[k] = v end
        for k, v in pairs(values) do p[k] = v end
        batch[i] = { trial = trial, number = trial.number, values = values, params = p, sum = 0, trades = 0 }
      end
      for k, part in ipairs(parts) do
        local going, runs = {}, {}
        for _, t in ipairs(batch) do
          if not t.state then
            going[#going + 1] = t
            runs[#runs + 1] = { params = t.params, keep = false }
          end
        end
        if #going == 0 then break end
        for i, r in ipairs(strategy:backtest { bars = part.bars, trade_from = part.from, runs = runs }) do
          local t = going[i]
          t.trades = t.trades + r.trade_count
          if r.objective == nil then
            t.state, t.reason = "fail", r.reason
          else
            t.sum = t.sum + r.objective
            t.trial:report(t.sum / k, k - 1)
            if k < #parts and t.trial:should_prune() then t.state = "pruned" end
          end
        end
      end
      for _, t in ipairs(batch) do
        if not t.state and t.trades < cfg.min_trades then
          t.state, t.reason = "fail", t.trades .. " trades, fewer than " .. cfg.min_trades
        end
        local value = not t.state and t.sum / #parts or nil
        study:tell(t.trial, value, { state = t.state or "complete" })
        local row = { trial = t.number, state = t.state or "complete", value = value, trades = t.trades, reason = t.reason }
        for k, v in pairs(t.values) do row[k] = v end
        rows[#rows + 1] = row
      end
    end
    local winner = study:best()
    local best = winner and winner.number
    if best == nil then error(strategy.name .. ": no trial has a result; the first: " .. (rows[1].reason or "pruned"), 0) end
    local header = { "trial", "state", "value", "trades", "reason" }
    for _, d in ipairs(space) do header[#header + 1] = d.name end
    run:write_csv(prefix .. "_strategy_trials.csv", header, rows)
    local params = {}
    for k, v in pairs(fixed) do params[k] = v end
    for _, d in ipairs(space) do params[d.name] = rows[best + 1][d.name] end
    run:write_json(prefix .. "_best_strategy_params.json", params, { indent = 2 })
    run:log("%s: trial %d of %d, %s %s over %d parts", prefix, best, #rows, cfg.objective, wick.fmt(rows[best + 1].value, 4), #parts)
    return { params = params, value = rows[best + 1].value, trial = best, parts = #parts }
  end)
end

-- ---- training data --------------------------------------------------------------------------

--- Rows and labels of a span, with a clear word when there are too few.
function job.dataset(run, cfg, strategy, bars, params)
  local x, labels, facts = strategy:dataset { bars = bars, params = params, from = run:time(cfg.from),
    to = run:time(cfg.to, true), by_trade = cfg.label == "trade" }
  local y = labels:y()
  local n, positives = y:count(), y:sum()
  local what = strategy.name .. ": " .. wick.fmt(n) .. " labelled rows, " .. wick.fmt(positives) .. " of them positive"
  if n < cfg.min_rows then error(what .. "; training needs at least " .. cfg.min_rows, 0) end
  if positives < 10 or n - positives < 10 then error(what .. "; training needs 10 of each class", 0) end
  local all = {}
  for i = 1, #x do all[i] = i end
  local drift, varies = ml.drift(x, all, all), false
  for _, name in ipairs(x:names()) do
    if drift[name].na_train == 1 then error(strategy.name .. ": feature '" .. name .. "' has no value in any training row", 0) end
    if drift[name].constant then
      if not (cfg.allow_constant or facts.may_be_constant[name]) then
        error(strategy.name .. ": feature '" .. name .. "' has one value in all training rows; leave it out of S.features, " ..
          "name it in S.constant_features, or say --allow-constant", 0)
      end
      run:log("%s: feature '%s' is constant in training", strategy.name, name)
    end
    varies = varies or not drift[name].constant
  end
  if not varies then error(strategy.name .. ": every feature has one value in all training rows; there is nothing to learn from", 0) end
  return x, labels, facts
end

local function weights_of(cfg, bars, x, labels)
  if cfg.weights == "balanced" then return "balanced" end
  if cfg.weights == "none" then return nil end
  return ml.weights { x = x, labels = labels, bars = bars, kind = "uniqueness" }
end

local function part_inputs(cfg, strategy, bars, params)
  return { strategy = strategy, bars = bars, params = params, from = cfg.from, to = cfg.to, label = cfg.label,
    folds = cfg.folds, embargo = cfg.embargo, weights = cfg.weights, model = cfg.model, scaler = cfg.scaler,
    imputer = cfg.imputer, model_params = cfg.model_params, min_rows = cfg.min_rows,
    allow_constant = cfg.allow_constant or nil }
end

--- stage: parameters of the model over purged folds.
function job.search(run, cfg, strategy, bars, portfolio, params, name)
  local prefix = name or (portfolio .. "_" .. strategy.name)
  local inputs = part_inputs(cfg, strategy, bars, params)
  inputs.hyper_trials, inputs.metric, inputs.sampler, inputs.pruner = cfg.hyper_trials, cfg.metric, cfg.sampler, cfg.pruner
  inputs.batch, inputs.seed = cfg.batch, run.seed
  return run:stage("search-" .. prefix, inputs, function()
    local x, labels = job.dataset(run, cfg, strategy, bars, params)
    local folds = ml.folds { x = x, labels = labels, kind = "purged", k = cfg.folds, embargo = cfg.embargo }
    local s = ml.search { x = x, labels = labels, folds = folds, weights = weights_of(cfg, bars, x, labels),
      model = cfg.model, fixed = cfg.model_params, scaler = cfg.scaler, imputer = cfg.imputer,
      trials = cfg.hyper_trials, batch = cfg.batch, sampler = cfg.sampler, pruner = cfg.pruner, seed = run.seed,
      metric = cfg.metric, threads = run.jobs }
    local rows, names = wick.list(), {}
    for i, t in ipairs(s.trials) do
      local row = { trial = t.number, state = t.state, value = t.value, rounds = t.rounds, reason = t.reason }
      for k, v in pairs(t.parts.params) do
        row[k] = v
        names[k] = true
      end
      rows[i] = row
    end
    local header = { "trial", "state", "value", "rounds", "reason" }
    for k in pairs(names) do header[#header + 1] = k end
    run:write_csv(prefix .. "_hyper_trials.csv", header, rows)
    local best = { model = cfg.model, params = s.best.parts.params, scaler = s.best.parts.scaler, imputer = s.best.parts.imputer }
    run:write_json(prefix .. "_best_params.json", best, { indent = 2 })
    run:log("%s: trial %d of %d, %s %s over %d folds", prefix, s.best.number, #s.trials, cfg.metric, wick.fmt(s.best.value, 4), #folds)
    return { hyper = best, value = s.best.value }
  end)
end

-- ---- training -------------------------------------------------------------------------------

-- Mean over the folds: scores of different folds are not on one scale.
local function mean_auc(folds)
  local sum, n = 0, 0
  for _, f in ipairs(folds) do
    if f.auc then
      sum = sum + f.auc * f.n_test
      n = n + f.n_test
    end
  end
  return n > 0 and sum / n or nil
end

local function gate_of(cfg, rows, auc)
  local reason
  if rows < cfg.min_rows then
    reason = rows .. " labelled rows, fewer than " .. cfg.min_rows
  elseif auc == nil then
    reason = "the out-of-fold AUC is not available"
  elseif auc < cfg.min_auc then
    reason = "out-of-fold AUC " .. wick.fmt(auc, 4) .. " is below " .. wick.fmt(cfg.min_auc)
  end
  return { metric = "auc", value = auc, minimum = cfg.min_auc, reason = reason }, reason == nil
end

local function importance_csv(run, name, bundle, x, labels, seed)
  local gain, shap = bundle:gain(), bundle:explain(x)
  local permuted = bundle:permute { x = x, labels = labels, seed = seed }
  local rows = {}
  for i, f in ipairs(bundle:features()) do
    rows[i] = { feature = f, gain = gain and gain[f], mean_abs_shap = shap and shap[f], permutation = permuted[f].mean,
      permutation_sd = permuted[f].sd }
  end
  run:write_csv(name, { "feature", "gain", "mean_abs_shap", "permutation", "permutation_sd" }, rows)
end

-- A score of this rank among the out-of-fold ones, calibrated as the bundle's will be.
local function threshold_of(cfg, strategy, params, oof, y)
  if cfg.accept == 0 then return strategy:values(params).probability_threshold end
  local p = cfg.calibration ~= "none" and ml.calibrate(cfg.calibration, oof, y) or oof
  local list = {}
  for i = 1, #p do
    if p[i] == p[i] then list[#list + 1] = p[i] end
  end
  table.sort(list)
  local k = math.floor((1 - cfg.accept) * #list + 0.5)
  local t = list[k < 1 and 1 or k]
  return t < 0 and 0 or t > 0.999999 and 0.999999 or t
end

-- Boosted trees stop early on the end of their training rows. For the model itself that end is one
-- stretch of the market; the mean over the folds' stops is steadier, and leaves all rows to learn from.
local function settle_rounds(run, o, parts)
  if parts.model ~= "xgboost" or parts.params.rounds or parts.params.early_stopping then return parts end
  local folds = ml.cross_validate { x = o.x, labels = o.labels, folds = o.folds, weights = o.weights, trials = { parts },
    seed = run.seed, threads = run.jobs }[1]
  local sum, n = 0, 0
  for _, f in ipairs(folds) do
    if f.rounds then
      sum = sum + f.rounds + 1
      n = n + 1
    end
  end
  local params = { early_stopping = 0, rounds = math.max(1, math.floor(sum / math.max(n, 1) + 0.5)) }
  for k, v in pairs(parts.params) do params[k] = v end
  return { model = parts.model, params = params, scaler = parts.scaler, imputer = parts.imputer }
end

--- stage: one model over all symbols. Returns what the bundle is called and whether it passed its
--- gate.
function job.train(run, cfg, strategy, bars, portfolio, params, hyper, name)
  local prefix = name or (portfolio .. "_" .. strategy.name)
  local inputs = part_inputs(cfg, strategy, bars, params)
  inputs.hyper, inputs.calibration, inputs.min_auc, inputs.seed = hyper, cfg.calibration, cfg.min_auc, run.seed
  inputs.accept = cfg.accept
  return run:stage("train-" .. prefix, inputs, function()
    local x, labels, facts = job.dataset(run, cfg, strategy, bars, params)
    local y = labels:y()
    local folds = ml.folds { x = x, labels = labels, kind = "purged", k = cfg.folds, embargo = cfg.embargo }
    local weights = weights_of(cfg, bars, x, labels)
    local parts = { model = hyper.model, params = hyper.params, scaler = hyper.scaler, imputer = hyper.imputer }
    parts = settle_rounds(run, { x = x, labels = labels, folds = folds, weights = weights }, parts)
    local per_fold, oof = ml.cross_validate { x = x, labels = labels, folds = folds, weights = weights, trials = { parts },
      seed = run.seed, threads = run.jobs, oof = true }
    for i, f in ipairs(per_fold[1]) do
      if f.failed then error(strategy.name .. ": fold " .. i .. " of " .. #folds .. ": " .. f.failed, 0) end
    end
    local scores = ml.score_classes(y, oof[1])
    local auc = mean_auc(per_fold[1])
    local gate, usable = gate_of(cfg, y:count(), auc)
    local clock, ends, last = bars:clock(), labels:ends(), 0
    for i = 1, #x do
      if y[i] == y[i] and ends[i] > last then last = ends[i] end
    end
    local info = {
      format = "wick-model", strategy = { name = strategy.name, sha256 = strategy.sha256, params = params },
      label = { kind = facts.kind, horizon = facts.horizon }, symbols = wick.list(bars:symbols()), rows = y:count(),
      positives = y:sum(), train_start = cfg.from, train_end = cfg.to, label_end = run:date(clock[last + 1]),
      data_sha256 = bars:digest(), seed = run.seed, usable = usable, quality_gate = gate, weights = cfg.weights,
      folds = cfg.folds, embargo = cfg.embargo,
    }
    local threshold = threshold_of(cfg, strategy, params, oof[1], y)
    local bundle = ml.fit { x = x, labels = labels, weights = weights, model = parts.model, params = parts.params,
      scaler = parts.scaler, imputer = parts.imputer, calibration = cfg.calibration, folds = cfg.folds,
      embargo = cfg.embargo, threshold = threshold, seed = run.seed, info = info }
    run:write_bundle(prefix .. ".model", bundle)
    run:write_json(prefix .. "_model_metrics.json", { out_of_fold = scores, folds = per_fold[1], quality_gate = gate,
      usable = usable, reliability = ml.reliability(y, oof[1], 10, "count") }, { indent = 2 })
    importance_csv(run, prefix .. "_importance.csv", bundle, x, labels, run.seed)
    run:log("%s: %d rows, %d positive, out-of-fold AUC %s, log loss %s (base rate %s)%s", prefix, y:count(), y:sum(),
      auc and wick.fmt(auc, 4) or "none", wick.fmt(scores.log_loss, 4), wick.fmt(scores.base_log_loss, 4),
      usable and "" or ": REJECTED, " .. gate.reason)
    return { file = prefix .. ".model", usable = usable, reason = gate.reason, auc = auc, sha256 = bundle:digest(),
      rows = y:count(), positives = y:sum() }
  end)
end

-- ---- results --------------------------------------------------------------------------------

--- What a result is worth telling besides its metrics.
function job.facts(r)
  local f = r:fates()
  return { avg_position = r.avg_position, rejected_cash = f.no_cash, rejected_slot = f.no_slot, rejected_model = f.model }
end

--- Files of a result.
function job.write_result(run, prefix, r)
  run:write_text(prefix .. "_trades.csv", r:text("trades_csv"))
  run:write_text(prefix .. "_equity.csv", r:text("equity_csv"))
  local m = r:metrics()
  local facts = job.facts(r)
  run:write_json(prefix .. "_metrics.json", { metrics = m, orders = r:fates(), avg_position = facts.avg_position,
    overlap = r.overlap ~= "" and "IN-SAMPLE: " .. r.overlap or nil }, { indent = 2 })
end

--- stage: a backtest with a model, its files and its table. `filter`: threshold, size, allow_overlap,
--- allow_unusable.
function job.backtest(run, cfg, strategy, params, portfolio, model, filter)
  local bars, short = job.bars(run, cfg, portfolio, cfg.test_from, cfg.test_to)
  local is_file = model ~= "passthrough" and not model:find("^random")
  local bundle = is_file and run:read_bundle(model) or nil
  local kind = is_file and "trained" or model == "passthrough" and "passthrough" or "random"
  local prefix = short .. "_" .. strategy.name .. "_" .. kind
  local value = run:stage("backtest-" .. prefix, { strategy = strategy, bars = bars, params = params,
    model = bundle or model, filter = filter, trade_from = job.trade_from(run, cfg), seed = run.seed }, function()
    local size = filter.size and next(filter.size) ~= nil and filter.size or nil
    local r = strategy:backtest { bars = bars, trade_from = job.trade_from(run, cfg), runs = { { params = params,
      model = bundle or model, threshold = is_file and filter.threshold or nil, size = size, seed = run.seed,
      allow_overlap = filter.allow_overlap, allow_unusable = filter.allow_unusable } } }[1]
    job.write_result(run, prefix, r)
    run:log("%s: %d trades, return %s %%%s", prefix, r.trade_count, wick.fmt(r.total_return_pct, 2),
      r.overlap ~= "" and ", IN-SAMPLE" or "")
    return { table = r:text("table") }
  end)
  run:show(short .. ", " .. kind .. "\n" .. value.table .. "\n")
end

--- Span that is traded.
function job.trade_from(run, cfg) return run:time(cfg.trade_from or cfg.test_from) end

return job
