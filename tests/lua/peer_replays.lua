-- SPDX-License-Identifier: MIT
-- Recorded runs of other libraries over random requests, and the same requests under the profile of
-- that library: every trade, and the account. The files and the programs that made them are in
-- tests/golden/engine (SOURCE there).
local FILES = { "tests/golden/engine/backtesting_py.json", "tests/golden/engine/vectorbt.json" }

-- A value as Lua text: requests travel inside the script.
local function literal(x)
  if type(x) == "number" then return string.format("%.17g", x) end
  if type(x) ~= "table" then return string.format("%q", x) end
  local parts = {}
  for k, v in pairs(x) do
    parts[#parts + 1] = (type(k) == "number" and "[" .. k .. "]=" or k .. "=") .. literal(v)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function by_bar(ops)
  local t = {}
  for _, row in ipairs(ops) do
    t[row[1]] = { select(2, table.unpack(row)) }
  end
  return t
end

local REQUESTS = [[
local S = wick.strategy "peer"
local ops = %s
local function act(sym, op)
  local what, with = op[1], op[2]
  if what == "buy" then sym:buy(with)
  elseif what == "sell" then sym:sell(with)
  elseif what == "close" then if sym.lots > 0 then sym:close(with) end
  elseif what == "cancel" then sym:cancel_all()
  elseif what == "protect" then sym:protect(with)
  end
end
function S.each_bar(sym)
  for _, op in ipairs(ops[sym.bar] or {}) do act(sym, op) end
end
return S]]

local SIGNALS = [[
local S = wick.strategy "peer"
local what = %s
function S.signals(b)
  local out = { stop_pct = what.stop_pct, trail_pct = what.trail_pct, target_pct = what.target_pct }
  for _, key in ipairs { "long", "exit_long", "short", "exit_short" } do
    local r = what[key]
    if r then out[key] = wick.mod(b.volume, r[1]):eq(r[2]) end
  end
  if what.size then out.size = { [what.size] = what.amount } end
  if what.price == "hl2" then out.price = b.hl2 end
  return out
end
return S]]

-- Of all symbols at the end of the tick, as one table of orders has it.
local ORDERS = [[
local S = wick.strategy "peer"
local what = %s
local kind = what.size:match "^target_(.*)"
function S.each_bar(sym)
  local v = sym.volume[0]
  if wick.mod(v, what.when[1]) ~= what.when[2] then return end
  local size = what.low + (what.high - what.low) * wick.mod(v, 13) / 12
  if kind then
    sym:target { [kind] = size }
  elseif size ~= 0 then
    sym:order { side = size > 0 and "buy" or "sell", [what.size] = math.abs(size) }
  end
end
return S]]

local function script_of(run)
  if run.ops then return string.format(REQUESTS, literal(by_bar(run.ops))) end
  return string.format(run.what.kind == "signals" and SIGNALS or ORDERS, literal(run.what))
end

local function close_to(got, want, what)
  if math.abs(got - want) > 1e-9 * math.max(math.abs(got), math.abs(want), 1) then
    error(what .. ": got " .. wick.fmt(got) .. ", want " .. wick.fmt(want), 0)
  end
end

-- The library lists trades as they are closed; ours too, but not those of one bar.
local function in_order(list)
  table.sort(list, function(a, b)
    if a[9] ~= b[9] then return a[9] < b[9] end
    for _, k in ipairs { 2, 3, 1, 4, 5 } do
      if math.abs(a[k] - b[k]) > 1e-9 * math.abs(a[k]) then return a[k] < b[k] end
    end
    return false
  end)
  return list
end

local FIELDS = { "size", "entry bar", "exit bar", "entry price", "exit price", "pnl", "return", "fees" }

-- backtesting.py charges a part of a trade the whole fixed or least entry fee in its list, though the account
-- paid it once: the list is then worse than the account by what the other parts bear.
local function as_listed(mine, theirs, fixed)
  local over = theirs[8] - mine[8]
  if not fixed or over <= 1e-9 or over > fixed then return end
  mine[6], mine[8] = mine[6] - over, mine[8] + over
  mine[7] = mine[6] / math.abs(mine[1] * mine[4]) * 100
end

local function compare(r, run)
  local mine = {}
  for i, t in ipairs(r.trades) do
    local sign = t.side == "long" and 1 or -1
    mine[i] = { sign * t.units, t.entry_bar, t.exit_bar, t.entry_price, t.exit_price, t.pnl, t.return_pct, t.fees,
      t.symbol }
  end
  for _, t in ipairs(run.trades) do t[9] = t[9] or "" end
  if not run.what then for _, t in ipairs(mine) do t[9] = "" end end
  mine = in_order(mine)
  local theirs = in_order(run.trades)
  for i = 1, math.min(#mine, #theirs) do
    as_listed(mine[i], theirs[i], run.engine.fee_order or run.engine.fee_min)
    equal(mine[i][9], theirs[i][9], run.name .. ", trade " .. i .. ", symbol")
    for k, name in ipairs(FIELDS) do
      close_to(mine[i][k], theirs[i][k], run.name .. ", trade " .. i .. ", " .. name)
    end
  end
  equal(#mine, #theirs, run.name .. ": trades")
  for i, want in ipairs(run.equity) do
    local bar = math.min((i - 1) * run.every + 1, #r.equity)
    if i == #run.equity then bar = #r.equity end
    close_to(r.equity[bar], want, run.name .. ", equity at bar " .. bar - 1)
  end
end

local function replay(profile, run)
  local engine = run.engine
  engine.profile = profile
  local o = { script = script_of(run), cash = run.cash, engine = engine }
  o.bars = run.synth or run.bars.close and { X = run.bars } or run.bars
  compare(must_run(o), run)
end

for _, file in ipairs(FILES) do
  local doc = json(read(file))
  for _, run in ipairs(doc.runs) do
    test(doc.library .. " " .. run.name, function() replay(doc.profile, run) end)
  end
end
