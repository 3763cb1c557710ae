-- SPDX-License-Identifier: MIT
-- The global `wick`: strategies, parameters, functions of series and numbers, text and streams.
local core = ...
local type, select, rawset, setmetatable = type, select, rawset, setmetatable
local raise = core.raise

local wick = {}

--- wick.na: not available.
wick.na = 0 / 0

-- ---- strategies ----------------------------------------------------------------------------

local fields = {
  params = true, signals = true, series = true, init = true, before_bar = true, each_bar = true,
  on_bar = true, rebalance = true, on_rebalance = true, allocate = true, when = true, on = true,
  engine = true, name = true, features = true, label = true,
  fees = true, slippage = true, constant_features = true,
}

core.strategy_fields = fields

local kinds = {
  params = "table", engine = "table", signals = "function", series = "function",
  init = "function", before_bar = "function", each_bar = "function", on_bar = "function",
  fees = "function", slippage = "function", constant_features = "table",
  on_rebalance = "function",
}

core.strategy_meta.__metatable = "strategy"
core.strategy_meta.__newindex = function(S, key, value)
  if not fields[key] then
    local near = type(key) == "string" and core.nearest(key, fields)
    raise("a strategy has no field '" .. core.tostring(key) .. "'" ..
      (near and "; did you mean '" .. near .. "'?" or ""))
  end
  local want = kinds[key]
  if want and type(value) ~= want then
    raise("S." .. key .. " must be a " .. want .. ", got " .. type(value))
  end
  rawset(S, key, value)
end

--- wick.strategy(name) -> S: a strategy to be filled with params and hooks, and returned.
function wick.strategy(name)
  if type(name) ~= "string" or name == "" then
    raise("wick.strategy: a name is expected: wick.strategy \"donchian\"")
  end
  return setmetatable({ name = name, when = core.when, on = {} }, core.strategy_meta)
end

--- wick.pipeline(name) -> P: a pipeline to be filled with options and run, and returned.
local new_pipeline = core.module("wick.pipeline")
function wick.pipeline(name) return new_pipeline(name) end

--- wick.list(t): a table that is written to JSON as an array even when it is empty.
wick.list = core.list

--- wick.object(pairs): { {key, value}, ... } whose keys are written to JSON in this order.
wick.object = core.object

--- wick.canonical_json(value): RFC 8785 text: sorted keys, no blanks, numbers as ECMAScript prints
--- them; infinities and NaN are texts.
wick.canonical_json = core.canonical

--- wick.pretty_json(value): the same numbers with two blanks of indentation.
wick.pretty_json = core.pretty

--- wick.digest(text): SHA-256 as lower-case hexadecimal digits.
wick.digest = core.sha256

-- ---- tables ----------------------------------------------------------------------------------

--- wick.table(columns): a columnar table: { {"name", list [, type]}, ... }.
wick.table = core.table_new

--- wick.table_csv(text [, options]): a columnar table from CSV text.
wick.table_csv = core.table_csv

--- wick.markdown(title): a report in Markdown, filled by text, section, json and table.
wick.markdown = core.module("wick.markdown")

--- wick.gates(list, facts): the names of the gates that hold: { {"name", function(facts) end}, ... }.
function wick.gates(list, facts)
  local reasons = core.list()
  if type(list) ~= "table" then raise("wick.gates: a list of { name, function } is expected") end
  for i = 1, #list do
    local name, holds = list[i][1], list[i][2]
    if type(name) ~= "string" or type(holds) ~= "function" then
      raise("wick.gates: gate " .. core.fmt(i) .. " is no { name, function }")
    end
    if holds(facts) then reasons[#reasons + 1] = name end
  end
  return reasons
end

--- wick.pm: the position manager (docs/position-manager.md).
wick.pm = core.module("wick.pm")

-- ---- parameters ----------------------------------------------------------------------------

local function need_number(what, x, name)
  if type(x) ~= "number" or x ~= x then
    raise(what .. ": " .. name .. " must be a number, got " .. (x ~= x and "NaN" or type(x)))
  end
end

local function ranged(what, kind, def, lo, hi, step)
  need_number(what, def, "the default")
  need_number(what, lo, "the lowest value")
  need_number(what, hi, "the highest value")
  if step ~= nil then need_number(what, step, "the step") end
  if lo > hi then raise(what .. ": the lowest value is above the highest") end
  if def < lo or def > hi then
    raise(what .. ": the default " .. core.fmt(def) .. " is outside " .. core.fmt(lo) .. " to " ..
      core.fmt(hi))
  end
  if step ~= nil and step <= 0 then raise(what .. ": the step must be above 0") end
  return { kind = kind, def = def, lo = lo, hi = hi, step = step }
end

--- wick.int(default, low, high [, step]): a whole number.
function wick.int(def, lo, hi, step)
  local p = ranged("wick.int", "int", def, lo, hi, step)
  for _, key in ipairs { "def", "lo", "hi", "step" } do
    local v = p[key]
    if v ~= nil and v % 1 ~= 0 then raise("wick.int: " .. core.fmt(v) .. " is not whole") end
  end
  return p
end

--- wick.num(default, low, high [, step]): a real number.
function wick.num(def, lo, hi, step)
  return ranged("wick.num", "num", def, lo, hi, step)
end

--- wick.bool(default): true or false.
function wick.bool(def)
  if type(def) ~= "boolean" then raise("wick.bool: the default must be true or false") end
  return { kind = "bool", def = def, lo = 0, hi = 1 }
end

--- wick.text(default): any text; not for tuning.
function wick.text(def)
  if type(def) ~= "string" then raise("wick.text: the default must be a text, got " .. type(def)) end
  return { kind = "text", def = def }
end

--- wick.choice(a, b, ...): one of some texts; the first is the default.
function wick.choice(...)
  local list = { ... }
  if #list == 0 then raise("wick.choice: name at least one choice") end
  local seen = {}
  for i = 1, select("#", ...) do
    local c = list[i]
    if type(c) ~= "string" then raise("wick.choice: choices are texts, got " .. type(c)) end
    if seen[c] then raise("wick.choice: '" .. c .. "' is there twice") end
    seen[c] = true
  end
  return { kind = "choice", def = 0, choices = list }
end

--- wick.model_param(p): a parameter of the model that filters entries: no part of the search for the
--- strategy's own.
function wick.model_param(p)
  if type(p) ~= "table" or p.kind == nil then
    raise("wick.model_param: a parameter is expected: wick.model_param(wick.num(0.6, 0.5, 0.9))")
  end
  p.model = true
  return p
end

-- ---- functions of series and numbers -------------------------------------------------------

for name, f in next, core.ops do wick[name] = f end

--- wick.expr(text [, b] [, names ...]): a series from its text form.
wick.expr = core.expr

-- ---- values bar by bar ---------------------------------------------------------------------

--- wick.stream(name, parameters...): an indicator to be called once for every value.
if core.luajit then
  function wick.stream(...)
    local slow, anchor, pointer, n_in, n_out = core.stream(...)
    local f = core.module("wick.ffi").stream(slow, anchor, pointer, n_in, n_out)
    if core.state_stream then core.state_stream("stream", f, anchor, ...) end
    return f
  end
else
  function wick.stream(...)
    local f, anchor = core.stream(...)
    if core.state_stream then core.state_stream("stream", f, anchor, ...) end
    return f
  end
  --- The same without checks, for wick's own modules.
  function core.stepper(...)
    local f, anchor = core.stream(...)
    if core.state_stream then core.state_stream("stepper", f, anchor, ...) end
    return f
  end
end
core.state_wick_stream = wick.stream

-- The same of a stream that can go back to a mark, for wick's own modules.
local marked = core.marked_stream
function core.marked_stream(...)
  local step, mark, anchor, copy = marked(...)
  if core.state_stream then core.state_turn(step, mark, anchor, copy, ...) end
  return step, mark
end

--- The bars of the symbol in hand; one handle for each, so that its series are shared.
function core.bars_here()
  local list, at = core.pine_state, core.present()
  local b = list[at]
  if not b then
    b = core.bars_of(at)
    list[at] = b
  end
  return b
end

-- ---- weights -------------------------------------------------------------------------------

--- wick.weights(name, { returns= | cov=, ... }): weights of assets by one of `wick list weights`.
wick.weights = core.weights

--- wick.covariance(returns [, name [, parameter]]): one of `wick list covariances`.
wick.covariance = core.covariance

--- ctx:due(schedule): whether this tick is one of a schedule: "month last", "week wed", 21 (bars).
function core.ctx_methods.due(_, schedule) return core.schedule_due(schedule) end

--- ctx:returns(list, n): returns of the symbols over the last n ticks, one row a tick, oldest first;
--- nil while one of them has a shorter history. A tick without a bar of a symbol returns 0.
function core.ctx_methods.returns(_, list, n)
  local ids = {}
  for k = 1, #list do
    if core.is(list[k]) ~= "sym" then raise("ctx:returns: a list of symbols is expected") end
    ids[k] = list[k].id
  end
  return core.alloc_returns(ids, n)
end

-- ---- features ------------------------------------------------------------------------------

local function cross(kind)
  return function(x)
    if core.is(x) ~= "series" then raise("wick.cross_" .. kind .. ": a series is expected, got " .. type(x)) end
    return { cross = kind, of = x }
  end
end
--- wick.cross_rank(x): a feature: rank among the symbols with a bar at the moment, 0 to 1.
wick.cross_rank = cross("rank")
--- wick.cross_zscore(x): a feature: distance to the mean of those symbols in deviations.
wick.cross_zscore = cross("zscore")
--- wick.cross_demean(x): a feature: distance to the mean of those symbols.
wick.cross_demean = cross("demean")
--- wick.cross_mean(x): a feature: the mean of those symbols.
wick.cross_mean = cross("mean")

--- wick.month(b): a series, the month (1 to 12) of each bar's stamp, UTC.
function wick.month(b)
  -- Civil month from days since 1970 (eras of 400 years from 1 March 0000), as in wick.date.
  local z = (b.time / 86400000):floor() + 719468
  local doe = z - (z / 146097):floor() * 146097
  local yoe = ((doe - (doe / 1460):floor() + (doe / 36524):floor() - (doe / 146096):floor()) / 365):floor()
  local doy = doe - (365 * yoe + (yoe / 4):floor() - (yoe / 100):floor())
  local mp = ((5 * doy + 2) / 153):floor()
  return wick.iff(mp:lt(10), mp + 3, mp - 9)
end

-- ---- series --------------------------------------------------------------------------------
local floor = math.floor

--- x:get(k): x[k] by Pine's rule for any number: a fraction is cut off, na is the present bar.
function core.series_methods.get(x, k)
  if k ~= k then k = 0 end
  if k < 0 then raise("x:get(" .. core.fmt(k) .. ") is in the future: k bars ago") end
  return x[floor(k)]
end

-- ---- text ----------------------------------------------------------------------------------

--- wick.fmt(x [, decimals]): shortest text that reads back, the same on both VMs.
wick.fmt = core.fmt
--- wick.sorted_pairs(t): the same as pairs, which is sorted in scripts.
wick.sorted_pairs = core.pairs

--- wick.date(time): year, month, day, hour, minute, second, weekday (1 = Sunday) of a bar time, UTC.
function wick.date(time)
  need_number("wick.date", time, "the time")
  local days = math.floor(time / 86400000)
  local rest = math.floor((time - days * 86400000) / 1000)
  -- Civil date from days (proleptic Gregorian, eras of 400 years from 1 March 0000).
  local z = days + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524)
    - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  return {
    year = yoe + era * 400 + (month <= 2 and 1 or 0),
    month = month,
    day = doy - math.floor((153 * mp + 2) / 5) + 1,
    hour = math.floor(rest / 3600),
    minute = math.floor(rest / 60) % 60,
    second = rest % 60,
    weekday = (days + 4) % 7 + 1,
  }
end

-- ---- ta.define and metrics.define ----------------------------------------------------------

local ta_fields = { name = true, inputs = true, params = true, run = true, outputs = true }

local function check_fields(what, t, known)
  if type(t) ~= "table" then raise(what .. " takes a table, got " .. type(t)) end
  for key in core.pairs(t) do
    if not known[key] then
      local near = type(key) == "string" and core.nearest(key, known)
      raise(what .. ": unknown field '" .. core.tostring(key) .. "'" ..
        (near and "; did you mean '" .. near .. "'?" or ""))
    end
  end
end

local function param_value(what, name, spec, given)
  local v = given
  if v == nil then v = spec.def end
  if spec.kind == "bool" then return v == true or v == 1 end
  if type(v) ~= "number" then raise(what .. ": '" .. name .. "' must be a number, got " .. type(v)) end
  if v < spec.lo or v > spec.hi then
    raise(what .. ": '" .. name .. "' must be " .. core.fmt(spec.lo) .. " to " ..
      core.fmt(spec.hi) .. ", got " .. core.fmt(v))
  end
  if spec.kind == "int" and v % 1 ~= 0 then raise(what .. ": '" .. name .. "' must be whole") end
  return v
end

--- ta.define { name=, inputs={"src"}, params={ n = wick.int(...) }, outputs={"x"}, run=function(n, src..., p) }:
--- an indicator in Lua. `run` gets lists of n values and returns one list per output.
local function define_ta(d)
  check_fields("ta.define", d, ta_fields)
  if type(d.name) ~= "string" or not d.name:match("^[%a_][%w_]*$") then
    raise("ta.define: 'name' must be a plain name")
  end
  if type(d.run) ~= "function" then raise("ta.define: 'run' must be a function") end
  local what = "ta." .. d.name
  local inputs, params, outputs = d.inputs or { "src" }, d.params or {}, d.outputs or { d.name }
  local names = {}
  for name in core.pairs(params) do names[#names + 1] = name end

  local function call(...)
    local args, at = { ... }, 1
    local named = {}
    if select("#", ...) == 1 and type(args[1]) == "table" and not core.is(args[1]) then
      named = args[1]
      args = {}
      for i = 1, #named do args[i] = named[i] end
    end
    local anchor = args[1]
    if core.is(args[1]) == "bars" or core.is(args[1]) == "pine" then at = 2 end
    local columns, n = {}, 0
    for i, name in ipairs(inputs) do
      local x = args[at]
      if core.is(x) == "series" then at = at + 1 else x = named[name] end
      if core.is(x) ~= "series" then raise(what .. ": series '" .. name .. "' is missing") end
      if i == 1 then anchor = x end
      columns[i], n = core.values(x)
    end
    local p = {}
    for i, name in ipairs(names) do
      p[name] = param_value(what, name, params[name], args[at + i - 1] or named[name])
    end
    columns[#columns + 1] = p
    local out = core.pack(d.run(n, core.unpack(columns)))
    local made = {}
    for i = 1, #outputs do made[i] = core.column(anchor, out[i], what) end
    return core.unpack(made, 1, #outputs)
  end
  core.define_ta(d.name, call)
end
core.define_ta_public = define_ta

-- metrics.psr, pbo, bootstrap and their like: statistics in C on lists of numbers.
local metric_fields = { name = true, title = true, better = true, eval = true }
local metrics = {}
for name, f in next, core.stats do metrics[name] = f end

--- metrics.define { name=, title=, better="higher"|"lower", eval=function(m, ledger) }: a metric of
--- the project.
function metrics.define(d)
  check_fields("metrics.define", d, metric_fields)
  if type(d.name) ~= "string" or d.name == "" then raise("metrics.define: 'name' must be a text") end
  if type(d.eval) ~= "function" then raise("metrics.define: 'eval' must be a function") end
  if d.better ~= nil and d.better ~= "higher" and d.better ~= "lower" then
    raise("metrics.define: 'better' is \"higher\" or \"lower\"")
  end
  if core.metric_known(d.name) then
    raise("metrics.define: '" .. d.name .. "' is a metric of wick; choose another name")
  end
  local list = core.metric_list
  for i = 1, #list do
    if list[i].name == d.name then raise("metrics.define: '" .. d.name .. "' is defined twice") end
  end
  list[#list + 1] = d
end

core.metrics = core.freeze("metrics", metrics)

for name, f in next, core.module("wick.objective") do wick[name] = f end
for name, f in next, core.module("wick.study") do wick[name] = f end

-- Pine's layer is read when a script first names it. What has been read is a plain field behind the
-- view, so that neither VM calls a function for it.
local pine = setmetatable({}, {
  __index = function(t, key)
    local v = core.module("wick.pine")[key]
    if v ~= nil then
      if type(v) ~= "number" then rawset(t, key, v) end -- numbers belong to the symbol in hand
      return v
    end
    local near = type(key) == "string" and core.nearest(key, core.pine_names())
    raise("pine." .. core.tostring(key) .. " does not exist" ..
      (near and "; did you mean pine." .. near .. "?" or ""))
  end,
})
core.pine = setmetatable({}, {
  __metatable = "pine",
  __newindex = function() raise("pine belongs to wick and cannot be changed") end,
  __index = pine,
})

--- A read-only view of a table of names: a read is a plain field, a wrong name raises. `call` makes
--- the view a function too: call(view, ...).
function core.view(name, t, call)
  setmetatable(t, {
    __index = function(_, key)
      local near = type(key) == "string" and core.nearest(key, t)
      raise(name .. "." .. core.tostring(key) .. " does not exist" ..
        (near and "; did you mean " .. name .. "." .. near .. "?" or ""))
    end,
  })
  return setmetatable({}, {
    __metatable = name,
    __newindex = function() raise(name .. " belongs to wick and cannot be changed") end,
    __index = t,
    __call = call,
  })
end

--- Names of `wick`, for wick check.
function core.wick_names()
  local names = {}
  for name in next, wick do names[name] = true end
  return names
end

return core.view("wick", wick)
