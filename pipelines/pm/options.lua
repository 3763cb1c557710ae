-- SPDX-License-Identifier: MIT
-- Options of the position manager pipeline.
local O = {}

O.list = {
  stage = { type = "choice", default = "all", choices = { "heads", "search", "backtest", "path", "all" },
    doc = "which part of the job" },
  grid = { type = "text", doc = "JSON object with lists per key; keys left out keep their default list" },
  format = { type = "choice", default = "csv", choices = { "csv", "wkt", "parquet" },
    doc = "of the trade tables" },
  force = { type = "flag", doc = "use a config whose hash does not match" },
  config = { type = "text", doc = "config of the path simulation; default: the one the search wrote" },
  path_rows = { type = "text", doc = "rows of the path simulation; default: dataset/path_rows.*" },
  fee_bps = { type = "number", default = 0.5, low = 0, high = 10000, doc = "path: per side and unit of ratio" },
  slippage_bps = { type = "number", default = 0.3, low = 0, high = 10000, doc = "path: per side and unit of ratio" },
  leverage = { type = "number", default = 2, low = 0.001, high = 1000, doc = "path: of the account" },
  path_trials = { type = "int", default = 0, low = 0, high = 100000,
    doc = "path: trials of a search over --path-space before it; 0 is none" },
  path_space = { type = "pairs", default = {
    ["exit.closeExitProb"] = "0.55:0.85", ["exit.closeContinueMax"] = "0.1:0.4",
    ["exit.reduceAdverseMoveProb"] = "0.5:0.8", ["sizing.baseRatio"] = "0.3:1",
    ["exit.maxPositionPathRiskBps"] = "30:200" },
    doc = "path: section.key=LOW:HIGH of any keys of the config" },
  path_sampler = { type = "text", default = "tpe", doc = "path: sampler of the search (wick list samplers)" },
  data = { type = "list", default = {}, doc = "bars to make the heads from: files or folders" },
  symbols = { type = "list", default = {}, doc = "heads: only these" },
  timeframe = { type = "text", doc = "heads: resample the bars to this" },
  from = { type = "date", doc = "heads: first day" },
  to = { type = "date", doc = "heads: last day" },
  horizon = { type = "int", default = 12, low = 1, high = 1000, doc = "heads: bars a trade may last" },
  every = { type = "int", default = 1, low = 1, high = 1000, doc = "heads: a sample every so many bars" },
  cost_bps = { type = "number", default = 1.6, low = 0, high = 1000, doc = "heads: of a round trip" },
  up = { type = "number", default = 2, low = 0.01, high = 100, doc = "heads: upper barrier in ATR" },
  down = { type = "number", default = 1.5, low = 0.01, high = 100, doc = "heads: lower barrier in ATR" },
  participation = { type = "number", default = 0.1, low = 0.0001, high = 1, doc = "heads: of a bar's median notional" },
  leg_notional = { type = "number", default = 100000, low = 1, high = 1e12, doc = "heads: notional of ratio 1" },
  model = { type = "choice", default = "xgboost", choices = { "xgboost", "logistic", "gaussian_nb" },
    doc = "heads: kind of model" },
  rounds = { type = "int", default = 300, low = 1, high = 100000, doc = "heads: boosting rounds at most" },
  features = { type = "text", doc = "heads: JSON list of [name, expression]; default: fourteen of them" },
  maintenance_bps = { type = "number", default = 50, low = 0, high = 10000, doc = "path: maintenance margin" },
}

function O.stages(cfg)
  local all = cfg.stage == "all"
  if cfg.stage == "heads" and #cfg.data == 0 then error("--stage heads needs --data", 0) end
  return {
    heads = (all or cfg.stage == "heads") and #cfg.data > 0,
    search = all or cfg.stage == "search",
    backtest = all or cfg.stage == "backtest",
    path = all or cfg.stage == "path",
  }
end

function O.grid(cfg, run)
  local lists = cfg.grid and run:read_json(cfg.grid)
  return wick.pm.grid(lists)
end

function O.account(cfg)
  return {
    fee_bps = cfg.fee_bps, slippage_bps = cfg.slippage_bps, leverage = cfg.leverage,
    maintenance_bps = cfg.maintenance_bps,
  }
end

return O
