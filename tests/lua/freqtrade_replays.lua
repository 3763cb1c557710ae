-- SPDX-License-Identifier: MIT
-- Recorded runs of freqtrade's backtester over random signals and settings, and the same under the
-- profile of that name: every trade, and the balance at the end. The file and the program that made
-- it are in tests/golden/engine (SOURCE there).
local FILE = "tests/golden/engine/freqtrade.json"

local function literal(x)
  if type(x) == "number" then return string.format("%.17g", x) end
  if type(x) ~= "table" then return string.format("%q", x) end
  local parts = {}
  for k, v in pairs(x) do
    parts[#parts + 1] = (type(k) == "number" and "[" .. k .. "]=" or "[" .. string.format("%q", k) .. "]=") ..
      literal(v)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- Signal columns out of tables: one indicator that looks its symbol's column up by number.
local SIGNALS = [[
local S = wick.strategy "twin"
local ops, limits, expire = %s, %s, %s
local COLUMNS = { "enter_long", "exit_long", "enter_short", "exit_short", "entry_limit", "exit_limit" }
local names = {}
for name in pairs(ops) do names[#names + 1] = name end
table.sort(names)
ta.define { name = "given", inputs = { "src" }, params = { k = wick.int(1, 1, 99), w = wick.int(1, 1, 6) },
  run = function(n, src, p)
    local out, given, priced = {}, ops[names[p.k] ][COLUMNS[p.w] ] or {}, p.w > 4
    for i = 1, n do out[i] = priced and wick.na or 0 end
    for _, v in ipairs(given) do
      if priced then out[v[1] + 1] = v[2] else out[v + 1] = 1 end
    end
    return out
  end }
function S.signals(b)
  local k
  for i, name in ipairs(names) do if name == b.name then k = i end end
  local function col(w) return ta.given { b.close, k = k, w = w } end
  local t = { long = col(1), exit_long = col(2), short = col(3), exit_short = col(4) }
  if limits then t.limit, t.exit_limit, t.expire = col(5), col(6), expire end
  return t
end
return S]]

local function near(got, want, what)
  if math.abs(got - want) > 1e-8 * math.max(math.abs(want), 1) then
    error(what .. ": got " .. wick.fmt(got) .. ", want " .. wick.fmt(want), 0)
  end
end

local REASONS = { exit_signal = "signal", stop_loss = "stop_loss", trailing_stop_loss = "stop_trailing",
                  roi = "take_profit", force_exit = "end", liquidation = "margin_call" }

local function before(a, b)
  for k = 1, 5 do
    if a[k] ~= b[k] then return a[k] < b[k] end
  end
  return false
end

local function compare(r, run)
  local frame = run.minutes * 60000
  local mine, theirs = {}, {}
  for i, t in ipairs(r.trades) do
    mine[i] = { t.symbol, t.entry_time, t.exit_time, t.side == "long" and 1 or -1, t.units, t.entry_price,
                t.exit_price, t.pnl, t.exit_reason }
  end
  for i, t in ipairs(run.trades) do
    -- Trades of finer candles are stamped by these; ours by the bar.
    theirs[i] = { t[1], t[3] - t[3] % frame, t[4] - t[4] % frame, t[2], t[5], t[6], t[7], t[8], REASONS[t[10]] }
  end
  table.sort(mine, before)
  table.sort(theirs, before)
  for i = 1, math.min(#mine, #theirs) do
    local where = run.name .. ", trade " .. i .. ": "
    for k, name in ipairs { "symbol", "entry time", "exit time", "side" } do
      equal(mine[i][k], theirs[i][k], where .. name)
    end
    near(mine[i][5], theirs[i][5], where .. "amount")
    near(mine[i][6], theirs[i][6], where .. "open rate")
    near(mine[i][7], theirs[i][7], where .. "close rate")
    near(mine[i][8], theirs[i][8], where .. "profit")
    equal(mine[i][9], theirs[i][9], where .. "reason")
  end
  equal(#mine, #theirs, run.name .. ": trades")
  near(r.equity[#r.equity], run.final, run.name .. ": balance")
end

local doc = json(read(FILE))
for _, run in ipairs(doc.runs) do
  test(doc.library .. " " .. run.name, function()
    local engine = run.engine
    engine.profile, engine.qty_step = doc.profile, 1e-8
    if run.finer or run.coarse then engine.intrabar = "lower_tf" end
    local r = must_run { script = string.format(SIGNALS, literal(run.ops), run.expire and "true" or "false",
                                                run.expire or "nil"),
                         bars = run.bars or run.synth, finer = run.finer or run.coarse and run.synth or nil,
                         cash = run.cash, engine = engine }
    compare(r, run)
  end)
end
