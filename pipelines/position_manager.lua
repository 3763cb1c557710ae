-- SPDX-License-Identifier: MIT
-- Position manager: thresholds chosen on one split, accepted on splits they never saw
-- (docs/position-manager.md). The order of this file is the order of the job.
local options = require "pm.options"
local heads = require "pm.heads"
local frames = require "pm.frames"
local search = require "pm.search"
local backtest = require "pm.backtest"
local path = require "pm.path"

local P = wick.pipeline "position_manager"
P.doc = "Searches the position manager's thresholds on tune_inner and tests them on the locked splits. " ..
  "Works in --run-root, which holds model/ and dataset/, or makes both from the bars of --data. " ..
  "Exit code 0 is PASS, 3 REJECTED."
P.example = "wick pipeline position_manager --run-root runs/pm --stage all"
P.in_place = true
P.options = options.list

function P.run(cfg, run)
  local want = options.stages(cfg)

  -- Configuration and grid are values; what is wrong with them is said before anything is read.
  local grid = options.grid(cfg, run)
  local account = options.account(cfg)

  -- Model heads from bars: samples, splits by time, calibrated heads, predictions in model/.
  if want.heads then
    local samples = heads.samples(run, cfg)
    heads.stage(run, cfg, samples)
  end

  -- Threshold search: the tuning split and nothing else.
  if want.search then
    frames.seal(run)
    local tune = frames.load(run, "tune_inner")
    search.stage(run, cfg, { frame = tune, grid = grid })
    frames.unseal(run)
  end

  -- Integrated backtest: all splits, the thresholds of the config, and the verdict; beside it the
  -- same with an earlier direction model, where there is one.
  local verdict
  if want.backtest then
    verdict = backtest.stage(run, cfg, {
      config = search.read_config(run, cfg),
      splits = frames.load_all(run),
      baseline = frames.load_baseline(run),
    })
  end

  -- Path simulation: adding, reducing, closing and sizing, row by row.
  if want.path and path.has_rows(run, cfg) then
    local rows = path.load(run, cfg)
    local config = path.config(run, cfg)
    if cfg.path_trials > 0 then
      config = path.search(run, cfg, { config = config, rows = path.load_tuning(run, cfg), account = account })
    end
    path.stage(run, cfg, { config = config, rows = rows, account = account })
  end

  if verdict then return backtest.conclude(run, verdict) end
end

return P
