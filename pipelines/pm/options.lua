-- SPDX-License-Identifier: MIT
-- Options of the position manager pipeline.
local O = {}

O.list = {
  stage = { type = "choice", default = "all", choices = { "search", "backtest", "path", "all" },
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
  maintenance_bps = { type = "number", default = 50, low = 0, high = 10000, doc = "path: maintenance margin" },
}

function O.stages(cfg)
  local all = cfg.stage == "all"
  return {
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
