-- SPDX-License-Identifier: MIT
-- The script's half of a saved state (src/lua/state.c has the other): what the variables and tables
-- that a bar function can reach hold beyond what the file body gave them.
--
-- A state is saved and loaded beside a run of the same file: the body and its declarations run anew
-- over the bars of the new run, and what they make has the same names in both (a name is the way to a
-- thing: on_bar^count is the variable `count` of function on_bar). Saved are differences only: a
-- variable or field that has another value than after the declarations, and tables made since. What
-- belongs to wick itself is marked before the body runs; it is the same in every run.
local core = ...
local type, next, rawget, rawset, rawequal = type, next, rawget, rawset, rawequal
local sort, floor = table.sort, math.floor
local getupvalue, setupvalue, upvalueid = debug.getupvalue, debug.setupvalue, debug.upvalueid
local getmeta, setmeta, getinfo = debug.getmetatable, debug.setmetatable, debug.getinfo

local S = {}

-- Of the run in hand; nil outside of runs that save or load.
local marks, named, things, cells, cell_of, snapshot, streams, handles

-- ---- order ---------------------------------------------------------------------------------
local rank = { number = 1, string = 2, boolean = 3 }

local function less(a, b)
  local ta, tb = type(a), type(b)
  if ta ~= tb then return rank[ta] < rank[tb] end
  if ta == "boolean" then return not a and b end
  return a < b
end

-- Keys of a table that have an order of their own, sorted; the others apart.
local function keys_of(t)
  local plain, others, n, m = {}, {}, 0, 0
  for k in next, t do
    if rank[type(k)] then
      n = n + 1
      plain[n] = k
    else
      m = m + 1
      others[m] = k
    end
  end
  sort(plain, less)
  return plain, others
end

-- Upvalues of a Lua function by name; those of one name in the order of the source.
local function upvalues_of(f)
  local list, seen = {}, {}
  for i = 1, 250 do
    local name = getupvalue(f, i)
    if name == nil then break end
    if name ~= "" and name ~= "_ENV" then
      local nth = (seen[name] or 0) + 1
      seen[name] = nth
      list[#list + 1] = { name = nth == 1 and name or name .. "#" .. nth, i = i }
    end
  end
  sort(list, function(a, b) return a.name < b.name end)
  return list
end

local function is_c(f) return getinfo(f, "S").what == "C" end

local function step_name(k)
  if type(k) == "string" then return "." .. k end
  return "[" .. core.tostring(k) .. "]"
end

local function composite(x)
  local t = type(x)
  return t == "table" or t == "function" or t == "userdata" or t == "thread"
end

-- ---- what belongs to wick ------------------------------------------------------------------
local function mark(x, path, queue)
  if not composite(x) or marks[x] or (named and named[x]) or x == core.pine_state then return end
  marks[x] = path
  marks[#marks + 1] = x
  queue[#queue + 1] = x
end

-- Marks everything that can be reached from x, breadth first.
local function mark_all(x, path)
  local queue, at = {}, 1
  mark(x, path, queue)
  while queue[at] do
    local o = queue[at]
    at = at + 1
    local here = marks[o]
    if type(o) == "table" then
      for _, k in next, (keys_of(o)) do mark(rawget(o, k), here .. step_name(k), queue) end
      mark(getmeta(o), here .. "<meta>", queue)
    elseif type(o) == "function" and not is_c(o) then
      for _, u in next, upvalues_of(o) do
        local _, v = getupvalue(o, u.i)
        mark(v, here .. "^" .. u.name, queue)
      end
    end
  end
end

local function mark_modules(list)
  for _, name in next, (keys_of(list)) do mark_all(list[name], "module " .. name) end
end

--- Called when a module is read while a run is watched: its things are wick's.
function S.module(name, value)
  if marks then mark_all(value, "module " .. name) end
end

-- ---- walking -------------------------------------------------------------------------------
-- The kind of a handle, and what it stands for.
local function handle_of(x)
  if type(x) ~= "table" then return nil end
  local kind = core.is(x)
  if kind == "series" then return core.state_slot(rawget(x, "sid")) end
  if kind == "bars" or kind == "sym" or kind == "pine" then return kind, rawget(x, "id") or 0 end
  if kind == "ctx" then return kind, 0 end
end

local skipped = { facts = true, periods = true } -- worked out again when asked for

-- What a key that is a thing itself is called; nil when nothing else names it.
local function key_name(k, fresh)
  local kind, which = handle_of(k)
  if kind then return kind .. " " .. core.tostring(which) end
  if named[k] then return "n " .. named[k] end
  if fresh and fresh[k] then return "f " .. ("%012d"):format(fresh[k]) end
  if marks[k] then return "m " .. marks[k] end
end

-- Visits everything that can be reached from the roots, breadth first. `see(x, path)` says whether
-- to go into x; `cell(f, u, id, value, path)` is told of every variable once.
local function walk(roots, see, cell, fresh)
  local queue, at, met, met_cells, late = {}, 1, {}, {}, {}
  local function reach(x, path)
    if not composite(x) or marks[x] or met[x] then return end
    met[x] = path
    if see(x, path) then queue[#queue + 1] = x end
  end
  for _, root in ipairs(roots) do reach(root[2], root[1]) end
  while queue[at] do
    local o = queue[at]
    at = at + 1
    local here = named and named[o] or met[o]
    if type(o) == "function" then
      for _, u in next, upvalues_of(o) do
        local id = upvalueid(o, u.i)
        local _, v = getupvalue(o, u.i)
        local path = here .. "^" .. u.name
        if not met_cells[id] then
          met_cells[id] = true
          cell(o, u, id, v, path)
          reach(v, cell_of[id] or path)
        end
      end
    else
      local plain, others = keys_of(o)
      for _, k in next, plain do
        if o ~= core.pine_state or not (skipped[k] or type(k) == "number") then
          reach(rawget(o, k), here .. step_name(k))
        end
      end
      reach(getmeta(o), here .. "<meta>")
      if others[1] then late[#late + 1] = { o, here, others } end
    end
    -- Behind keys that are things: once what is called by plain keys has its names.
    while not queue[at] and late[1] do
      local e = table.remove(late, 1)
      local by = {}
      for _, k in ipairs(e[3]) do
        local called = key_name(k, fresh)
        if called then by[#by + 1] = { called, k } end
      end
      sort(by, function(a, b) return a[1] < b[1] end)
      for _, b in ipairs(by) do reach(rawget(e[1], b[2]), e[2] .. "[" .. b[1] .. "]") end
    end
  end
end

-- Names x and what it holds now.
local function name(x, path)
  if named[x] then return false end
  named[x] = path
  things[path] = x
  local kind, which = handle_of(x)
  if kind then
    handles[kind .. " " .. core.tostring(which)] = x
    return false
  end
  if streams[x] then return false end
  if type(x) == "table" then
    local copy = {}
    for k, v in next, x do copy[k] = v end
    snapshot[x] = { copy, getmeta(x) }
    return true
  end
  return type(x) == "function" and not is_c(x)
end

local function name_cell(f, u, id, v, path)
  if cell_of[id] then return end
  cell_of[id] = path
  cells[path] = { f, u.i, v }
end

-- ---- life of a run -------------------------------------------------------------------------
--- Before the body: everything there is belongs to wick. `modules`: those that were read.
function S.watch(modules)
  marks, named = {}, nil
  mark_all(core, "core")
  mark_modules(modules)
  named, things, cells, cell_of, snapshot, handles = {}, {}, {}, {}, {}, {}
  streams = setmetatable({}, { __mode = "k" })
  core.state_stream = function(kind, f, anchor, ...)
    core.stream_keep(anchor)
    local args = core.pack(...)
    for i = 1, args.n do
      if type(args[i]) == "table" then
        local copy = {}
        for k, v in next, args[i] do copy[k] = v end
        args[i] = copy
      end
    end
    streams[f] = { kind = kind, anchor = anchor, args = args }
  end
  core.state_turn = function(step, mark, anchor, copy, ...)
    core.state_stream("turn", step, anchor, ...)
    streams[step].mark, streams[step].copy = mark, copy
    streams[mark] = { kind = "mark", of = step }
  end
end

function S.forget()
  marks, named, things, cells, cell_of, snapshot, streams, handles = nil, nil, nil, nil, nil, nil, nil, nil
  core.state_stream, core.state_turn = nil, nil
end

--- After the declarations: names everything a bar function can reach. `roots`: pairs of a name and
--- a value.
function S.begin(roots) walk(roots, name, name_cell) end

-- ---- saving --------------------------------------------------------------------------------
local function refuse(path, what, instead)
  core.raise("the state of the script cannot be saved: " .. path .. " is " .. what .. "; " .. instead)
end

local NEW_FUNCTION = "a function made while bars were decided"
local INSTEAD_FUNCTION = "make it in the file body (or in S.init), keep what changes in variables or tables, " ..
  "and choose between functions by a name or a number"
local INSTEAD_THREAD = "keep where it stands in numbers and texts, and decide from those on every bar"
local INSTEAD_DATA = "keep numbers, texts and tables of them; make the object again from those"

-- C functions hide what they keep in upvalues of their own.
local function hides_thread(f)
  for i = 1, 8 do
    local n, v = getupvalue(f, i)
    if n == nil then return false end
    if type(v) == "thread" then return true end
  end
  return false
end

local function same(a, b) return rawequal(a, b) or (a ~= a and b ~= b) end

--- Everything that differs, as a list of values for state_pack in C.
function S.save(roots)
  local out, n = {}, 0
  local function put(x)
    n = n + 1
    out[n] = x
  end
  local fresh, fresh_n, fresh_at = {}, 0, {} -- tables and streams made since: number, list
  local changed, changed_cells, fed, noted = {}, {}, {}, {}

  -- The function that marks a stream comes after its stream.
  local function note_stream(x)
    local s = streams[x]
    if noted[x] then return end
    noted[x] = true
    if s.of then note_stream(s.of) end
    if not named[x] then
      fresh_n = fresh_n + 1
      fresh[x], fresh_at[fresh_n] = fresh_n, x
    end
    if s.anchor then fed[#fed + 1] = x end
  end

  local function see(x, path)
    local t = type(x)
    if t == "thread" then refuse(path, "a coroutine", INSTEAD_THREAD) end
    if handle_of(x) then return false end
    if streams[x] then
      note_stream(x)
      return false
    end
    if t == "table" then
      if not named[x] then
        fresh_n = fresh_n + 1
        fresh[x], fresh_at[fresh_n] = fresh_n, x
      else
        changed[#changed + 1] = x
      end
      return true
    end
    if t == "function" then
      if is_c(x) then
        if hides_thread(x) then refuse(path, "a coroutine", INSTEAD_THREAD) end
        if not named[x] then refuse(path, "a function of the library that keeps a place", INSTEAD_FUNCTION) end
        return false
      end
      if not named[x] then refuse(path, NEW_FUNCTION, INSTEAD_FUNCTION) end
      return true
    end
    if not named[x] then
      refuse(path, "a handle of wick (" .. (core.is(x) or t) .. ")", INSTEAD_DATA)
    end
    return false
  end
  walk(roots, see, function(_, _, id, v, path)
    local home = cell_of[id]
    if not home then refuse(path, "a variable of a new function", INSTEAD_FUNCTION) end
    if not same(cells[home][3], v) then changed_cells[#changed_cells + 1] = { home, v } end
  end, fresh)

  local function value(x, path)
    local t = type(x)
    if t == "number" or t == "string" or t == "boolean" then return put(x) end
    if x == nil then
      put(core.state_nil)
      return
    end
    local kind, which = handle_of(x)
    if kind then
      put(core.state_handle)
      put(kind)
      return put(which)
    end
    if named[x] then
      put(core.state_named)
      return put(named[x])
    end
    if fresh[x] then
      put(core.state_fresh)
      return put(fresh[x])
    end
    if marks[x] then
      put(core.state_mark)
      return put(marks[x])
    end
    refuse(path, "a " .. t, INSTEAD_DATA)
  end

  local function all_keys(t, old, path)
    local union = {}
    for k in next, t do union[k] = true end
    for k in next, old do union[k] = true end
    local plain, others = keys_of(union)
    local by = {}
    for i, k in ipairs(others) do
      by[i] = { key_name(k, fresh), k }
      if not by[i][1] then
        refuse(path, "a table with a " .. type(k) .. " as key that nothing else names",
          "keep such things in a list, or in a variable of their own")
      end
    end
    sort(by, function(a, b) return a[1] < b[1] end)
    for _, e in ipairs(by) do plain[#plain + 1] = e[2] end
    return plain
  end
  local function fields(t, old, path)
    local head, count = n + 1, 0
    put(0)
    for _, k in next, all_keys(t, old, path) do
      local v, was = rawget(t, k), rawget(old, k)
      local caches = t == core.pine_state and (skipped[k] or type(k) == "number")
      if not same(v, was) and not caches then
        value(k, path)
        value(v, path .. (rank[type(k)] and step_name(k) or "[key]"))
        count = count + 1
      end
    end
    out[head] = count
    return count
  end

  put(fresh_n)
  for i = 1, fresh_n do
    local s = streams[fresh_at[i]]
    if s and s.of then
      put "mark"
      value(s.of, "a stream")
    elseif s then
      put(s.kind)
      put(s.args.n)
      for k = 1, s.args.n do
        local a = s.args[k]
        if type(a) == "table" then
          put(core.state_fresh)
          local names = keys_of(a)
          put(#names)
          for _, key in ipairs(names) do
            put(key)
            put(a[key])
          end
        else
          value(a, "a stream")
        end
      end
    else
      put "table"
    end
  end
  put(#fed)
  for _, f in ipairs(fed) do
    value(f, "a stream")
    local s = streams[f]
    put(core.stream_log(s.anchor))
    put(s.copy and core.stream_marked(s.copy, s.anchor) or -1)
  end
  local head, count = n + 1, 0
  put(0)
  local function table_of(t, old, meta, path)
    local from = n
    value(t, path)
    local m = getmeta(t)
    if rawequal(m, meta) then
      put(false)
    else
      put(true)
      value(m, path .. "<meta>")
    end
    if fields(t, old, path) == 0 and rawequal(m, meta) and named[t] then
      while n > from do
        out[n] = nil
        n = n - 1
      end
    else
      count = count + 1
    end
  end
  for i = 1, fresh_n do
    local t = fresh_at[i]
    if type(t) == "table" then table_of(t, {}, nil, "a table of the script") end
  end
  for _, t in ipairs(changed) do
    table_of(t, snapshot[t][1], snapshot[t][2], named[t])
  end
  out[head] = count
  put(#changed_cells)
  for _, c in ipairs(changed_cells) do
    put(c[1])
    value(c[2], c[1])
  end
  return out, n
end

-- ---- loading -------------------------------------------------------------------------------
local function damaged(why) core.raise("the state's section of the script is damaged: " .. why) end

--- The values a state was saved with, in a run that has just begun.
function S.load(list, n, vm)
  local at = 0
  local made = {}
  local function take(kind)
    at = at + 1
    if at > n then damaged("it ends too early") end
    local x = list[at]
    if kind and type(x) ~= kind then damaged("a " .. kind .. " is missing") end
    return x
  end
  local function count()
    local x = take "number"
    if not (x >= 0 and x <= n and x == floor(x)) then damaged("it counts " .. core.tostring(x)) end
    return x
  end
  local function gone(path)
    core.raise("the state knows '" .. path .. "', and this run of the script has none" ..
      (vm and "; it was saved by " .. vm or ""))
  end
  local function value()
    local x = take()
    if type(x) ~= "userdata" then return x end
    if x == core.state_nil then return nil end
    if x == core.state_named then
      local path = take "string"
      local v = things[path]
      if v == nil then gone(path) end
      return v
    elseif x == core.state_fresh then
      local v = made[take "number"]
      if v == nil then damaged("a table is missing") end
      return v
    elseif x == core.state_handle then
      local kind, which = take "string", take()
      if type(which) == "userdata" then damaged("a handle is missing") end
      local v = handles[kind .. " " .. core.tostring(which)]
      if v == nil and kind == "bars" then v = core.bars_of(which) end
      if v == nil and kind == "written" then v = core.state_written(which) end
      if v == nil and kind == "field" then
        local symbol, field = core.tostring(which):match("^(%d+) (.+)$")
        v = field and core.bars_of(tonumber(symbol))[field]
      end
      if v == nil then gone(kind .. " " .. core.tostring(which)) end
      return v
    elseif x == core.state_mark then
      local path = take "string"
      local module = path:match("^module ([%w_.]+)")
      if module then core.state_module(module) end
      for i = 1, #marks do
        if marks[marks[i]] == path then return marks[i] end
      end
      gone(path)
    end
    damaged("an unknown kind of value")
  end

  for i = 1, count() do
    local kind = take "string"
    if kind == "table" then
      made[i] = {}
    elseif kind == "mark" then
      local s = streams[value() or false]
      if not (s and s.mark) then damaged("a stream is missing") end
      made[i] = s.mark
    elseif kind == "stream" or kind == "stepper" or kind == "turn" then
      local args = { n = count() }
      if args.n > 16 then damaged("a stream has too many parameters") end
      for k = 1, args.n do
        local x = take()
        if x == core.state_fresh then
          x = {}
          for _ = 1, count() do
            local key = take "string"
            x[key] = take()
          end
        elseif type(x) == "userdata" then
          x = nil
        end
        args[k] = x
      end
      local make = kind == "stream" and core.state_wick_stream or kind == "turn" and core.marked_stream or core.stepper
      made[i] = (make(core.unpack(args, 1, args.n)))
    else
      damaged("it has a '" .. kind .. "'")
    end
  end
  for _ = 1, count() do
    local f, log, marked = value(), take "string", take "number"
    local s = type(f) == "function" and streams[f]
    if not (s and s.anchor) or (marked >= 0) ~= (s.copy ~= nil) then damaged("a stream is missing") end
    if s.copy then
      local cut = marked * core.stream_row(s.anchor)
      if not (cut >= 0 and cut <= #log and cut == floor(cut)) then damaged("a mark behind its stream") end
      core.stream_feed(s.anchor, log:sub(1, cut))
      s.mark(false)
      log = log:sub(cut + 1)
    end
    core.stream_feed(s.anchor, log)
  end
  for _ = 1, count() do
    local t = value()
    if type(t) ~= "table" or handle_of(t) or marks[t] then damaged("fields of something that has none") end
    if take "boolean" then
      local m = value()
      if m ~= nil and type(m) ~= "table" then damaged("a metatable that is no table") end
      setmeta(t, m)
    end
    for _ = 1, count() do
      local k = value()
      if k == nil or k ~= k then damaged("a key that is none") end
      rawset(t, k, value())
    end
  end
  for _ = 1, count() do
    local path = take "string"
    local c = cells[path]
    if not c then gone(path) end
    setupvalue(c[1], c[2], (value()))
  end
  if at ~= n then damaged("it is too long") end
end

return S
