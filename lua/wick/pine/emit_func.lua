-- SPDX-License-Identifier: MIT
-- Functions and methods of the script, and its types.
--
-- A function is made once for every way it is called (types and kinds of its arguments). Where all
-- it does can stand in the file body it becomes a function of series; where it keeps a state it
-- becomes a function that makes the function, once for every place that calls it.
local core = ...
local lift, types = core.module("wick.pine.lift"), core.module("wick.pine.typing")
local builtins = core.module("wick.pine.builtins")
local const, bar, series = lift.const, lift.bar, lift.series
local P = lift.p
local ipairs, type = ipairs, type

local M = {}
local U = {}

-- ---- types ---------------------------------------------------------------------------------

--- The type a text of the source means: user types by their Lua name.
function U:canonical(text, module)
  module = module or self.module
  if not text then return nil end
  local base, inner = text:match("^(%a+)<(.*)>$")
  if base then
    local out = {}
    local depth, from = 0, 1
    for i = 1, #inner do
      local c = inner:sub(i, i)
      if c == "<" then depth = depth + 1 end
      if c == ">" then depth = depth - 1 end
      if c == "," and depth == 0 then
        out[#out + 1] = self:canonical(inner:sub(from, i - 1), module)
        from = i + 1
      end
    end
    out[#out + 1] = self:canonical(inner:sub(from), module)
    return base .. "<" .. table.concat(out, ",") .. ">"
  end
  local alias, name = text:match("^([%w_]+)%.([%w_]+)$")
  local scope = module.scope
  if alias and text ~= "chart.point" then
    local sym = scope.vars[alias]
    scope = sym and sym.import and sym.import.scope
    text = name
  end
  local sym = scope and scope.vars[text]
  if sym and sym.kind == "type" then return self:type_name(sym.of) end
  if sym and sym.kind == "enum" then return "enum:" .. self:type_name(sym.of) end
  return text
end

function U:type_of(t)
  return type(t) == "string" and self.tr.by_lua_name[t] or nil
end

-- Code of a default of a field: a constant. A built-in that changes from bar to bar (`int at = time`) is
-- given by every `new` that leaves the field out.
local function field_line(self, f, of)
  local t = self:canonical(f.type, of.module)
  local code
  if f.default then
    local v = self:as_type(self:expr(f.default), t)
    code = v.k == "c" and (v.t == "na" and self:na_name() or v.d) or nil
    if not code and not (f.default.k == "name" and f.default.builtin) then
      self:fail(f, "the default of a field must be a constant or a built-in variable")
    end
  elseif types.numeric(t) then
    code = self:na_name()
  elseif t == "string" or t == "bool" and self.tr.version >= 6 then
    code = types.na_code(t, self.tr.version)
  end
  return '{ "' .. self.tr:field(f.name) .. '"' .. (code and code ~= "nil" and ", " .. code or "") ..
    (f.varip and ", varip = true" or "") .. " }"
end

--- Lua name of a user type or an enum; the first time its declaration is written.
function U:type_name(of)
  if of.lua then return of.lua end
  local tr = self.tr
  of.lua = tr:own_name(of.name, of.module ~= self.main.module)
  if of.kind == "type" then tr.by_lua_name[of.lua] = of end
  local main = self.main
  local home = main.home
  if of.node.lead and main.pending == nil then
    for _, c in ipairs(of.node.lead) do home[#home + 1] = tr.comment(c) end
  end
  local rows = {}
  for _, f in ipairs(of.fields) do
    local row
    if of.kind == "enum" then
      row = '{ "' .. tr:field(f.name) .. '"' .. (f.title and ", " ..
        core.module("wick.pine.emit_expr").quote(f.title) or "") .. " }"
    else
      row = field_line(main, f, of)
    end
    rows[#rows + 1] = "  " .. row .. "," .. (f.trail and " " .. tr.comment(f.trail) or "")
  end
  -- Types of fields were written before.
  if main.gap then home[#home + 1] = "" end
  local lead = main.pending
  main.pending, main.gap = nil, nil
  for _, c in ipairs(lead or {}) do home[#home + 1] = tr.comment(c) end
  local name = tr:place(of.lua, "types")
  of.lua_place = name
  if of.kind == "type" then tr.by_lua_name[name] = of end
  home[#home + 1] = (name == of.lua and "local " or "") .. name .. " = pine." .. of.kind .. '("' ..
    of.name .. '", {'
  for _, r in ipairs(rows) do home[#home + 1] = r end
  home[#home + 1] = "})"
  if name ~= of.lua then of.lua = name end
  -- An attempt that is given up takes the declaration back.
  if self.chart == main then main.instance_keys[#main.instance_keys + 1] = { from = of, key = "lua" } end
  return of.lua
end

function U:construct(node, of)
  local f = { name = of.name .. ".new", params = {}, at = of.at }
  for i, field in ipairs(of.fields) do f.params[i] = { name = field.name, optional = true } end
  local list = self:bind(node, f)
  local values, k, n = {}, "c", #of.fields
  local named = node.named and #node.named > 0
  for i = 1, n do
    local field = of.fields[i]
    local e = list[i]
    if not e and field.default and field.default.k == "name" and field.default.builtin and
      self:expr(field.default).k ~= "c" then
      e, named = field.default, true
    end
    if e then
      local t = self:canonical(field.type, of.module)
      local v = self:as_type(self:expr(e), t)
      values[i] = v
      if not v.dd then k = lift.join({ k = k }, v) end
    end
  end
  local name = self:type_name(of)
  local function code(get)
    if named then
      local parts = {}
      for i = 1, n do
        if values[i] then parts[#parts + 1] = self.tr:field(of.fields[i].name) .. " = " ..
          get(values[i]) end
      end
      return name .. ".new { " .. table.concat(parts, ", ") .. " }"
    end
    local parts = {}
    for i = 1, #node.args do parts[i] = values[i] and get(values[i]) or "nil" end
    return name .. ".new(" .. table.concat(parts, ", ") .. ")"
  end
  local v = bar(code(function(x) return (self:bar(x)) end), name)
  if k ~= "b" and k ~= "d" then v.dd = code(function(x) return x.dd or x.d end) end
  v.fresh, v.nn = true, true
  self.effects = self.effects + 1
  return v
end

function U:copy_of(v)
  local out = bar(self:in_bar(v, P.atom) .. ":copy()", v.t)
  out.fresh, out.nn = true, true
  self.effects = self.effects + 1
  return out
end

--- Methods called `name` whose first parameter takes a value of type t; nil when there are none.
function U:methods_for(name, t)
  local found = {}
  local function look(module)
    for _, def in ipairs(module.methods and module.methods[name] or {}) do
      local p = def.params[1]
      local want = p and p.type and self:canonical(p.type, module)
      if t == nil or want == nil or want == t or t == "?" or (types.numeric(want) and
        types.numeric(t)) or
        (type(t) == "string" and types.space(want) and types.space(want) == types.space(t) and
          (types.element(want) == types.element(t) or types.element(t) == "?")) then
        found[#found + 1] = def
      end
    end
  end
  look(self.module)
  for _, sym in ipairs(self.module.imports) do
    if sym.import then look(sym.import) end
  end
  return #found > 0 and found or nil
end

-- ---- which definition ----------------------------------------------------------------------
local function fits(self, def, node, this)
  local n = #node.args + (this and 1 or 0)
  if n > #def.params then return false end
  for _, a in ipairs(node.named or {}) do
    if not def.by_name[a.name] then return false end
  end
  local needed = 0
  for i, p in ipairs(def.params) do
    if not p.default then needed = i end
  end
  return n + #(node.named or {}) >= needed - 0 or n >= needed
end

local function type_distance(self, def, values)
  local far = 0
  for i, p in ipairs(def.params) do
    local v = values[i]
    local want = p.type and self:canonical(p.type, def.module)
    if v and want and v.t ~= want and v.t ~= "na" and v.t ~= "?" then
      far = far + ((types.numeric(want) and types.numeric(v.t)) and 1 or 100)
    end
  end
  return far
end

--- Arguments of a call by position of the parameter.
local function bound(self, node, def, this)
  local f = { name = def.name, params = {}, at = {} }
  for i, p in ipairs(def.params) do
    f.params[i] = { name = p.name, optional = p.default ~= nil }
    f.at[p.name] = i
  end
  return self:bind(node, f, this and 1 or 0)
end

-- ---- calls ---------------------------------------------------------------------------------
function U:user_call(node, defs, this)
  local def = defs[1]
  if #defs > 1 then
    local best, far
    for _, d in ipairs(defs) do
      if fits(self, d, node, this) then
        local values = {}
        local save = self.out
        if this then values[1] = this end
        for i, e in ipairs(node.args) do
          values[i + (this and 1 or 0)] = { t = self:type_only(e) }
        end
        self.out = save
        local x = type_distance(self, d, values)
        if not best or x < far then best, far = d, x end
      end
    end
    def = best or def
  end
  local list = bound(self, node, def, this)
  local values = { this }
  for i, p in ipairs(def.params) do
    if not values[i] then
      local e = list[i]
      if e then
        values[i] = self:expr(e)
        if values[i] == nil or values[i].t == nil then values[i] = const("na", "?") end
        values[i].ast, values[i].ast_unit = e, self
      elseif p.default then
        values[i] = self.main:library_expr(p.default, def.module)
      else
        values[i] = const("nil", "?")
      end
    end
    local want = p.type and self:canonical(p.type, def.module)
    if want then values[i] = self:as_type(values[i], want) end
  end
  return self:instance_call(def, values, node)
end

--- Type of an expression without code for it.
function U:type_only(e)
  local t
  self:try(function()
    local v = self:expr(e)
    t = v and v.t
    error(self.tr.NOT_HERE, 0)
  end)
  return t
end

--- Functions within a request may have the name they have outside.
function U:inner_name(name)
  self.given = self.given or {}
  if self.given[name] then return self.tr:fresh(name) end
  self.given[name] = true
  return self.tr:own_name(name) == name and name or name
end

local function signature(self, def, values, by_value)
  local parts = { tostring(def), self.cond > 0 and "?" or "", self:repeated() and "~" or "" }
  local kinds = {}
  for i, p in ipairs(def.params) do
    local v = values[i]
    local k = v.k
    if #p.sym.assigns > 0 then k = "b" end
    if k == "d" and (not types.column(v.t) or v.both) then k = "b" end
    -- Under a condition a function sees values; its history is its own, that of built-in sources
    -- handed to it too.
    if k == "d" and (self.cond > 0 or #self.loops > 0 and
      (def.unit.stateful or not (p.sym.hist or p.sym.wants_series))) then
      k = "b"
    end
    if k == "d" and (self.cond > 0 or #self.loops > 0) and v.bf and not v.name then k = "b" end
    if k == "c" and type(v.t) == "table" then k = "b" end
    if k == "d" and by_value and not (p.sym.hist or p.sym.wants_series) then k = "b" end
    local want = p.type and self:canonical(p.type, def.module)
    local t = want or v.t
    if t == "na" then t = "float" end
    kinds[i] = { k = k, t = t }
    parts[#parts + 1] = k .. ":" .. types.show(t)
    if def.requests and v.ast and k ~= "c" then parts[#parts + 1] = tostring(v.ast) end
  end
  return table.concat(parts, "|"), kinds
end

function U:instance_call(def, values, node)
  local tr = self.tr
  if tr.compiling[def] then
    self:fail(node, "a function cannot call itself: '" .. def.name .. "'")
    return const("na", "?")
  end
  local inst, kinds = self:instance(def, values)
  -- Arguments for the body and for the bar function.
  local body, running = {}, {}
  for i, k in ipairs(kinds) do
    local v = values[i]
    if k.k == "b" then
      running[#running + 1] = (self:bar(v.t == "na" and self:as_type(v, k.t) or v))
    else
      local code = v.d
      if v.t == "na" then
        v = self:as_type(v, k.t)
        code = v.t == "na" and self:na_name() or v.d
      end
      if inst.form ~= "declared" and k.k == "d" then code = self:named(v) end
      body[#body + 1] = code
      if inst.form == "plain" then running[#running + 1] = code end
    end
  end
  -- Parameters keep their order when nothing is split.
  if inst.form == "plain" then
    running = {}
    for i, k in ipairs(kinds) do
      local v = values[i]
      if v.t == "na" then v = self:as_type(v, k.t) end
      running[i] = k.k == "d" and self:named(v) or k.k == "c" and
        (v.t == "na" and self:na_name() or v.d) or (self:bar(v))
    end
  end
  local t = inst.t
  if inst.form == "declared" then
    local v
    local code = inst.name .. "(" .. table.concat(body, ", ") .. ")"
    if inst.k == "c" then
      v = const(code, t)
    else
      v = series(code, t)
      v.hint = self:hint_of(def.name, values, #def.params)
    end
    v.x, v.nn = inst.x, t == "bool"
    if type(t) == "table" then
      v.items = inst.items
      if v.k == "c" then v = series(code, t) end
    end
    return v
  end
  self.effects = self.effects + (inst.effects and 1 or 0)
  if inst.every_bar and self.cond == 0 then self.every_bar = true end
  local code
  if inst.form == "plain" then
    if inst.method and values[1].k == "b" and kinds[1].k == "b" then
      local first = table.remove(running, 1)
      code = (values[1].bp == P.atom and first or "(" .. first .. ")") .. ":" .. inst.method ..
        "(" .. table.concat(running, ", ") .. ")"
    else
      code = inst.name .. "(" .. table.concat(running, ", ") .. ")"
    end
  else
    self.stateful = true
    local make = inst.name .. "(" .. table.concat(body, ", ") .. ")"
    local object = self:new_local(tr:fresh(def.name .. "1", def.name), make)
    code = object .. "(" .. table.concat(running, ", ") .. ")"
  end
  local v = bar(code, t)
  v.eff = inst.effects
  v.x = t == "int" or inst.x
  v.nn = t == "bool" and tr.version >= 6
  return v
end

--- Is what stands here computed several times on one bar?
function U:repeated() return self.in_loop or #self.loops > 0 end

--- The function for these arguments. Series are handed over as such when the function then stands
-- in
--- the file body or looks back at them, else as values.
function U:instance(def, values)
  local chart, tr = self.chart, self.tr
  local key, kinds = signature(self, def, values)
  local inst = chart.instances[key]
  if inst and inst.by_value then
    key, kinds = signature(self, def, values, true)
    inst = chart.instances[key]
  end
  if inst then return inst, kinds end
  local optional = false
  for i, p in ipairs(def.params) do
    if kinds[i].k == "d" and not (p.sym.hist or p.sym.wants_series) then optional = true end
  end
  local function make()
    tr.compiling[def] = true
    local ok, made = pcall(self.make_instance, self, def, values, kinds)
    tr.compiling[def] = nil
    if not ok then error(made, 0) end
    return made
  end
  local function keep(made)
    chart.instances[key] = made
    chart.instance_keys[#chart.instance_keys + 1] = { from = chart.instances, key = key }
  end
  if optional then
    local fine = self:try(function()
      inst = make()
      if inst.form ~= "declared" then error(tr.NOT_HERE, 0) end
    end)
    if not fine then
      keep { by_value = true }
      key, kinds = signature(self, def, values, true)
      inst = chart.instances[key]
      if inst then return inst, kinds end
      inst = make()
    end
  else
    inst = make()
  end
  keep(inst)
  return inst, kinds
end

function U:make_instance(def, values, kinds)
  local tr = self.tr
  local unit = self:sub_unit(def.module)
  unit.parent, unit.is_chart = self.chart, false
  unit.cond = (self.cond > 0 or #self.loops > 0) and 1 or 0
  unit.in_loop = self:repeated()
  local body_params, run_params, all_params = {}, {}, {}
  local has_running = false
  for i, p in ipairs(def.params) do
    local name = tr:lua_name(p.sym)
    local k = kinds[i]
    local v
    all_params[i] = name
    if k.k == "b" then
      has_running = true
      run_params[#run_params + 1] = name
      if p.sym.hist then
        local ser = tr:fresh(p.name .. "_past")
        unit.decl[#unit.decl + 1] = "local " .. ser .. " = pine.series(" .. unit:series_args(k.t) ..
          ")"
        unit:b(ser .. ":set(" .. name .. ")")
        unit.stateful = true
        unit.every_bar = true
        v = bar(name, k.t)
        v.ser = ser
      else
        v = bar(name, k.t)
      end
    elseif k.k == "d" then
      body_params[#body_params + 1] = name
      v = series(name, k.t)
      v.name = name
    else
      body_params[#body_params + 1] = name
      v = const(name, k.t)
    end
    v.x = k.t == "int"
    v.nn = k.k == "c" and k.t == "int"
    if def.requests then v.ast, v.ast_unit = values[i].ast, values[i].ast_unit end
    unit.vals[p.sym] = v
  end
  if #unit.out > 0 then unit.started = true end
  local n_start, called_at = #unit.out, tr.at_line
  unit.answer = nil
  local target = { kind = "return" }
  -- Nobody takes what a loop at the end would give.
  local last = def.node.body[#def.node.body]
  local loop = last and last.k == "expr" and (last.e.k == "for" or last.e.k == "forin" or
    last.e.k == "while")
  if loop and not def.node.sym.wanted and not self.main.module.wanted[def.name] and
    not def.module.wanted[def.name] then
    target = {}
    unit:block(def.node.body, nil)
  else
    unit:block(def.node.body, target)
  end
  local r = unit.answer
  -- What it keeps from call to call is an effect as well: no call of it may be slept through.
  local inst = { effects = unit.effects > 0 or unit.stateful == true, every_bar = unit.every_bar }
  local lines = {}
  local declared = r and #unit.out == n_start and n_start == 0 and not has_running
  if declared then
    inst.form, inst.t, inst.k, inst.x, inst.items = "declared", r.t, r.k, r.x, r.items
    for _, l in ipairs(unit.decl) do lines[#lines + 1] = "  " .. l end
    for _, c in ipairs(unit.pending or {}) do lines[#lines + 1] = "  " .. tr.comment(c) end
    if not r.returned then
      local code = "  return " .. (r.t == "na" and unit:na_name() or r.d)
      for l in code:gsub("\n", "\n  "):gmatch("[^\n]+") do lines[#lines + 1] = l end
    end
    inst.params = body_params
    if r.t == "na" then inst.t = "float" end
  else
    if r and not r.returned then
      unit:b("return " .. unit:bar(unit:as_type(r, target.t)))
      if r.t == "na" then unit:na_name() end
    end
    inst.t = target.t
    if type(inst.t) == "table" then
      for i = 1, #inst.t do
        if inst.t[i] == "na" then inst.t[i] = "float" end
      end
    elseif inst.t == "na" then
      inst.t = "float"
    end
    inst.x = target.x
    if #unit.decl > 0 or (r and r.returned) then
      inst.form = "factory"
      for _, l in ipairs(unit.decl) do lines[#lines + 1] = "  " .. l end
      lines[#lines + 1] = "  return function(" .. table.concat(run_params, ", ") .. ")"
      for _, l in ipairs(unit.out) do lines[#lines + 1] = l == "" and l or "  " .. l end
      lines[#lines + 1] = "  end"
      inst.params = body_params
    else
      inst.form = "plain"
      for _, l in ipairs(unit.out) do lines[#lines + 1] = l end
      inst.params = all_params
    end
  end
  -- A call at the end of a function leaves no trace of its line: the caller's is that line then.
  if self.chart.request then tr.at_line = called_at end
  self:write_function(def, inst, lines)
  return inst
end

--- Writes a function, or finds the same text that was written before.
function U:write_function(def, inst, lines)
  local tr, chart = self.tr, self.chart
  local text = inst.form .. "(" .. table.concat(inst.params, ", ") .. ")\n" ..
    table.concat(lines, "\n")
  local texts = chart.function_texts
  local known = texts[def] and texts[def][text]
  if known then
    inst.name, inst.method = known.name, known.method
    return
  end
  if not texts[def] then texts[def] = {} end
  local first = next(texts[def]) == nil
  local home = chart.home
  local of = def.node.method and def.params[1] and def.params[1].type and
    self:type_of(self:canonical(def.params[1].type, def.module))
  local head
  local params = table.concat(inst.params, ", ")
  if inst.form == "plain" and of and not of.at[def.name] and first and
    not of.method_names[def.name] and chart == self.main and
    def.name ~= "new" and def.name ~= "copy" then
    of.method_names[def.name] = true
    chart.instance_keys[#chart.instance_keys + 1] = { from = of.method_names, key = def.name }
    inst.method = tr:field(def.name)
    inst.name = of.lua .. "." .. inst.method
    head = "function " .. inst.name .. "(" .. params .. ")"
  else
    local name = chart == self.main and tr:own_name(def.name, def.module ~= self.main.module) or
      chart:inner_name(def.name)
    if chart == self.main then name = tr:place(name, "functions") end
    inst.name = name
    head = (name:find(".", 1, true) and "" or "local ") .. "function " .. name .. "(" .. params ..
      ")"
  end
  if #home > 0 and home[#home] ~= "" then home[#home + 1] = "" end
  if first then
    for _, c in ipairs(def.node.lead or {}) do home[#home + 1] = chart.dind .. tr.comment(c) end
    if def.module ~= self.main.module then
      home[#home + 1] = chart.dind .. "-- from library " .. def.module.label
    end
  end
  local single = #lines == 1 and #head + #lines[1] < 92 and lines[1]:find("^  return [^{]*$") and
    not lines[1]:find("function")
  if single then head = head .. lines[1]:sub(2) .. " end" end
  if def.module == self.main.module then tr:from_line(head, def.node.line) end
  if single then
    home[#home + 1] = chart.dind .. head
  else
    home[#home + 1] = chart.dind .. head .. (def.node.trail and " " .. tr.comment(def.node.trail) or
      "")
    for _, l in ipairs(lines) do home[#home + 1] = l == "" and l or chart.dind .. l end
    home[#home + 1] = chart.dind .. "end"
  end
  home[#home + 1] = ""
  texts[def][text] = { name = inst.name, method = inst.method }
  chart.instance_keys[#chart.instance_keys + 1] = { from = texts[def], key = text }
end

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
end

return M
