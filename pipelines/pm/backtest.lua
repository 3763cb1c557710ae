-- SPDX-License-Identifier: MIT
-- Integrated backtest over all splits, and the gates that decide.
local pm = wick.pm
local frames = require "pm.frames"
local splits = frames.splits
local ablation = require "pm.ablation"
local sealed = require "pm.sealed"
local B = {}

-- The gates in the order in which their reasons are told. V: validation_locked, S: latest_stress.
B.gates = {
  { "validation_locked_net_edge_not_positive", function(f) return f.V.total_weighted_edge_bps <= 0 end },
  { "validation_locked_trade_count_below_80", function(f) return f.V.trade_count < 80 end },
  { "validation_locked_profit_factor_below_1.15", function(f) return f.V.profit_factor < 1.15 end },
  { "validation_locked_avg_trade_edge_not_positive", function(f) return f.V.avg_weighted_edge_bps <= 0 end },
  { "validation_locked_max_consecutive_losses_above_8", function(f) return f.V.max_consecutive_losses > 8 end },
  { "latest_stress_trade_count_below_20", function(f) return f.S.trade_count < 20 end },
  { "latest_stress_profit_factor_below_1.0", function(f) return f.S.profit_factor < 1 end },
  { "latest_stress_avg_trade_edge_below_minus_3", function(f) return f.S.avg_weighted_edge_bps < -3 end },
  { "latest_stress_max_consecutive_losses_above_10", function(f) return f.S.max_consecutive_losses > 10 end },
  { "latest_stress_loss_too_large_vs_validation", function(f)
    return f.V.total_weighted_edge_bps > 0 and f.S.total_weighted_edge_bps < -0.5 * f.V.total_weighted_edge_bps
  end },
}

--- Metrics of V and S -> "PASS" or "REJECTED", and the reasons.
function B.judge(metrics)
  local reasons = wick.gates(B.gates, { V = metrics.validation_locked, S = metrics.latest_stress })
  return #reasons == 0 and "PASS" or "REJECTED", reasons
end

-- Trades of every split under the same thresholds, one below the other.
local function simulate(of_split, th)
  local metrics, all = {}, nil
  for _, split in ipairs(splits) do
    local trades = pm.trades(of_split[split], th):with("eval_split", split, "text")
    metrics[split] = pm.metrics(trades)
    all = all and all:append(trades) or trades
  end
  metrics.combined = pm.metrics(all)
  return metrics, all
end

local function manifest(run, hash, metrics, status, reasons)
  local per = {}
  for i, split in ipairs(splits) do per[i] = { split, pm.metrics_object(metrics[split]) } end
  per[#per + 1] = { "combined", pm.metrics_object(metrics.combined) }
  return wick.object {
    { "backtest_manifest_id", "backtest-" .. run.id },
    { "mode", "VALIDATION_PM_BACKTEST" },
    { "pm_config_hash_sha256", hash },
    { "metrics", wick.object(per) },
    { "status_reasons", reasons },
    { "status", status },
  }
end

local function failure_report(worst)
  local r = wick.markdown("Backtest Failure Cases")
  if worst.rows == 0 then return r:text("No trades."):done() end
  return r:text("The trades that lost most, by weighted edge; ties in the order of the backtest.")
    :table(worst):done()
end

--- Writes backtest/ as a whole. `from`: config (of search.read_config), splits, baseline.
function B.stage(run, cfg, from)
  local inputs = { config = from.config.config, splits = from.splits, baseline = from.baseline, format = cfg.format,
    id = run.id, seed = run.seed }
  return run:stage("backtest", inputs, function()
    run:folder "backtest"
    sealed.note(run, "integrated backtest", from.config.hash)
    local metrics, trades = simulate(from.splits, from.config.thresholds)
    local status, reasons = B.judge(metrics)
    local document = manifest(run, from.config.hash, metrics, status, reasons)
    local worst = trades:sort("weighted_edge_bps"):head(20)
    local counts = {}
    for i, split in ipairs(splits) do counts[i] = { split, from.splits[split].rows } end
    run:write_text("backtest/backtest_manifest.json", wick.pretty_json(document) .. "\n")
    run:write_table("backtest/backtest_trades." .. cfg.format, trades)
    run:write_table("backtest/equity_curve.csv", pm.equity(trades))
    local f = from.splits
    run:write_table("backtest/regime_metrics.csv",
      pm.regimes(trades, frames.regimes(f.tune_inner, f.validation_locked, f.latest_stress)))
    run:write_table("backtest/failure_cases.csv", worst)
    run:write_text("backtest/failure_cases.md", failure_report(worst))
    run:write_text("backtest/frame_counts.json", wick.pretty_json(wick.object(counts)) .. "\n")
    run:write_text("backtest/direction_ablation_backtest_report.md", ablation.report(from))
    run:write_text("backtest/backtest_report.md", wick.markdown("Integrated Backtest Report")
      :text("The thresholds of the config were applied to the tuning split and to both splits the search never " ..
        "saw; every sample that passes the open rule is one independent trade, net of costs.")
      :json(document):done())
    run:log("backtest: %s%s", status, #reasons > 0 and ": " .. table.concat(reasons, ", ") or "")
    return { status = status, reasons = reasons }
  end)
end

--- The verdict for the person in front of it, and the exit code.
function B.conclude(run, verdict)
  local lines = { verdict.status }
  for _, reason in ipairs(verdict.reasons) do lines[#lines + 1] = "  " .. reason end
  run:show(table.concat(lines, "\n") .. "\n")
  return { exit = verdict.status == "PASS" and 0 or 3 }
end

return B
