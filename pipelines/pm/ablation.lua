-- SPDX-License-Identifier: MIT
-- Direction ablation: the same thresholds with the direction columns of an earlier model.
local pm = wick.pm
local frames = require "pm.frames"
local A = {}

local function report() return wick.markdown("Direction Ablation Backtest Report") end

local function no_baseline()
  return report():json(wick.object {
    { "status", "NO_BASELINE" },
    { "reason", "the run holds no earlier direction model bundle (model/direction_baseline/), so an ablation that " ..
      "swaps only the direction head cannot run" },
    { "action", "compare against the last ACTIVE bundle" },
  }):done()
end

-- Sum of weighted edges per event_time of both trade lists, as differences in time order.
local function differences(now, before)
  local both = now:select { "event_time", "weighted_edge_bps" }:with("sign", 1)
    :append(before:select { "event_time", "weighted_edge_bps" }:with("sign", -1)):sort("event_time")
  local time, edge, sign = both:list "event_time", both:list "weighted_edge_bps", both:list "sign"
  local out = {}
  for i = 1, #time do
    if i == 1 or time[i] ~= time[i - 1] then out[#out + 1] = 0 end
    out[#out] = out[#out] + sign[i] * edge[i]
  end
  return out
end

-- Circular block bootstrap of the sum: blocks of the cube root of n, 1,000 resamples, 95 %.
local function interval(d)
  local n = #d
  if n == 0 then return 0, 0 end
  local block, resamples = math.max(1, math.ceil(wick.pow(n, 1 / 3))), 1000
  local prefix = { [0] = 0 }
  for i = 1, 2 * n do prefix[i] = prefix[i - 1] + d[(i - 1) % n + 1] end
  local sums = {}
  for r = 1, resamples do
    local total, left = 0, n
    while left > 0 do
      local from, take = math.random(0, n - 1), math.min(block, left)
      total = total + prefix[from + take] - prefix[from]
      left = left - take
    end
    sums[r] = total
  end
  table.sort(sums)
  return sums[25], sums[975]
end

local function compare(from)
  local rows = {}
  for i, split in ipairs(frames.splits) do
    local th = from.config.thresholds
    local now, before = pm.trades(from.splits[split], th), pm.trades(from.baseline[split], th)
    local m, b = pm.metrics(now), pm.metrics(before)
    local low, high = interval(differences(now, before))
    rows[i] = { split, wick.object {
      { "active", pm.metrics_object(m) },
      { "baseline", pm.metrics_object(b) },
      { "total_weighted_edge_difference_bps", m.total_weighted_edge_bps - b.total_weighted_edge_bps },
      { "block_bootstrap_95", wick.list { low, high } },
    } }
  end
  return wick.object(rows)
end

--- The report's text. `from`: config, splits, baseline (or false).
function A.report(from)
  if not from.baseline then return no_baseline() end
  return report()
    :text("The same thresholds with the direction columns of the active and of the earlier model. The interval is " ..
      "that of the difference of total weighted edge: circular block bootstrap over event times, blocks of the " ..
      "cube root of their number, 1,000 resamples.")
    :json(wick.object { { "status", "COMPARED" }, { "splits", compare(from) } }):done()
end

return A
