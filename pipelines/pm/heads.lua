-- SPDX-License-Identifier: MIT
-- Model heads from bars: samples, labels, splits by time, training, predictions.
local pm = wick.pm
local H = {}

local function options(cfg, run)
  local base = pm.default_config()
  local features
  if cfg.features then features = run:read_json(cfg.features) end
  return {
    horizon = cfg.horizon, every = cfg.every, cost_bps = cfg.cost_bps, up = cfg.up, down = cfg.down,
    participation = cfg.participation, leg_notional = cfg.leg_notional, model = cfg.model, rounds = cfg.rounds,
    min_edge_bps = base.sizing.minEdgeBps, max_loss_bps = base.sizing.maxLossPerTradeBps, features = features,
  }
end

--- One row per symbol and bar. Writes samples/samples.wkt.
function H.samples(run, cfg)
  if run:exists(run.dir .. "/model") and not run:exists(run.dir .. "/model/heads_report.md") then
    error("model/ in " .. run.dir .. " holds predictions that were not made here; --data would replace them: " ..
      "give another --run-root", 0)
  end
  local bars = run:bars { data = cfg.data, symbols = #cfg.symbols > 0 and cfg.symbols or nil, from = cfg.from,
    to = cfg.to, timeframe = cfg.timeframe }
  local o = options(cfg, run)
  run:stage("samples", { bars = bars, options = o }, function()
    run:folder "samples"
    local t = pm.samples(bars, o)
    run:write_table("samples/samples.wkt", t)
    local counts = t:group("split_id", { { "rows", "count" } })
    for i = 1, counts.rows do
      local r = counts:row(i)
      run:log("samples: %s %d rows", r.split_id, r.rows)
    end
    return { rows = t.rows }
  end)
  return { table = run:read_table(run.dir .. "/samples/samples.wkt"), options = o }
end

local files = { tune_inner = "tune", validation_locked = "validation_locked", latest_stress = "latest_stress" }

local function write_predictions(run, split, p)
  local name = files[split] .. "_predictions.csv"
  run:write_table("model/direction/" .. name,
    p:select { "sample_id", "symbol", "event_time", "split_id", "long_prob", "short_prob", "neutral_prob" })
  run:write_table("model/entry/" .. name,
    p:select { "sample_id", "long_entry_prob", "short_entry_prob", "long_expected_net_edge_bps",
      "short_expected_net_edge_bps" })
  run:write_table("model/risk/" .. name,
    p:select { "sample_id", "market_risk_prob", "long_position_risk_prob", "short_position_risk_prob" })
end

local function path_rows(p)
  return p:rename("long_expected_net_edge_bps", "pred_long_expected_net_edge_bps")
    :rename("short_expected_net_edge_bps", "pred_short_expected_net_edge_bps")
    :select { "event_time", "symbol", "close", "fill_price", "long_prob", "short_prob", "neutral_prob",
      "long_entry_prob", "short_entry_prob", "pred_long_expected_net_edge_bps", "pred_short_expected_net_edge_bps",
      "market_risk_prob", "long_position_risk_prob", "short_position_risk_prob", "liquidity_capacity_ratio",
      "ood_score", "path_risk_bps" }
end

-- Actual edges and targets of samples.
local function labels(samples, min_edge)
  local out = samples:select { "sample_id", "long_edge_bps", "short_edge_bps" }
    :rename("long_edge_bps", "long_expected_net_edge_bps"):rename("short_edge_bps", "short_expected_net_edge_bps")
  for _, side in ipairs { "long", "short" } do
    local edge, target = samples:list(side .. "_edge_bps"), {}
    for i = 1, #edge do target[i] = edge[i] >= min_edge and 1 or 0 end
    out = out:with(side .. "_entry_target", target, "int")
  end
  return out
end

local function report(scores, o)
  return wick.markdown("Model Heads Report")
    :text("Direction, entry and risk heads fitted on split train, calibrated on its purged folds. The last three " ..
      "splits were seen by no fit.")
    :section("Options"):json(o)
    :section("Scores"):table(scores):done()
end

--- Trains and asks the heads. Writes model/ and dataset/ as a whole; the labels of validation_locked lie
--- sealed in a file of their own.
function H.stage(run, cfg, from)
  local o = from.options
  return run:stage("heads", { samples = from.table, options = o, seed = run.seed }, function()
    run:folder "model"
    run:folder "dataset"
    local all, scores = pm.train_heads(from.table, o)
    for split in pairs(files) do write_predictions(run, split, all:where("split_id", "==", split)) end
    local open = from.table:where("split_id", "~=", "validation_locked")
    local locked = from.table:where("split_id", "==", "validation_locked")
    run:write_table("dataset/entry_train.csv", labels(open, o.min_edge_bps))
    run:write_table("dataset/sealed/validation_locked_labels.csv", labels(locked, o.min_edge_bps))
    run:write_table("dataset/path_rows_tune.csv", path_rows(all:where("split_id", "==", "tune_inner")))
    run:write_table("dataset/path_rows.csv", path_rows(all:where("split_id", "==", "validation_locked")))
    run:write_table("model/heads_scores.csv", scores)
    run:write_text("model/heads_report.md", report(scores, o))
    run:log("heads: %s, %d samples", o.model, from.table.rows)
    return { samples = from.table.rows }
  end)
end

return H
