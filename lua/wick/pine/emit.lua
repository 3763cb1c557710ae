-- SPDX-License-Identifier: MIT
-- Units of the translator and the file they make. A unit is the script, a function of it, or a
-- request: what stands in the file body (`decl`) and what in the bar function (`out`).
local core = ...
local lift, types = core.module("wick.pine.lift"), core.module("wick.pine.typing")
local lines_of = core.module("wick.pine.lines")
local const, series = lift.const, lift.series
local ipairs, type, setmetatable = ipairs, type, setmetatable

local M = {}
local U = {}
U.__index = U
for name in ([[lift emit_expr emit_choice emit_history emit_call emit_special emit_plot emit_stmt
  emit_loop emit_decl emit_tuple emit_func emit_request]]):gmatch("%S+") do
  core.module("wick.pine." .. name).open(U)
end

local reserved = {}
for w in ("and break do else elseif end false for function goto if in local nil not or repeat return then true until while " ..
  "pine ta wick _ENV"):gmatch("[%a_]+") do
  reserved[w] = true
end

-- ---- the translator ------------------------------------------------------------------------
local T = {}
T.__index = T

--- A free name like `base`; `second` is tried first when given.
function T:fresh(base, second)
  base = base:gsub("[^%w_]", "_")
  local function free(n)
    if not self.taken[n] and not reserved[n] then
      self.taken[n] = true
      self.fresh_names[#self.fresh_names + 1] = n
      return n
    end
  end
  local name = (second and second ~= base and nil) or free(base)
  if name then return name end
  -- Numbers below the last one given are taken.
  local stem = second or base
  local i = self.last_number[stem] or 1
  while true do
    name = free(stem .. i)
    if name then
      self.last_number[stem] = i
      return name
    end
    i = i + 1
  end
end

--- A name of an attempt that was given up is free again.
function T:give_back(name)
  self.taken[name] = nil
  local digits = #name:match("%d*$")
  for n = 1, digits do
    local stem, number = name:sub(1, -n - 1), tonumber(name:sub(-n))
    local last = self.last_number[stem]
    if last and number < last then self.last_number[stem] = number end
  end
end

--- The name of a function: the first to ask gets it as it is.
function T:own_name(name, foreign)
  if not foreign and not self.given[name] and not reserved[name] and name ~= self.strategy then
    self.given[name] = true
    self.given_list[#self.given_list + 1] = name
    return name
  end
  return self:fresh(name)
end

--- Lua name of a symbol of the script: its own, unless Lua needs the word.
function T:lua_name(sym)
  if not sym.lua then
    sym.lua = sym.name
    if reserved[sym.name] or sym.name == self.strategy then
      sym.lua = sym.name .. "_"
      while self.taken[sym.lua] do sym.lua = sym.lua .. "_" end
      self.taken[sym.lua] = true
    end
  end
  return sym.lua
end

function T:field(name) return reserved[name] and name .. "_" or name end

function T.comment(text)
  return "--" .. (text:gsub("^//", ""):gsub("%s+$", ""))
end

--- Inputs have names of their own space.
function T:input_name(name)
  local base, i = name, 2
  while self.inputs[name] do
    name = base .. "_" .. i
    i = i + 1
  end
  self.inputs[name] = true
  self.input_list[#self.input_list + 1] = name
  return name
end

--- Where a name of the file body lives: itself, or a field of a table when there are too many.
function T:place(name, kind)
  if not self.tables then
    self.top[name] = true
    return name
  end
  local of = self.table_names[kind]
  self.used_tables[kind] = true
  return of .. "." .. name
end

function T:top_name(name) self.top[name] = true end

-- ---- units ---------------------------------------------------------------------------------
function U:sub_unit(module)
  local u = setmetatable({
    tr = self.tr, main = self.main, chart = self.chart, module = module, vals = {}, decl = {},
    out = {}, memo = {}, loops = {}, path = {}, cond = 0, effects = 0, ind = "  ", dind = "",
    prologue = {}, epilogue = {}, instances = {},
  }, U)
  return u
end

function U:fail(node, message)
  local tr = self.tr
  local line, col = node.line or 1, node.col or 1
  local key = line .. ":" .. col .. ":" .. message
  if tr.said[key] then return end
  tr.diags[#tr.diags + 1] = { line = line, col = col, text = message, file = self.module.file,
    key = key }
end

function U:near(word, known)
  local pool = {}
  for name in next, known do pool[name] = true end
  local near = core.nearest(word, pool)
  return near and "; did you mean '" .. near .. "'?" or ""
end

local function flush(self, list, indent)
  if self.gap and #list > 0 and list[#list] ~= "" then list[#list + 1] = "" end
  self.gap = nil
  for _, c in ipairs(self.pending or {}) do
    if not c:find("^//%s*@version") then list[#list + 1] = indent .. self.tr.comment(c) end
  end
  self.pending = nil
  local trail = self.pending_trail
  self.pending_trail = nil
  return trail and "  " .. self.tr.comment(trail) or ""
end

--- Which line of the Pine file a line of Lua is from; the same text may stand in several places.
function T:from_line(text, line)
  text = text:match("^%s*([^\n]*)")
  local list = self.origin[text]
  if not list then
    list = { at = 1 }
    self.origin[text] = list
  end
  list[#list + 1] = line or self.at_line
end

--- A line of the file body.
function U:d(line)
  local tail = flush(self, self.decl, self.dind)
  self.tr:from_line(line)
  for l in (line .. "\n"):gmatch("(.-)\n") do
    self.decl[#self.decl + 1] = self.dind .. l
  end
  if tail ~= "" then self.decl[#self.decl] = self.decl[#self.decl] .. tail end
end

--- A line of the bar function.
function U:b(line)
  if not line then return end
  local tail = flush(self, self.out, self.ind)
  self.tr:from_line(line .. tail)
  self.out[#self.out + 1] = self.ind .. line .. tail
end

--- A local of the file body (of the unit); gives the code that reads it.
function U:new_local(name, code)
  if code == "nil" then return self:new_local_empty(name) end
  if self == self.main and (not self.in_declared or self.in_declared == 0) then
    local place = self.tr:place(name, "values")
    self:d((place == name and "local " or "") .. place .. " = " .. code)
    return place
  end
  self:d("local " .. name .. " = " .. code)
  return name
end

function U:new_local_empty(name)
  if self == self.main and (not self.in_declared or self.in_declared == 0) then
    local place = self.tr:place(name, "values")
    if place == name then self:d("local " .. name) end
    return place
  end
  self:d("local " .. name)
  return name
end

function U:new_locals(names, code)
  local places, own = {}, false
  for i, name in ipairs(names) do
    if self == self.main and (not self.in_declared or self.in_declared == 0) and name ~= "_" then
      places[i] = self.tr:place(name, "values")
      if places[i] ~= name then own = true end
    else
      places[i] = name
    end
  end
  if own then self:d("local _") end
  self:d((own and "" or "local ") .. table.concat(places, ", ") .. " = " .. code)
  for i = 1, #names do names[i] = places[i] end
end

--- A local of the bar function.
function U:bar_local(name, code)
  local tr = self.tr
  if self == self.main and not self.nested then
    tr.n_bar_locals = tr.n_bar_locals + 1
    if tr.tables and tr.many_bar_locals then
      tr.used_tables.now = true
      name = tr.table_names.now .. "." .. name
      self:b(name .. " = " .. code)
      return name
    end
  end
  self:b("local " .. name .. " = " .. code)
  return name
end

function U:bar_locals(nodes, names, code)
  local tr = self.tr
  if self == self.main and not self.nested then
    tr.n_bar_locals = tr.n_bar_locals + #names
    if tr.tables and tr.many_bar_locals then
      tr.used_tables.now = true
      local any = false
      for i, name in ipairs(names) do
        if name == "_" then
          any = true
        else
          local place = tr.table_names.now .. "." .. name
          local v = nodes[i].sym and self.vals[nodes[i].sym]
          if v and v.b == name then v.b = place end
          names[i] = place
        end
      end
      if any then self:b("local _") end
      self:b(table.concat(names, ", ") .. " = " .. code)
      return
    end
  end
  self:b("local " .. table.concat(names, ", ") .. " = " .. code)
end

--- A name for a passing value of the bar function.
function U:temp(base)
  return self.tr:fresh(base)
end

-- ---- what the file names once --------------------------------------------------------------
function U:alias(name, code)
  local tr = self.tr
  local known = tr.aliases[code]
  if known then return known end
  if tr.taken[name] or reserved[name] then return code end
  tr.taken[name] = true
  tr.aliases[code] = name
  tr.alias_list[#tr.alias_list + 1] = { name = name, code = code }
  tr.top[name] = true
  return name
end

function U:ns(space)
  return self:alias(space:gsub("%.", "_"), "pine." .. space)
end

function U:pine_name(name)
  local space, last = name:match("^(.*)%.([^%.]+)$")
  if not space then return "pine." .. name end
  return self:ns(space) .. "." .. last
end

function U:na_name() return self:alias("na", "wick.na") end

--- A series of the symbol: close, time, hour.
function U:source(name)
  local tr = self.tr
  if self.chart ~= self.main then return self.chart.bars .. "." .. name end
  local known = tr.sources[name]
  if known then return known end
  local code = tr.strategy .. "." .. name
  if tr.taken[name] or reserved[name] then
    tr.sources[name] = code
    return code
  end
  tr.taken[name] = true
  tr.sources[name] = name
  tr.source_list[#tr.source_list + 1] = name
  tr.top[name] = true
  return name
end

-- ---- values of names -----------------------------------------------------------------------
function U:find_value(sym)
  local at = self
  while at do
    local v = at.vals[sym]
    if v then return v end
    if at.request then
      return at.outer and at.outer:find_value(sym)
    end
    at = at.parent
  end
  if sym.module ~= self.main.module and
    sym.kind == "var" then return self.main:library_global(sym) end
end

function U:value_of(sym, node)
  sym.used = true
  local own = self.vals[sym]
  if own then return own end
  local chart = self.chart
  if chart.request and (sym.unit.main or chart == self) then
    local seen = chart.vals[sym]
    if seen then return seen end
    if sym.module == self.main.module or not sym.unit.main then return chart:requested(sym,
      node) end
  end
  local v = self:find_value(sym)
  if v then return v end
  -- Something went wrong where it was declared, which has been said.
  return const("na", "?")
end

--- A global of a library, declared when it is first used.
function U:library_global(sym)
  local keep = self.module
  self.module = sym.module
  local cond, loops, gap, pending = self.cond, self.loops, self.gap, self.pending
  self.cond, self.loops, self.gap, self.pending = 0, {}, nil, nil
  self.vals[sym] = const("na", "?")
  self.vals[sym] = nil
  local name = self.tr:lua_name(sym)
  if self.tr.taken[name] and not sym.placed then sym.lua = self.tr:fresh(name) end
  sym.placed = true
  self:statement(sym.node)
  self.module, self.cond, self.loops, self.gap, self.pending = keep, cond, loops, gap, pending
  return self.vals[sym]
end

function U:library_expr(e, module)
  local keep = self.module
  self.module = module
  local v = self:expr(e)
  self.module = keep
  return v
end

-- ---- the file ------------------------------------------------------------------------------
local WIDTH, break_line = lines_of.WIDTH, lines_of.break_line

-- Aliases as one line for every kind.
local function alias_lines(list)
  local out, spaces, names, codes = {}, {}, {}, {}
  local sn, sc = {}, {}
  for _, a in ipairs(list) do
    if a.space then
      sn[#sn + 1], sc[#sc + 1] = a.name, a.code
    else
      names[#names + 1], codes[#codes + 1] = a.name, a.code
    end
  end
  for i = 1, #names, 6 do
    local j = math.min(i + 5, #names)
    out[#out + 1] = "local " .. table.concat(names, ", ", i, j) .. " = " ..
      table.concat(codes, ", ", i, j)
  end
  return out, spaces
end

local function upvalues_of(lines, top)
  local seen, n = {}, 0
  for _, l in ipairs(lines) do
    for word in l:gmatch("[%a_][%w_]*") do
      if top[word] and not seen[word] then
        seen[word] = true
        n = n + 1
      end
    end
  end
  return n
end

local function most_upvalues(lines, top)
  -- Functions of the body are cut at their first column.
  local most, from = 0, nil
  for i, l in ipairs(lines) do
    if l:find("^local function") or l:find("^function") then from = i end
    if from and l == "end" then
      local part = {}
      for k = from, i do part[#part + 1] = lines[k] end
      most = math.max(most, upvalues_of(part, top))
      from = nil
    end
  end
  return most
end

local function new_translator(options, modules)
  local tr = setmetatable({
    version = options.version, diags = {}, said = {}, taken = {}, fresh_names = {}, given = {},
      given_list = {}, inputs = {}, input_list = {}, aliases = {},
    alias_list = {}, sources = {}, source_list = {}, top = {}, by_lua_name = {}, compiling = {},
      n_bar_locals = 0, last_number = {},
    NOT_HERE = {}, idle = {}, used_tables = {}, tables = options.tables, origin = {}, at_line = 0,
      many_bar_locals = options.many_bar_locals, varip = {}, n_varip = {}, shared_names = {},
  }, T)
  for _, module in ipairs(modules) do
    for name in next, module.names do tr.taken[name] = true end
    local met = {}
    for _, sym in ipairs(module.symbols) do
      if met[sym.name] then tr.shared_names[sym.name] = true end
      met[sym.name] = true
    end
  end
  tr.strategy = tr.taken.s and tr:fresh("strat") or "s"
  tr.taken[tr.strategy] = true
  tr.top[tr.strategy] = true
  tr.request_bars = tr:fresh("htf")
  tr.table_names = {}
  if tr.tables then
    for _, kind in ipairs { "values", "functions", "types", "now" } do
      tr.table_names[kind] = tr:fresh(({ values = "v", functions = "f", types = "t",
        now = "now" })[kind])
      tr.top[tr.table_names[kind]] = true
    end
  end
  return tr
end

-- Symbols and types forget the Lua names of an earlier pass.
local function forget(modules)
  for _, module in ipairs(modules) do
    for _, sym in ipairs(module.symbols) do sym.lua, sym.placed, sym.used = nil, nil, nil end
    for _, of in ipairs(module.types) do of.lua, of.lua_place, of.method_names = nil, nil, {} end
  end
end

local function generate(options, main_module, modules)
  forget(modules)
  local tr = new_translator(options, modules)
  local main = U.sub_unit({ tr = tr }, main_module)
  main.main, main.chart, main.is_chart = main, main, true
  main.home, main.instance_keys, main.function_texts = main.decl, {}, {}
  local gate = main:block(main_module.list, nil)
  -- Methods and functions nobody calls are not written, but mistakes in them are.
  return tr, main, gate
end

local function assemble(tr, main, gate, options)
  local lines = {}
  lines[1] = options.head
  for _, c in ipairs(tr.head or {}) do
    if not c:find("^//%s*@version") then lines[#lines + 1] = T.comment(c) end
  end
  lines[#lines + 1] = ""
  local body = {}
  local out = main.out
  for _, l in ipairs(main.prologue) do body[#body + 1] = "  " .. l end
  for _, l in ipairs(out) do
    -- Colours of plots and the like: read by nothing that is translated.
    local sym = tr.idle[l]
    if not (sym and sym.reads and not sym.used) then body[#body + 1] = l end
  end
  for _, l in ipairs(main.epilogue) do body[#body + 1] = "  " .. l end
  while body[#body] == "" do body[#body] = nil end
  local wake = gate and not main.every_bar and #main.prologue + #main.epilogue == 0 and
    lift.wake(gate)
  local map = {}
  local function add(l)
    local n = #lines
    break_line(l, lines)
    local list = tr.origin[l:match("^%s*(.*)$")]
    if not list then return end
    local from = list[list.at] or list[#list]
    list.at = list.at + 1
    for i = n + 1, #lines do map[i] = from end
  end
  -- Names taken in an attempt that was given up are not used.
  if not tr.tables then
    local words = {}
    for _, list in ipairs { main.decl, body, wake or {}, { tr.declaration or "" } } do
      for _, l in ipairs(list) do
        for word in l:gmatch("[%a_][%w_]*") do words[word] = true end
      end
    end
    local function used(list, name_of)
      local kept = {}
      for _, x in ipairs(list) do
        if words[name_of(x)] then kept[#kept + 1] = x end
      end
      return kept
    end
    tr.alias_list = used(tr.alias_list, function(a) return a.name end)
    tr.source_list = used(tr.source_list, function(name) return name end)
  end
  for _, l in ipairs((alias_lines(tr.alias_list))) do add(l) end
  if tr.tables then
    local names, inits = {}, {}
    for _, kind in ipairs { "values", "functions", "types", "now" } do
      if tr.used_tables[kind] then
        names[#names + 1] = tr.table_names[kind]
        inits[#inits + 1] = "{}"
      end
    end
    if #names > 0 then
      add("-- values, functions, types of the script: more names than Lua has room for")
      add("local " .. table.concat(names, ", ") .. " = " .. table.concat(inits, ", "))
    end
  end
  if #tr.alias_list > 0 then lines[#lines + 1] = "" end
  add(tr.declaration or "local " .. tr.strategy .. " = pine.strategy { title = \"" ..
    options.title .. "\" }")
  local list = tr.source_list
  for i = 1, #list, 8 do
    local names, codes = {}, {}
    for k = i, math.min(i + 7, #list) do
      names[#names + 1] = list[k]
      codes[#codes + 1] = tr.strategy .. "." .. list[k]
    end
    add("local " .. table.concat(names, ", ") .. " = " .. table.concat(codes, ", "))
  end
  if #main.decl > 0 and main.decl[1] ~= "" then lines[#lines + 1] = "" end
  local last = lines[#lines]
  for _, l in ipairs(main.decl) do
    if not (l == "" and (last == "" or last == nil)) then add(l) end
    last = l
  end
  if lines[#lines] ~= "" then lines[#lines + 1] = "" end
  local function_of = "return " .. tr.strategy .. ":each_bar(function()"
  if #body == 0 then
    add(function_of .. " end)")
  else
    lines[#lines + 1] = function_of
    for _, l in ipairs(body) do add(l) end
    wake = wake or {}
    if tr.refills and #tr.varip > 0 then
      wake[#wake + 1] = "varip = { " .. table.concat(tr.varip, ", ") .. " }"
    end
    if #wake > 0 then
      local line = "end, { " .. table.concat(wake, ", ") .. " })"
      if #line <= WIDTH then
        add(line)
      else
        add("end, {")
        for _, part in ipairs(wake) do add("  " .. part .. ",") end
        add("})")
      end
    else
      add("end)")
    end
  end
  for _, c in ipairs(options.tail) do lines[#lines + 1] = T.comment(c) end
  -- Inside of something: the line above is near enough.
  for i = 2, #lines do
    if not map[i] and lines[i]:find("^%s+%S") then map[i] = map[i - 1] end
  end
  return table.concat(lines, "\n") .. "\n", body, map
end

--- M.emit(main, modules, options) -> text, diagnostics, translator, line of Lua -> line of Pine
function M.emit(main_module, modules, options)
  -- A script with very many names is known to need tables at once.
  if main_module.n_globals > 400 then options.tables, options.many_bar_locals = true, true end
  local tr, main, gate = generate(options, main_module, modules)
  if #tr.diags > 0 then return nil, tr.diags, tr end
  local text, body, map = assemble(tr, main, gate, options)
  if options.tables then return text, tr.diags, tr, map end
  local n_top = 0
  for _ in next, tr.top do n_top = n_top + 1 end
  local many = tr.n_bar_locals > 120
  -- LuaJIT gives a function 60 names from outside, both VMs a function 200 of its own.
  if n_top > 180 or many or upvalues_of(body, tr.top) > 56 or
    most_upvalues(main.decl, tr.top) > 56 then
    options.tables, options.many_bar_locals = true, many
    tr, main, gate = generate(options, main_module, modules)
    text, body, map = assemble(tr, main, gate, options)
  end
  return text, tr.diags, tr, map
end

return M
