-- SPDX-License-Identifier: MIT
-- The global `ml`, and what `run` adds to it: bars, strategies, bundles.
local core = ...
local raise = core.raise
local F = core.ml_functions
local R = core.run_methods

local ml = {}
for _, name in ipairs { "vector", "models", "scalers", "matrix", "labels", "weights", "folds", "scaler",
  "fit", "cross_validate", "check", "score_classes", "score_reals", "score_ranks", "score_filter",
  "reliability", "correlate", "drift", "calibrate" } do
  ml[name] = F[name]
end

--- ml.synth { symbols =, bars =, seed =, timeframe =, ragged = } -> bars: made-up ones.
ml.synth = core.job_synth

--- ml.load(path) -> bundle
ml.load = F.bundle_load

-- ---- search ---------------------------------------------------------------------------------

-- Spaces of the shipped models (docs/ml.md, "Search").
local function num(low, high, log) return { kind = "num", low = low, high = high, log = log } end
local function int(low, high, log) return { kind = "int", low = low, high = high, log = log } end
local spaces = {
  xgboost = {
    eta = num(0.01, 0.3, true), max_depth = int(2, 8), min_child_weight = num(1, 50, true),
    subsample = num(0.5, 1), colsample_bytree = num(0.4, 1), reg_lambda = num(1e-3, 100, true),
    reg_alpha = num(1e-3, 10, true), gamma = num(0, 5),
  },
  random_forest = {
    trees = int(100, 800), max_depth = int(3, 16), colsample_bynode = num(0.2, 1),
    subsample = num(0.4, 0.9), min_child_weight = num(1, 50, true),
  },
  logistic = { C = num(1e-4, 1e2, true) },
  ridge = { alpha = num(1e-4, 1e3, true) },
  lasso = { alpha = num(1e-4, 1e3, true) },
  elastic_net = { alpha = num(1e-4, 1e3, true), l1_ratio = num(0, 1) },
  gaussian_nb = { var_smoothing = num(1e-12, 1, true) },
}

--- ml.space(model) -> the shipped search space of a model: { parameter = { kind, low, high, log } }.
function ml.space(model)
  local s = spaces[model]
  if not s then raise("ml.space: there is no shipped space of model '" .. core.tostring(model) .. "'; give `space`") end
  local copy = {}
  for name, d in core.pairs(s) do
    copy[name] = { kind = d.kind, low = d.low, high = d.high, log = d.log }
  end
  return copy
end

local search_fields = {
  x = true, labels = true, folds = true, weights = true, model = true, fixed = true, space = true,
  scaler = true, imputer = true, trials = true, batch = true, sampler = true, pruner = true,
  seed = true, metric = true, threads = true,
}
-- Metrics a search may go by, and what is better.
local better = {
  log_loss = "lower", brier = "lower", rmse = "lower", mae = "lower", auc = "higher", r2 = "higher",
  average_precision = "higher",
}

-- What is fixed is not searched.
local function space_list(space, fixed)
  local list = {}
  for name, d in core.pairs(space) do
    if type(d) ~= "table" then raise("ml.search: the space of '" .. name .. "' must be a table like { kind = \"num\", low = 0, high = 1 }") end
    if fixed[name] == nil then
      list[#list + 1] = { name = name, kind = d.kind, low = d.low, high = d.high, log = d.log, step = d.step,
        choices = d.choices }
    end
  end
  return list
end

-- Values of a trial as what a fit takes. "scaler" and "imputer" are parts of their own.
local function parts_of(o, values)
  local p = { model = o.model, scaler = o.scaler, imputer = o.imputer, params = {} }
  for k, v in core.pairs(o.fixed or {}) do p.params[k] = v end
  for k, v in core.pairs(values) do
    if k == "scaler" or k == "imputer" then p[k] = v else p.params[k] = v end
  end
  return p
end

-- Asks for a batch, runs it fold by fold so that pruners see every trial's folds so far, and tells
-- it in order: the same trials for any number of threads.
local function run_batch(o, study, list, n)
  local batch = {}
  for i = 1, n do
    local number, values = study:ask(list)
    batch[i] = { number = number, parts = parts_of(o, values), sum = 0, folds = core.list() }
  end
  for fold = 1, #o.folds do
    local going, trials = {}, {}
    for _, t in ipairs(batch) do
      if not t.over then
        going[#going + 1] = t
        trials[#trials + 1] = t.parts
      end
    end
    if #going == 0 then break end
    local scores = F.cross_validate { x = o.x, labels = o.labels, folds = o.folds, weights = o.weights,
      trials = trials, fold = fold, seed = o.seed, threads = o.threads }
    for i, t in ipairs(going) do
      local s = scores[i][1]
      local v = not s.failed and s[o.metric] or nil
      if v == nil then
        t.over, t.reason = "fail", s.failed or (o.metric .. " is not available in fold " .. fold)
      else
        t.sum = t.sum + v
        t.folds[fold] = v
        t.rounds = (t.rounds or 0) + (s.rounds or 0)
        if fold < #o.folds and study:report(t.number, fold - 1, t.sum / fold) then t.over = "pruned" end
      end
    end
  end
  for _, t in ipairs(batch) do
    if not t.over then study:report(t.number, #o.folds - 1, t.sum / #o.folds) end
    study:tell(t.number, t.over or "complete", not t.over and t.sum / #o.folds or nil)
  end
  return batch
end

--- ml.search { x =, labels =, folds =, model =, trials =, ... } -> { best =, trials = }: parameters
--- of a model over folds.
function ml.search(o)
  if type(o) ~= "table" then raise("ml.search takes a table") end
  for k in core.pairs(o) do
    if not search_fields[k] then
      local n = core.nearest(core.tostring(k), search_fields)
      raise("ml.search: unknown field '" .. core.tostring(k) .. "'" .. (n and "; did you mean '" .. n .. "'?" or ""))
    end
  end
  local metric = o.metric or "log_loss"
  if not better[metric] then raise("ml.search: metric is one of " .. table.concat(core.sorted_keys(better), ", ")) end
  local list = space_list(o.space or ml.space(o.model), o.fixed or {})
  local job = { x = o.x, labels = o.labels, folds = o.folds, weights = o.weights, model = o.model, fixed = o.fixed,
    scaler = o.scaler, imputer = o.imputer, seed = o.seed, threads = o.threads, metric = metric }
  local study = core.study { better = better[metric], sampler = o.sampler, pruner = o.pruner, seed = o.seed }
  local total, size, all = o.trials or 32, o.batch or 8, core.list()
  local reason
  while #all < total do
    local n = total - #all
    for _, t in ipairs(run_batch(job, study, list, n < size and n or size)) do
      reason = reason or t.reason
      all[#all + 1] = { number = t.number, state = t.over or "complete", parts = t.parts, folds = t.folds,
        value = not t.over and t.sum / #o.folds or nil, reason = t.reason,
        rounds = not t.over and t.rounds / #o.folds or nil }
    end
  end
  local best = study:best()
  if best == nil then raise("ml.search: no trial was completed: " .. (reason or "all were pruned")) end
  return { best = all[best + 1], trials = all, metric = metric }
end

core.ml = core.freeze("ml", ml)

-- ---- run ------------------------------------------------------------------------------------

local function moment(what, v, is_end)
  if v == nil or type(v) == "number" then return v end
  local t = type(v) == "string" and core.parse_date(v, is_end)
  if not t then raise(what .. ": '" .. core.tostring(v) .. "' is no date (2024-03-01)") end
  return t
end

--- run:bars { data =, symbols =, from =, to =, timeframe =, symbol_info =, funding =, borrow =, actions =, rates =, drop_bad =,
--- skip_empty = } -> bars, an input of the run. Dates are inclusive.
function R.bars(_, o)
  if type(o) ~= "table" then raise("run:bars takes a table") end
  local data = o.data
  if type(data) == "string" then data = { data } end
  local known = { data = true, symbols = true, from = true, to = true, timeframe = true, symbol_info = true,
    funding = true, borrow = true, actions = true, rates = true, drop_bad = true, skip_empty = true }
  for k in core.pairs(o) do
    if not known[k] then
      local n = core.nearest(core.tostring(k), known)
      raise("run:bars: unknown field '" .. core.tostring(k) .. "'" .. (n and "; did you mean '" .. n .. "'?" or ""))
    end
  end
  local b = core.job_bars { data = data, symbols = o.symbols, from = moment("run:bars: from", o.from, false),
    to = moment("run:bars: to", o.to, true), timeframe = o.timeframe, symbol_info = o.symbol_info,
    funding = o.funding, borrow = o.borrow, actions = o.actions, rates = o.rates, drop_bad = o.drop_bad, skip_empty = o.skip_empty }
  if b:ticks() == 0 then raise("run:bars: no bar is left between " .. core.tostring(o.from) .. " and " .. core.tostring(o.to)) end
  local name = table.concat(data, ",") .. " [" .. table.concat(b:symbols(), ",") .. "] " ..
    (o.from and core.tostring(o.from) or "") .. ".." .. (o.to and core.tostring(o.to) or "") ..
    (o.timeframe and " " .. o.timeframe or "")
  core.work_input(name, b:digest())
  return b
end

--- run:strategy { file =, profile =, engine =, cash =, bars_per_year = } -> strategy, an input of
--- the run.
function R.strategy(_, o)
  if type(o) == "string" then o = { file = o } end
  local s = core.job_strategy(o)
  core.work_input(s.file, s.sha256)
  return s
end

--- run:find(folder, name, ending [, may_miss]) -> path: `folder/name.ending` here or where wick is installed; a
--- name with a slash or with the ending is taken as a path.
function R.find(_, folder, name, ending, may_miss)
  if name:find("/", 1, true) or name:sub(-#ending) == ending then return name end
  return core.find_file(folder, name, ending) or not may_miss and
    raise("there is no " .. folder .. "/" .. name .. ending .. ", here or where wick is installed") or nil
end

--- run:compare(a, b, metrics [, { replicates =, level =, seed = }]) -> { metric = { low =, high = } },
--- block length: intervals of the differences a - b by a paired block bootstrap of days.
function R.compare(_, a, b, metrics, o) return core.job_compare(a, b, metrics, o or {}) end

--- run:metric_rows() -> the forty rows: { { name =, unit =, better = }, ... }
function R.metric_rows() return core.metric_rows() end

--- run:time(date [, last]) -> ms: the first (or the last) moment of a date.
function R.time(_, date, last) return moment("run:time", date, last) end

--- run:date(ms) -> text
function R.date(_, ms) return core.date_text(ms) end

--- run:write_bundle(name, bundle)
function R.write_bundle(_, name, bundle) F.bundle_save(name, bundle) end

--- run:read_bundle(path) -> bundle: the file becomes an input of the run.
function R.read_bundle(_, path)
  core.work_read(path)
  return F.bundle_load(path)
end

--- run:load_bundle(name) -> bundle: one this run wrote.
function R.load_bundle(run, name) return F.bundle_load(run.dir .. "/" .. name) end

return ml
