-- TRAINED, PASSTHROUGH and RANDOM beside each other: one table per strategy and portfolio.
local job = require "job"
local M = {}

-- Rows besides the forty: how much was held, and what was refused.
local more = {
  { name = "exposure_pct", unit = "percent", better = 0 },
  { name = "avg_gross_exposure_pct", unit = "percent", better = 0 },
  { name = "avg_position", unit = "cash", better = 0 },
  { name = "rejected_cash", unit = "count", better = 0 },
  { name = "rejected_slot", unit = "count", better = 0 },
  { name = "rejected_model", unit = "count", better = 0 },
}

local function all_rows(run)
  local rows = {}
  for _, r in ipairs(run:metric_rows()) do rows[#rows + 1] = r end
  for _, r in ipairs(more) do rows[#rows + 1] = r end
  return rows
end

local function value_of(r, facts, name)
  local v = facts[name]
  if v == nil and not name:find("^rejected_") and name ~= "avg_position" then v = r:metrics()[name] end
  return v
end

-- Values of one row over the RANDOM runs: mean and the 5th and 95th of a hundred.
local function spread(list)
  local v, sum = {}, 0
  for i = 1, #list do
    if list[i] == list[i] then
      v[#v + 1] = list[i]
      sum = sum + list[i]
    end
  end
  if #v == 0 then return nil end
  table.sort(v)
  local function at(q) return v[math.floor(q * (#v - 1) + 0.5) + 1] end
  return { mean = sum / #v, low = at(0.05), high = at(0.95) }
end

-- Share of candidate entries the model accepts in the span that is traded: what RANDOM has to match.
local function acceptance(run, cfg, strategy, bars, params, model, threshold)
  local x = strategy:dataset { bars = bars, params = params, from = job.trade_from(run, cfg),
    to = run:time(cfg.test_to, true), no_labels = true }
  if #x == 0 then return { candidates = 0, accepted = 0, rate = 0 } end
  local n = 0
  if type(model) == "table" then -- one after the other
    local times, scores = x:times(), {}
    for k, part in ipairs(model) do scores[k] = part.bundle:predict(x) end
    for i = 1, #x do
      local k = #model
      while k > 1 and model[k].from > times[i] - 86400000 do k = k - 1 end
      if scores[k][i] > (threshold or model[k].bundle:threshold()) then n = n + 1 end
    end
  else
    local p = model:predict(x)
    for i = 1, #p do
      if p[i] > threshold then n = n + 1 end
    end
  end
  return { candidates = #x, accepted = n, rate = n / #x }
end

--- stage: a strategy on a portfolio with a model, without, and with RANDOM ones.
function M.stage(run, cfg, strategy, bars, portfolio, params, file, sha256)
  local prefix = portfolio .. "_" .. strategy.name
  local inputs = { strategy = strategy, bars = bars, params = params, model = sha256, threshold = cfg.threshold,
    size = cfg.size, random = cfg.random, replicates = cfg.replicates, trade_from = job.trade_from(run, cfg),
    allow_overlap = cfg.allow_overlap, seed = run.seed }
  return run:stage("compare-" .. prefix, inputs, function()
    local model, threshold
    if file.parts then
      model = {}
      for i, part in ipairs(file.parts) do model[i] = { from = part.from, bundle = run:load_bundle(part.file) } end
      threshold = cfg.threshold
    else
      model = file.path and ml.load(file.path) or run:load_bundle(file.name)
      threshold = cfg.threshold or model:threshold()
    end
    local trade_from = job.trade_from(run, cfg)
    local accepted = acceptance(run, cfg, strategy, bars, params, model, threshold)
    local size = cfg.size and next(cfg.size) ~= nil and cfg.size or nil
    local runs = {
      { params = params, model = model, threshold = threshold, size = size, allow_unusable = true,
        allow_overlap = cfg.allow_overlap },
      { params = params },
    }
    for i = 1, cfg.random do
      runs[i + 2] = { params = params, model = "random:" .. wick.fmt(accepted.rate), seed = run.seed * 1000003 + i, keep = false }
    end
    local results = strategy:backtest { bars = bars, trade_from = trade_from, runs = runs }
    local trained, plain = results[1], results[2]
    job.write_result(run, prefix .. "_trained", trained)
    job.write_result(run, prefix .. "_passthrough", plain)
    local names = {}
    local rows = all_rows(run)
    for _, r in ipairs(rows) do
      if r.name ~= "avg_position" and not r.name:find("^rejected_") then names[#names + 1] = r.name end
    end
    local ok, intervals, block = pcall(run.compare, run, trained, plain, names,
      { replicates = cfg.replicates, seed = run.seed })
    if not ok then
      run:log("%s: no intervals: %s", prefix, tostring(intervals))
      intervals, block = {}, nil
    end
    local tf, pf, rf = job.facts(trained), job.facts(plain), {}
    for i = 1, cfg.random do rf[i] = job.facts(results[i + 2]) end
    local out = wick.list()
    for i, r in ipairs(rows) do
      local list = {}
      for k = 1, cfg.random do list[k] = value_of(results[k + 2], rf[k], r.name) or wick.na end
      local t, p = value_of(trained, tf, r.name), value_of(plain, pf, r.name)
      local iv = intervals[r.name]
      out[i] = { name = r.name, unit = r.unit, trained = t, passthrough = p,
        difference = t and p and r.unit ~= "time" and t - p or nil, low = iv and iv.low, high = iv and iv.high,
        random = r.unit ~= "time" and spread(list) or nil }
    end
    local beaten = 0
    for k = 1, cfg.random do
      if results[k + 2].total_return_pct < trained.total_return_pct then beaten = beaten + 1 end
    end
    return { strategy = strategy.name, portfolio = portfolio, rows = out, acceptance = accepted, threshold = threshold,
      block = block, random = cfg.random, beaten = cfg.random > 0 and beaten / cfg.random or nil,
      overlap = trained.overlap ~= "" and trained.overlap or nil,
      span = { from = run:date(trade_from), to = cfg.test_to } }
  end)
end

-- ---- writing --------------------------------------------------------------------------------

local function show(v, unit, run)
  if v == nil then return "" end
  if unit == "time" then return run:date(v) end
  if unit == "count" and v % 1 == 0 then return wick.fmt(v, 0) end
  local size = math.abs(v)
  return wick.fmt(v, size >= 1000 and 0 or size >= 10 and 2 or 4)
end

local header = { "metric", "TRAINED", "PASSTHROUGH", "difference", "low", "high", "RANDOM", "RANDOM 5%", "RANDOM 95%" }

local function cells(row, run)
  local r = row.random or {}
  return { row.name, show(row.trained, row.unit, run), show(row.passthrough, row.unit, run), show(row.difference, row.unit, run),
    show(row.low, "ratio", run), show(row.high, "ratio", run), show(r.mean, "ratio", run), show(r.low, "ratio", run), show(r.high, "ratio", run) }
end

local function notes(t)
  local out = {
    t.span.from .. " to " .. t.span.to .. "; the model accepts " .. t.acceptance.accepted .. " of " .. t.acceptance.candidates ..
      " candidate entries (score above " .. (t.threshold and wick.fmt(t.threshold, 4) or "each window's own threshold") .. ").",
    "low, high: 95 % interval of TRAINED less PASSTHROUGH, paired stationary bootstrap of days" ..
      (t.block and ", mean block " .. wick.fmt(t.block, 1) or "") .. ".",
  }
  if t.random > 0 then
    out[#out + 1] = "RANDOM: " .. t.random .. " filters that accept as often; TRAINED has a higher return than " ..
      wick.fmt(100 * t.beaten, 1) .. " % of them."
  end
  if t.overlap then out[#out + 1] = "IN-SAMPLE: " .. t.overlap .. "." end
  return out
end

local function pad(s, n, right)
  local gap = string.rep(" ", n - #s)
  return right and gap .. s or s .. gap
end

--- Plain text with aligned columns.
function M.text(t, run)
  local lines, width, out = { header }, {}, { t.strategy .. " on " .. t.portfolio }
  for _, row in ipairs(t.rows) do lines[#lines + 1] = cells(row, run) end
  for _, l in ipairs(lines) do
    for i, c in ipairs(l) do width[i] = math.max(width[i] or 0, #c) end
  end
  for k, l in ipairs(lines) do
    local parts = {}
    for i, c in ipairs(l) do parts[i] = pad(c, width[i], i > 1) end
    out[#out + 1] = (table.concat(parts, "  "):gsub(" +$", ""))
    if k == 1 then out[#out + 1] = string.rep("-", #table.concat(parts, "  ")) end
  end
  for _, n in ipairs(notes(t)) do out[#out + 1] = n end
  return table.concat(out, "\n") .. "\n"
end

function M.markdown(t, run)
  local out = { "## " .. t.strategy .. " on " .. t.portfolio, "", "| " .. table.concat(header, " | ") .. " |",
    "| --- |" .. string.rep(" ---: |", #header - 1) }
  for _, row in ipairs(t.rows) do out[#out + 1] = "| " .. table.concat(cells(row, run), " | ") .. " |" end
  out[#out + 1] = ""
  for _, n in ipairs(notes(t)) do out[#out + 1] = "- " .. n end
  return table.concat(out, "\n") .. "\n"
end

local csv_header = { "strategy", "portfolio", "metric", "unit", "trained", "passthrough", "difference", "low", "high",
  "random_mean", "random_low", "random_high" }

--- Files of all tables together, and the text on standard output.
function M.write(run, tables, silent)
  local md, rows, text = { "# TRAINED, PASSTHROUGH, RANDOM", "" }, {}, {}
  for i, t in ipairs(tables) do
    md[#md + 1] = M.markdown(t, run)
    text[i] = M.text(t, run)
    for _, r in ipairs(t.rows) do
      local rnd = r.random or {}
      rows[#rows + 1] = { t.strategy, t.portfolio, r.name, r.unit, r.trained, r.passthrough, r.difference, r.low, r.high,
        rnd.mean, rnd.low, rnd.high }
      for k = 1, 12 do
        if rows[#rows][k] == nil then rows[#rows][k] = "" end
      end
    end
  end
  run:write_text("compare.md", table.concat(md, "\n"))
  run:write_csv("compare.csv", csv_header, rows)
  run:write_json("compare.json", wick.list(tables), { indent = 1 })
  if not silent then run:show(table.concat(text, "\n")) end
end

return M
