-- SPDX-License-Identifier: MIT
-- Frames: the predictions of the three heads and the actual edges of a split, joined by sample.
local F = {}

-- Splits in the order in which they are told, and the names of their files.
F.splits = { "tune_inner", "validation_locked", "latest_stress" }
local files = { tune_inner = "tune", validation_locked = "validation_locked", latest_stress = "latest_stress" }

local text = { sample_id = "text", symbol = "text", split_id = "text", regime = "text" }
local locked = {
  "^model/[%w_]+/validation_locked_predictions%.", "^model/[%w_]+/latest_stress_predictions%.",
  "^dataset/sealed/", "^dataset/path_rows%.",
}

--- The search may open the files of the tuning split and no other.
function F.seal(run)
  for _, pattern in ipairs(locked) do
    run:seal(pattern, "the threshold search sees the tuning split only")
  end
end

function F.unseal(run)
  for _, pattern in ipairs(locked) do run:unseal(pattern) end
end

-- A table of the run root: text columns as they are, the others numbers. `optional` is a text column
-- that may be there.
local function read(run, stem, texts, numbers, optional)
  local path = run:find_table(run.dir .. "/" .. stem)
  if not path then error(stem .. ": there is no such table (.parquet, .wkt or .csv) in " .. run.dir, 0) end
  local types, columns = {}, {}
  for _, name in ipairs(texts) do
    columns[#columns + 1] = name
    types[name] = text[name]
  end
  for _, name in ipairs(numbers) do
    columns[#columns + 1] = name
    if not name:find("_target$") then types[name] = "float" end
  end
  local t
  if optional then
    types[optional] = text[optional]
    t = run:read_table(path, { types = types })
    if t:has(optional) then columns[#columns + 1] = optional end
    for _, name in ipairs(columns) do
      if not t:has(name) then run:read_table(path, { columns = columns }) end -- names what is missing
    end
    t = t:select(columns)
  else
    t = run:read_table(path, { columns = columns, types = types })
  end
  for _, name in ipairs(numbers) do
    if name:find("_target$") then t = t:cast(name, "int") end
  end
  return t:unique("sample_id", stem)
end

local function edges(t, prefix)
  return t:rename("long_expected_net_edge_bps", prefix .. "_long_expected_net_edge_bps")
    :rename("short_expected_net_edge_bps", prefix .. "_short_expected_net_edge_bps")
end

local function log_counts(run, split, frame)
  local parts = {}
  local counts = frame:group("split_id", { { "n", "count" } })
  for i = 1, counts.rows do
    local r = counts:row(i)
    parts[i] = (r.split_id or "(no split_id)") .. " " .. r.n
  end
  run:log("frame %s: %d rows (%s)", split, frame.rows, table.concat(parts, ", "))
end

-- Inner joins in the order of the direction file.
local function join(split, direction, entry, risk, data)
  local on = { on = "sample_id" }
  local frame = direction:join(entry, on):join(risk, on):join(data, on)
  if frame.rows == 0 then error("PM frame is empty for " .. split, 0) end
  if frame:where("event_time", "missing").rows > 0 then
    error("PM frame " .. split .. ": a sample has no event_time", 0)
  end
  return frame
end

-- Actual edges. Those of a sealed split lie in a file of their own (pm.heads).
local function labels(run, split)
  local columns =
    { "long_expected_net_edge_bps", "short_expected_net_edge_bps", "long_entry_target", "short_entry_target" }
  local sealed = "dataset/sealed/" .. split .. "_labels"
  if run:find_table(run.dir .. "/" .. sealed) then return read(run, sealed, { "sample_id" }, columns) end
  return read(run, "dataset/entry_train", { "sample_id" }, columns)
end

--- One split, rows in the order of the direction file. `head` names another direction model.
function F.load(run, split, head)
  local f = files[split] .. "_predictions"
  local direction = read(run, "model/" .. (head or "direction") .. "/" .. f,
    { "sample_id", "symbol", "event_time", "split_id" }, { "long_prob", "short_prob", "neutral_prob" },
    "regime"):cast("event_time", "int")
  local entry = read(run, "model/entry/" .. f, { "sample_id" },
    { "long_entry_prob", "short_entry_prob", "long_expected_net_edge_bps", "short_expected_net_edge_bps" })
  local risk = read(run, "model/risk/" .. f, { "sample_id" },
    { "market_risk_prob", "long_position_risk_prob", "short_position_risk_prob" })
  local data = labels(run, split)
  local frame = join(split, direction, edges(entry, "pred"), risk, edges(data, "actual"))
  log_counts(run, split, frame)
  return frame:sort("event_time")
end

--- sample_id and regime where the direction file has regimes, else nil.
function F.regimes(...)
  local all
  for _, frame in ipairs { ... } do
    if not frame:has("regime") then return nil end
    local part = frame:select { "sample_id", "regime" }
    all = all and all:append(part) or part
  end
  return all
end

function F.load_all(run, head)
  local all = {}
  for _, split in ipairs(F.splits) do all[split] = F.load(run, split, head) end
  return all
end

--- The same with the direction columns of an earlier model, or false without one.
function F.load_baseline(run)
  return run:find_table(run.dir .. "/model/direction_baseline/tune_predictions") ~= nil
    and F.load_all(run, "direction_baseline")
end

return F
