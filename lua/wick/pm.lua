-- SPDX-License-Identifier: MIT
-- The position manager: configuration tree, grid of thresholds, open rule, metrics. What costs time
-- is C over columns (include/wick/pm.h); the rules are told in docs/position-manager.md.
local core = ...
local type, ipairs = type, ipairs
local raise = core.raise

local pm = {}

pm.version = "pm-config-v1"
local sections = { "open", "add", "exit", "sizing" }
local keys = core.pm_keys()

-- ---- configuration ---------------------------------------------------------------------------

--- wick.pm.default_config() -> a fresh tree.
function pm.default_config()
  local cfg = { pmConfigVersion = pm.version }
  for _, s in ipairs(sections) do cfg[s] = {} end
  for _, k in ipairs(keys) do cfg[k.section][k.key] = k.def end
  return cfg
end

local function refuse(key, why) raise("config: '" .. key .. "' " .. why) end

local function check_unknown(t, known, prefix)
  for key in core.pairs(t) do
    if not known[key] then
      local near = type(key) == "string" and core.nearest(key, known)
      refuse(prefix .. core.tostring(key), "is unknown" ..
        (near and "; did you mean '" .. prefix .. near .. "'?" or ""))
    end
  end
end

local function check_value(k, v)
  local name = k.section .. "." .. k.key
  if v == nil then refuse(name, "is missing") end
  if type(v) ~= "number" then refuse(name, "must be a number, got " .. type(v)) end
  if v ~= v or v == math.huge or v == -math.huge then refuse(name, "is not finite") end
  if k.int and v % 1 ~= 0 then refuse(name, "must be whole, got " .. core.fmt(v)) end
  if v < k.lo or v > k.hi then
    refuse(name, "is " .. core.fmt(v) .. ", outside " .. core.fmt(k.lo) .. " to " .. core.fmt(k.hi))
  end
end

--- wick.pm.check_config(tree) -> a copy of it; every defect is an error that names the dotted key.
function pm.check_config(cfg)
  if type(cfg) ~= "table" then raise("config: an object is expected, got " .. type(cfg)) end
  local known = { pmConfigVersion = true }
  for _, s in ipairs(sections) do known[s] = true end
  check_unknown(cfg, known, "")
  if cfg.pmConfigVersion ~= pm.version then
    refuse("pmConfigVersion", "must be \"" .. pm.version .. "\", got " ..
      core.tostring(cfg.pmConfigVersion))
  end
  local copy = { pmConfigVersion = pm.version }
  for _, s in ipairs(sections) do
    if type(cfg[s]) ~= "table" then
      refuse(s, cfg[s] == nil and "is missing" or "must be an object, got " .. type(cfg[s]))
    end
    local names = {}
    for _, k in ipairs(keys) do
      if k.section == s then names[k.key] = true end
    end
    check_unknown(cfg[s], names, s .. ".")
    copy[s] = {}
  end
  for _, k in ipairs(keys) do
    local v = cfg[k.section][k.key]
    check_value(k, v)
    copy[k.section][k.key] = v
  end
  return copy
end

--- wick.pm.set(tree, "exit.closeExitProb", value) -> a copy with one value changed.
function pm.set(cfg, dotted, value)
  local copy = pm.check_config(cfg)
  local section, key = core.tostring(dotted):match("^(%a+)%.(%a+)$")
  local names = {}
  for _, k in ipairs(keys) do names[k.section .. "." .. k.key] = true end
  if not names[dotted] then
    local near = core.nearest(core.tostring(dotted), names)
    refuse(core.tostring(dotted), "is unknown" .. (near and "; did you mean '" .. near .. "'?" or ""))
  end
  copy[section][key] = value
  return pm.check_config(copy)
end

--- wick.pm.config_object(tree): the tree in the order in which it is written.
function pm.config_object(cfg)
  local top = { { "pmConfigVersion", cfg.pmConfigVersion } }
  for _, s in ipairs(sections) do
    local list = {}
    for _, k in ipairs(keys) do
      if k.section == s then list[#list + 1] = { k.key, cfg[s][k.key] } end
    end
    top[#top + 1] = { s, core.object(list) }
  end
  return core.object(top)
end

--- wick.pm.config_hash(tree): SHA-256 of its canonical JSON.
function pm.config_hash(cfg) return core.sha256(core.canonical(cfg)) end

-- ---- grid ------------------------------------------------------------------------------------

pm.grid_keys = { "long_open_prob", "short_open_prob", "min_entry_prob", "max_market_risk_prob",
  "min_expected_edge_bps", "min_direction_margin" }

local default_grid = {
  long_open_prob = { 0.54, 0.56, 0.58, 0.60 },
  short_open_prob = { 0.54, 0.56, 0.58, 0.60 },
  min_entry_prob = { 0.50, 0.52, 0.55, 0.58 },
  max_market_risk_prob = { 0.35, 0.45, 0.55 },
  min_expected_edge_bps = { 1, 2, 3, 5 },
  min_direction_margin = { 0.02, 0.03, 0.05 },
}

--- wick.pm.grid([lists]) -> lists per key; keys left out have their default list.
function pm.grid(lists)
  local g = {}
  if lists ~= nil and type(lists) ~= "table" then raise("grid: an object of lists is expected") end
  for key in core.pairs(lists or {}) do
    if not default_grid[key] then
      local near = type(key) == "string" and core.nearest(key, default_grid)
      raise("grid: '" .. core.tostring(key) .. "' is unknown" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
  end
  for _, key in ipairs(pm.grid_keys) do
    local from = lists and lists[key]
    if from == nil then from = default_grid[key] end
    if type(from) ~= "table" or #from == 0 then raise("grid: '" .. key .. "' must be a list of numbers") end
    g[key] = core.list()
    for i = 1, #from do g[key][i] = from[i] end
  end
  return g
end

--- wick.pm.grid_size(grid)
function pm.grid_size(g)
  local n = 1
  for _, key in ipairs(pm.grid_keys) do n = n * #g[key] end
  return n
end

--- wick.pm.grid_at(grid, index) -> thresholds of a candidate, counted from 0; the last key varies
--- fastest.
function pm.grid_at(g, index)
  local th = {}
  for i = #pm.grid_keys, 1, -1 do
    local list = g[pm.grid_keys[i]]
    th[pm.grid_keys[i]] = list[index % #list + 1]
    index = math.floor(index / #list)
  end
  return th
end

-- ---- thresholds ------------------------------------------------------------------------------

--- wick.pm.threshold_hash(thresholds): the first sixteen digits over the object of the six keys.
function pm.threshold_hash(th)
  local six = {}
  for _, key in ipairs(pm.grid_keys) do six[key] = th[key] end
  return core.sha256(core.canonical(six)):sub(1, 16)
end

--- wick.pm.thresholds_object(thresholds): in the order of the grid.
function pm.thresholds_object(th)
  local list = {}
  for _, key in ipairs(pm.grid_keys) do list[#list + 1] = { key, th[key] } end
  return core.object(list)
end

--- wick.pm.with_thresholds(thresholds [, tree]) -> a copy of the (default) tree that holds them.
function pm.with_thresholds(th, cfg)
  local c = pm.check_config(cfg or pm.default_config())
  c.open.longOpenProb, c.open.shortOpenProb = th.long_open_prob, th.short_open_prob
  c.open.minLongEntryProb, c.open.minShortEntryProb = th.min_entry_prob, th.min_entry_prob
  c.open.maxMarketRiskProb, c.add.maxMarketRiskProb = th.max_market_risk_prob, th.max_market_risk_prob
  c.open.minExpectedEdgeBps, c.add.minExpectedEdgeBps = th.min_expected_edge_bps, th.min_expected_edge_bps
  c.sizing.minEdgeBps = th.min_expected_edge_bps
  c.open.minDirectionMargin = th.min_direction_margin
  c.sizing.maxSingleLegRatio = 1
  return pm.check_config(c)
end

--- wick.pm.thresholds_of(tree) -> the six values back.
function pm.thresholds_of(cfg)
  local o = cfg.open
  return {
    long_open_prob = o.longOpenProb, short_open_prob = o.shortOpenProb,
    min_entry_prob = math.min(o.minLongEntryProb, o.minShortEntryProb),
    max_market_risk_prob = o.maxMarketRiskProb, min_expected_edge_bps = o.minExpectedEdgeBps,
    min_direction_margin = o.minDirectionMargin,
  }
end

-- ---- trades ----------------------------------------------------------------------------------

pm.metric_names = { "trade_count", "win_rate", "avg_actual_edge_bps", "avg_weighted_edge_bps",
  "total_weighted_edge_bps", "max_drawdown_bps", "avg_planned_ratio", "profit_factor",
  "max_consecutive_losses" }

--- wick.pm.trades(frame, thresholds) -> the trades of a frame that is ordered by event_time.
function pm.trades(frame, th)
  return core.pm_trades(frame, th):with("threshold_hash", pm.threshold_hash(th))
end

--- wick.pm.metrics(trades) -> the nine numbers, and max_drawdown_from_zero_bps.
function pm.metrics(trades)
  return core.pm_metrics(trades, "actual_edge_bps", "weighted_edge_bps", "planned_ratio")
end

--- wick.pm.metrics_object(metrics): the nine numbers in their order.
function pm.metrics_object(m)
  local list = {}
  for _, name in ipairs(pm.metric_names) do list[#list + 1] = { name, m[name] } end
  return core.object(list)
end

--- wick.pm.score(metrics)
pm.score = core.pm_score
--- wick.pm.planned_ratio(edge, market_risk, min_edge)
pm.planned_ratio = core.pm_planned_ratio
--- wick.pm.equity(trades) -> the equity curve as a table.
pm.equity = core.pm_equity

--- wick.pm.regimes(trades [, labels]) -> one row per split and side, sorted; with labels (a table of
--- sample_id and regime) also per regime.
function pm.regimes(trades, labels)
  local keys = { "split_id", "side" }
  if labels then
    trades = trades:join(labels, { on = "sample_id", kind = "left" })
    keys[3] = "regime"
  end
  local pairs_ = trades:group(keys, {}):sort(keys)
  local rows = {}
  for i = 1, pairs_.rows do
    local r, where = pairs_:row(i), {}
    for k, key in ipairs(keys) do
      where[k] = r[key] and { key, "==", r[key] } or { key, "missing" }
    end
    rows[i] = pm.metrics(trades:where(where))
  end
  local out = pairs_
  for _, c in ipairs { { "trade_count", "int" }, { "win_rate" }, { "avg_actual_edge_bps" },
    { "total_weighted_edge_bps" } } do
    local list = {}
    for i = 1, #rows do list[i] = rows[i][c[1]] end
    out = out:with(c[1], list, c[2] or "float")
  end
  return out
end

--- wick.pm.search(frame, grid [, threads [, name]]) -> all candidates, best first.
function pm.search(frame, grid, threads, name)
  local lists = {}
  for i, key in ipairs(pm.grid_keys) do lists[i] = grid[key] end
  return core.pm_search(frame, lists, threads or 0, name)
end

--- wick.pm.best(candidates) -> thresholds, metrics and score of the first with a finite score.
function pm.best(candidates)
  for i = 1, candidates.rows do
    local r = candidates:row(i)
    if r.score and r.score < math.huge and r.score > -math.huge then
      local th, m = {}, {}
      for _, key in ipairs(pm.grid_keys) do th[key] = r[key] end
      for _, key in ipairs(pm.metric_names) do m[key] = r[key] end
      return th, m, r.score
    end
  end
  raise("no candidate has a score that is finite")
end

-- ---- path simulation -------------------------------------------------------------------------

pm.account_keys = { "fee_bps", "slippage_bps", "leverage", "maintenance_bps" }

--- wick.pm.default_account() -> costs per side and margin of the path simulation.
function pm.default_account()
  return { fee_bps = 0.5, slippage_bps = 0.3, leverage = 2, maintenance_bps = 50 }
end

--- wick.pm.path(rows) -> rows of many symbols made ready for wick.pm.simulate.
pm.path = core.pm_path

--- wick.pm.simulate(path, tree, account [, full]) -> metrics; with full also the tables trades,
--- events and equity, and every metric of wick in scores.
function pm.simulate(path, cfg, account, full)
  local a = pm.default_account()
  for key, v in core.pairs(account or {}) do
    if a[key] == nil then
      local near = type(key) == "string" and core.nearest(key, a)
      raise("account: '" .. core.tostring(key) .. "' is unknown" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
    a[key] = v
  end
  return core.pm_path_run(path, cfg, a, full)
end

--- wick.pm.account_object(account)
function pm.account_object(a)
  local list = {}
  for _, key in ipairs(pm.account_keys) do list[#list + 1] = { key, a[key] } end
  return core.object(list)
end

-- ---- model heads -----------------------------------------------------------------------------

--- wick.pm.samples(bars, options) -> one row per symbol and bar: features, labels, split.
pm.samples = core.heads_samples
--- wick.pm.train_heads(samples, options) -> predictions of the three heads, and their scores.
pm.train_heads = core.heads_train

return core.freeze("wick.pm", pm)
