-- SPDX-License-Identifier: MIT
-- calc_on_order_fills: the bar function runs again after fills inside a bar, every time from what the
-- script remembered when the bar began (pine_semantics.md 13.2). Before such a run everything that the
-- bar function can reach is written down here, and put back after it: variables, tables, indicators;
-- what src/lua/refill.c keeps are the columns that scripts write and the random numbers. Bars on which
-- nothing fills cost nothing.
--
-- What belongs to wick itself is marked before the file body runs and stays as it is, and so do the
-- variables a script lists as `varip`.
local core = ...
local type, next, rawequal, rawget, rawset = type, next, rawequal, rawget, rawset
local getupvalue, setupvalue, upvalueid = debug.getupvalue, debug.setupvalue, debug.upvalueid
local getmeta, getinfo = debug.getmetatable, debug.getinfo

local R = {}

local marks  -- wick's own: never looked into
local shapes -- function -> its variables: { { index, id, name }, ... }
local twins  -- stream -> the copy its state is kept in
local kept   -- symbol -> names that are not rolled back

-- ---- what belongs to wick ------------------------------------------------------------------
local function composite(x)
  local t = type(x)
  return t == "table" or t == "function" or t == "userdata" or t == "thread"
end

-- Names count in functions of the script alone: those of wick have names of their own.
local function variables_of(f)
  local list = shapes[f]
  if list then return list end
  list = {}
  local info = getinfo(f, "S")
  local lua, own = info.what ~= "C", info.source:find("^=wick") ~= nil
  for i = 1, 255 do
    local name = getupvalue(f, i)
    if name == nil then break end
    list[i] = { i, lua and upvalueid(f, i) or false, not own and name }
  end
  shapes[f] = list
  return list
end

local globals -- of the script: its own names are in it too
local function mark_all(x)
  local queue, at = {}, 1
  local function mark(y)
    if composite(y) and not marks[y] and not rawequal(y, core.pine_state) and not rawequal(y, core.fixed) and
      not rawequal(y, globals) then
      marks[y] = true
      queue[#queue + 1] = y
    end
  end
  mark(x)
  while queue[at] do
    local o = queue[at]
    at = at + 1
    if type(o) == "table" then
      for k, v in next, o do
        mark(k)
        mark(v)
      end
      mark(getmeta(o))
    elseif type(o) == "function" then
      for i = 1, 255 do
        local name, v = getupvalue(o, i)
        if name == nil then break end
        mark(v)
      end
    end
  end
end

--- Before the file body of a run that may run its script again. `modules`: those that were read; `env`: its
--- globals, which hold what wick gives so far.
function R.watch(modules, env)
  marks, kept, globals = {}, {}, env
  shapes, twins = setmetatable({}, { __mode = "k" }), setmetatable({}, { __mode = "k" })
  -- Tables whose contents need not be put back: rings longer than what is read of them, lists that
  -- are made once.
  core.fixed = setmetatable({}, { __mode = "k" })
  mark_all(core)
  mark_all(modules)
  for _, v in next, env do mark_all(v) end
end

--- A module that was read since: its things are wick's.
function R.module(value)
  if marks then mark_all(value) end
end

function R.forget()
  marks, shapes, twins, kept, globals, core.fixed = nil, nil, nil, nil, nil, nil
end

--- After the body: the names that the bar function of a symbol lists as `varip`: variables, and
--- fields of a variable as "v.count".
function R.keep(symbol, names)
  local set = { fields = {} }
  for _, name in ipairs(names or {}) do
    local of, field = name:match("^([%w_]+)%.([%w_]+)$")
    if of then
      set.fields[of] = set.fields[of] or {}
      set.fields[of][field] = true
    else
      set[name] = true
    end
  end
  kept[symbol] = set
end

-- ---- a run of the script -------------------------------------------------------------------
-- Lists of the snapshot, used again and again.
local cells, tables, streams, series = {}, {}, {}, {}
local n_cells, n_tables, n_streams, n_series
local partly = {} -- table -> its fields that stay as they are

local function fields_of(t, meta) return partly[t] or meta and rawget(meta, "varip") end

local function save(roots, names)
  local queue, n, at, met, met_cells = {}, 0, 1, {}, {}
  n_cells, n_tables, n_streams, n_series = 0, 0, 0, 0
  local function reach(x)
    if composite(x) and not met[x] and not marks[x] then
      met[x] = true
      n = n + 1
      queue[n] = x
    end
  end
  for i = 1, #roots do reach(roots[i]) end
  while at <= n do
    local o = queue[at]
    at = at + 1
    local t = type(o)
    if t == "function" then
      local list = variables_of(o)
      for i = 1, #list do
        local var = list[i]
        local _, v = getupvalue(o, i)
        if var[2] == false then
          reach(v) -- of a function in C: what it holds, never another thing
        elseif var[3] and names[var[3]] then
          if core.is(v) == "series" then
            n_series = n_series + 1
            series[n_series] = v
          end
        elseif not met_cells[var[2]] then
          met_cells[var[2]] = true
          n_cells = n_cells + 1
          local c = cells[n_cells]
          if c then
            c[1], c[2], c[3] = o, i, v
          else
            cells[n_cells] = { o, i, v }
          end
          if var[3] and names.fields[var[3]] and type(v) == "table" then partly[v] = names.fields[var[3]] end
          reach(v)
        end
      end
    elseif t == "table" then
      if core.is(o) == nil and not core.fixed[o] then
        local copy, meta = {}, getmeta(o)
        local fields = fields_of(o, meta)
        tables[n_tables + 1], tables[n_tables + 2] = o, copy
        n_tables = n_tables + 2
        for k, v in next, o do
          if fields and fields[k] then
            if core.is(v) == "series" then
              n_series = n_series + 1
              series[n_series] = v
            end
          else
            copy[k] = v
            reach(k)
            reach(v)
          end
        end
        reach(meta)
      end
    elseif t == "userdata" then
      local twin = core.stream_save(o, twins[o])
      if twin then
        twins[o] = twin
        n_streams = n_streams + 1
        streams[n_streams] = o
      end
    else
      core.raise("calc_on_order_fills: a coroutine cannot be taken back to where it was when the bar " ..
        "began; keep where it stands in numbers and texts, and decide from those")
    end
  end
end

local function put_back()
  for i = 1, n_cells do
    local c = cells[i]
    local _, v = getupvalue(c[1], c[2])
    if not rawequal(v, c[3]) and (v == v or c[3] == c[3]) then setupvalue(c[1], c[2], c[3]) end
    c[3] = nil
  end
  for i = 1, n_tables, 2 do
    local t, copy = tables[i], tables[i + 1]
    local meta = getmeta(t)
    local fields = fields_of(t, meta)
    for k in next, t do
      if copy[k] == nil and not (fields and fields[k]) then rawset(t, k, nil) end
    end
    for k, v in next, copy do
      if not rawequal(rawget(t, k), v) then rawset(t, k, v) end
    end
    tables[i], tables[i + 1], partly[t] = nil, nil, nil
  end
  for i = 1, n_streams do
    core.stream_back(streams[i], twins[streams[i]])
    streams[i] = nil
  end
end

--- Runs bar function `f` of a symbol once, as if it had not.
function R.run(symbol, f)
  save({ f, core.pine_state, core.script_globals(), core.script_modules() }, kept[symbol])
  core.refill_begin(symbol)
  f()
  put_back()
  core.refill_end(symbol, series, n_series)
  for i = 1, n_series do series[i] = nil end
end

return R
