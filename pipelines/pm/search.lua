-- SPDX-License-Identifier: MIT
-- Threshold search on the tuning split, and the config it writes.
local pm = wick.pm
local frames = require "pm.frames"
local S = {}

local config_path = "pm-search/position_manager_config.json"

local function report(th, m, candidates)
  return wick.markdown("PM Threshold Report")
    :text("The thresholds were chosen on the tuning split by trying every candidate of a reproducible grid and " ..
      "balancing net edge, drawdown and trade count.")
    :section("Best Thresholds"):json(pm.thresholds_object(th))
    :section("Best Metrics"):json(pm.metrics_object(m))
    :section("Top Candidates"):table(candidates, 10)
    :done()
end

local function config_document(config, count, score, m)
  return wick.object {
    { "pm_config_version", pm.version },
    { "config", pm.config_object(config) },
    { "config_hash_sha256", pm.config_hash(config) },
    { "threshold_stability_json", wick.object {
      { "source", "tune_predictions_and_entry_labels" },
      { "method", "deterministic_grid_search_v1" },
      { "candidate_count", count },
      { "best_score", score },
      { "best_metrics", pm.metrics_object(m) },
    } },
  }
end

--- Writes pm-search/ as a whole. `from`: frame, grid.
function S.stage(run, cfg, from)
  return run:stage("search", { frame = from.frame, grid = from.grid, format = cfg.format }, function()
    run:folder "pm-search"
    local candidates = pm.search(from.frame, from.grid, run.jobs, "PM frame tune_inner")
    local th, m, score = pm.best(candidates)
    local config = pm.with_thresholds(th)
    local trades = pm.trades(from.frame, th)
    local document = wick.pretty_json(config_document(config, candidates.rows, score, m)) .. "\n"
    run:write_text(config_path, document)
    run:write_text("pm-search/pm_threshold_config.json", document)
    run:write_text("pm-search/canonical_config.json", wick.canonical_json(config))
    run:write_table("pm-search/pm_search_candidates.csv", candidates)
    run:write_table("pm-search/pm_backtest_trades." .. cfg.format, trades)
    run:write_table("pm-search/pm_equity_curve.csv", pm.equity(trades))
    run:write_table("pm-search/pm_regime_metrics.csv", pm.regimes(trades, frames.regimes(from.frame)))
    local text = report(th, m, candidates)
    run:write_text("pm-search/pm_threshold_report.md", text)
    run:write_text("pm-search/pm_search_report.md", text)
    run:log("search: %d candidates, best score %s with %d trades, thresholds %s", candidates.rows,
      wick.fmt(score), m.trade_count, pm.threshold_hash(th))
    return { thresholds = th, score = score, candidates = candidates.rows }
  end)
end

--- The config the search wrote: its tree, thresholds and hash.
function S.read_config(run, cfg)
  local path = run.dir .. "/" .. config_path
  if not run:exists(path) then
    error(config_path .. " is missing in " .. run.dir .. ": run --stage search first", 0)
  end
  local document = run:read_json(path)
  if type(document) ~= "table" or document.pm_config_version ~= pm.version then
    error(config_path .. ": pm_config_version must be \"" .. pm.version .. "\"", 0)
  end
  local config = pm.check_config(document.config)
  local hash = pm.config_hash(config)
  if hash ~= document.config_hash_sha256 then
    local why = config_path .. ": the config does not match its config_hash_sha256 (" ..
      tostring(document.config_hash_sha256) .. ", the config has " .. hash .. ")"
    if not cfg.force then error(why .. "; --force uses it all the same", 0) end
    run:log("%s; used because of --force", why)
  end
  return { config = config, hash = hash, thresholds = pm.thresholds_of(config) }
end

return S
