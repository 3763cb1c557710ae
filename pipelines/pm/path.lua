-- SPDX-License-Identifier: MIT
-- Path simulation of the position manager.
local pm = wick.pm
local X = {}

local function rows_path(run, cfg)
  if cfg.path_rows then return cfg.path_rows end
  return run:find_table(run.dir .. "/dataset/path_rows")
end

--- Whether there is something to simulate; asking for the stage by name makes its absence an error.
function X.has_rows(run, cfg)
  if rows_path(run, cfg) then return true end
  if cfg.stage == "path" then
    error("dataset/path_rows: there is no such table in " .. run.dir .. " and --path-rows is not given", 0)
  end
  return false
end

function X.load(run, cfg)
  return run:read_table(rows_path(run, cfg), { types = { symbol = "text" } })
end

--- The config of --config, else the one the search wrote, else the default.
function X.config(run, cfg)
  local file = cfg.config or run.dir .. "/pm-search/position_manager_config.json"
  if not cfg.config and not run:exists(file) then return pm.default_config() end
  local document = run:read_json(file)
  local config = pm.check_config(document.config or document)
  local hash = document.config_hash_sha256
  if hash and hash ~= pm.config_hash(config) and not cfg.force then
    error("pm-search/position_manager_config.json: the config does not match its config_hash_sha256; " ..
      "--force uses it all the same", 0)
  end
  return config
end

--- Rows of the tuning split, for the search: the simulation's own rows are never searched on.
function X.load_tuning(run, cfg)
  local path = run:find_table(run.dir .. "/dataset/path_rows_tune")
  if not path then
    error("dataset/path_rows_tune: there is no such table in " .. run.dir .. "; --path-trials searches on the rows " ..
      "of the tuning split", 0)
  end
  return run:read_table(path, { types = { symbol = "text" } })
end

local function read_space(pairs_)
  local space = wick.list()
  for key, range in pairs(pairs_) do
    local low, high = tostring(range):match("^([^:]+):([^:]+)$")
    low, high = tonumber(low), tonumber(high)
    if not low or not high or low > high then error("--path-space " .. key .. ": LOW:HIGH is expected", 0) end
    pm.set(pm.set(pm.default_config(), key, low), key, high)
    space[#space + 1] = { key, low, high }
  end
  return space
end

--- Any keys of the config by a sampler of the optimiser, on the tuning rows. Writes path-search/ and
--- gives the best config. `from`: config, rows, account.
function X.search(run, cfg, from)
  local space = read_space(cfg.path_space)
  local inputs = { rows = from.rows, config = from.config, account = from.account, space = space,
    trials = cfg.path_trials, sampler = cfg.path_sampler, seed = run.seed }
  local best = run:stage("path-search", inputs, function()
    run:folder "path-search"
    local path, columns, scores = pm.path(from.rows), {}, {}
    for i, s in ipairs(space) do columns[i] = { s[1], {}, "float" } end
    local study = wick.study { direction = "maximize", sampler = cfg.path_sampler, seed = run.seed }
    study:optimize(function(trial)
      local row = #scores + 1
      for i, s in ipairs(space) do columns[i][2][row] = trial:num(s[1], s[2], s[3]) end
      local config = from.config
      for i, s in ipairs(space) do config = pm.set(config, s[1], columns[i][2][row]) end
      scores[row] = pm.score(pm.simulate(path, config, from.account).metrics)
      return scores[row]
    end, { n_trials = cfg.path_trials })
    local at = 1
    for i = 2, #scores do
      if scores[i] > scores[at] then at = i end
    end
    local chosen = {}
    for i, s in ipairs(space) do chosen[s[1]] = columns[i][2][at] end
    columns[#columns + 1] = { "score", scores, "float" }
    run:write_table("path-search/path_search_trials.csv", wick.table(columns):sort "-score")
    run:write_text("path-search/path_search.json", wick.pretty_json(wick.object {
      { "trials", #scores }, { "sampler", cfg.path_sampler }, { "best_score", scores[at] }, { "best", chosen },
    }) .. "\n")
    run:log("path-search: %d trials, best score %s", #scores, wick.fmt(scores[at]))
    local config = from.config
    for _, s in ipairs(space) do config = pm.set(config, s[1], chosen[s[1]]) end
    return config
  end)
  return pm.check_config(best)
end

local function scores_table(scores)
  local names, values = {}, {}
  for name, value in pairs(scores) do
    names[#names + 1] = name
    values[#values + 1] = value
  end
  return wick.table { { "metric", names }, { "value", values, "float" } }
end

--- Writes path-simulation/ as a whole. `from`: rows, config, account.
function X.stage(run, cfg, from)
  return run:stage("path", { rows = from.rows, config = from.config, account = from.account }, function()
    run:folder "path-simulation"
    local r = pm.simulate(pm.path(from.rows), from.config, from.account, true)
    local document = wick.object {
      { "account", pm.account_object(from.account) },
      { "config", pm.config_object(from.config) },
      { "metrics", pm.metrics_object(r.metrics) },
    }
    local by_action = r.events:group({ "action", "reason" }, { { "events", "count" } }):sort { "action", "reason" }
    run:write_table("path-simulation/path_trades.csv", r.trades)
    run:write_table("path-simulation/path_events.csv", r.events)
    run:write_table("path-simulation/path_equity.csv", r.equity)
    run:write_text("path-simulation/path_metrics.json", wick.pretty_json(document) .. "\n")
    run:write_table("path-simulation/path_scores.csv", scores_table(r.scores))
    local engine = wick.object {
      { "fills", r.engine.fills }, { "trades", r.engine.trades }, { "total_bps", r.engine.total_bps },
      { "fees_bps", r.engine.fees_bps },
      { "largest_fill_difference_bps", r.engine.largest_fill_difference_bps },
      { "total_difference_bps", r.engine.total_bps - r.metrics.total_weighted_edge_bps },
    }
    run:write_text("path-simulation/path_engine.json", wick.pretty_json(engine) .. "\n")
    run:write_text("path-simulation/path_report.md", wick.markdown("Path Simulation Report")
      :text("Positions opened, added to, halved and closed row by row, in basis points of leg capital without " ..
        "compounding. path_scores.csv holds every metric of wick over the same trades, on 10,000 of cash.")
      :section("Metrics"):json(pm.metrics_object(r.metrics))
      :section("Events"):table(by_action)
      :section("Event engine")
      :text("The same decisions as market orders of the event engine: real quantities on 10,000 of cash, fees on the " ..
        "notional of each fill, slippage in its price.")
      :json(engine):done())
    run:log("path: %d trades, %d adds, %d reductions, %d skips, total %s bps", r.metrics.trade_count, r.adds,
      r.reduces, r.skips, wick.fmt(r.metrics.total_weighted_edge_bps))
    return { metrics = r.metrics }
  end)
end

return X
