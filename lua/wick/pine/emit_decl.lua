-- SPDX-License-Identifier: MIT
-- Declarations and assignments.
local core = ...
local lift, types = core.module("wick.pine.lift"), core.module("wick.pine.typing")
local builtins = core.module("wick.pine.builtins")
local checks = core.module("wick.pine.checks")
local const, bar, series = lift.const, lift.bar, lift.series
local statements = core.module("wick.pine.emit_stmt")
local kinds, structures = statements.kinds, statements.structures
local P = lift.p
local ipairs, type = ipairs, type

local M = {}
local U = {}

-- ---- where a variable can live -------------------------------------------------------------

--- A variable that is assigned again can stand in the body when every assignment can, and nobody
-- reads
--- it before the last one.
function U:can_declare(sym, node)
  if self.cond > 0 or #self.loops > 0 or sym.mode then return false end
  local n = #sym.assigns
  if n == 0 then return true end
  if sym.self_history then return false end
  if sym.first_read and sym.first_read < sym.assigns[n].tick then return false end
  -- Its own name is a constant or a series while the assignments are looked at.
  local hidden = self.vals[sym]
  self.vals[sym] = const("x", "float")
  local fine = true
  for _, a in ipairs(sym.assigns) do
    for _, c in ipairs(a.chain) do
      if c.k == "if" then
        local at = c
        while at do
          if self:probe(at.c) ~= "c" then fine = false end
          at = at.chain
        end
      elseif c.k == "switch" then
        if c.on and self:probe(c.on) ~= "c" then fine = false end
        for _, case in ipairs(c.cases) do
          if case.c and self:probe(case.c) ~= "c" then fine = false end
        end
      else
        fine = false
      end
    end
    fine = fine and not structures[a.node.e.k] and self:probe(a.node.e) ~= "b"
    if not fine then break end
  end
  self.vals[sym] = hidden
  return fine
end

-- ---- plain declarations --------------------------------------------------------------------

function U:declared_type(node)
  return node.type and self:canonical(node.type) or nil
end

-- Value of the variable after a declaration in the bar function.
local function variable(name, t, from)
  local v = bar(name, t)
  v.x = t == "int" or (from and from.x)
  return v
end
M.variable = variable

-- History of one bar needs no series: when the declaration is reached, the variable still has the
-- value
-- of the last time.
function U:only_last(sym)
  return sym.hist == 1 and not sym.captured and not self:repeated()
end

function U:keep_last(sym, place)
  local name = self:bar_local(self.tr:fresh("prev_" .. sym.name), place)
  self.stateful, self.every_bar = true, true
  return name
end

function U:declare_running(node, sym, v, t)
  local name = self.tr:lua_name(sym)
  if v.t == "na" then v = self:as_type(v, t) end
  if v.t == "na" and types.nan(t) then self:na_name() end
  local assigned = #sym.assigns > 0
  if sym.hist and self:only_last(sym) then
    local na = types.na_code(t, self.tr.version)
    local place = self:new_local(name, na == "na" and self:na_name() or na)
    local code = self:bar(v)
    local prev = self:keep_last(sym, place)
    self:b(place .. " = " .. code)
    local out = variable(place, t, not assigned and v or nil)
    out.prev = prev
    self.vals[sym] = out
    return false
  end
  if sym.hist then
    local made = self:new_local(name, "pine.series(" .. self:series_args(t) .. ")")
    self:b(made .. ":set(" .. self:bar(v) .. ")")
    local out = variable(made .. "[0]", t, not assigned and v or nil)
    out.ser, out.set = made, made
    self.vals[sym] = out
    self.stateful, self.every_bar = true, true
    return false
  end
  local out
  if sym.captured and self.is_chart then
    name = self:new_local(name, types.na_code(t, self.tr.version))
    if types.nan(t) then self:na_name() end
    self:b(name .. " = " .. self:bar(v))
  else
    name = self:bar_local(name, self:bar(v))
    if not v.eff and not assigned then self.tr.idle[self.out[#self.out]] = sym end
  end
  out = variable(name, t, not assigned and v or nil)
  if not assigned then
    out.nn, out.pos, out.holds = v.nn, v.pos, v.holds
    out.g = lift.gate(v)
  end
  self.vals[sym] = out
  return nil
end

function kinds:decl(node)
  local sym = node.sym
  local t = self:declared_type(node)
  if sym.mode then return self:declare_var(node, sym, t) end
  local before = self.effects
  if structures[node.e.k] then return self:declare_structure(node, sym, t) end
  local direct_input = node.e.k == "call" and node.e.f.builtin and node.e.f.builtin:find("^input")
  -- input.float(...) / 100 stays one line.
  local e = node.e
  if e.k == "bin" and e.a.k == "call" and e.a.f.builtin and e.a.f.builtin:find("^input") and
    e.b.k == "num" and (e.op == "/" or e.op == "*") then
    direct_input = true
  end
  if direct_input and not (self == self.main and #sym.assigns == 0) then direct_input = nil end
  self.want_input = direct_input and self.tr:lua_name(sym) or nil
  self.want_plot = node.e.k == "call" and node.e.f.builtin and node.e.f.builtin:find("^plot") and
    self.tr:lua_name(sym) or nil
  local name = self.tr:lua_name(sym)
  local f = node.e.k == "call" and node.e.f.builtin
  if f and f:find("^request%.security") and #sym.assigns == 0 and self == self.main and
    self.cond == 0 and not self.nested then
    self.request_name = name
  end
  local v = self:expr(node.e)
  self.want_input, self.want_plot, self.request_name = nil, nil, nil
  if v and v.requested then -- values that are read bar by bar, under the variable's own name
    self.vals[sym] = v
    return nil
  end
  if v == nil or v.t == nil then
    if v and v.b then
      local gate = self:statement_call(v)
      self.vals[sym] = const("nil", "plot")
      return gate
    end
    self.vals[sym] = const("nil", "plot")
    return nil
  end
  if type(v.t) == "table" then
    self:fail(node, "this gives " .. #v.t .. " values; write [a, b] = ... with " .. #v.t ..
      " names")
    v = const("na", "?")
  end
  local of = t or v.t
  if t then checks.assigned(self, node, sym.name, t, v) end
  v = self:as_type(v, of)
  if v.t == "na" and types.numeric(of) then v = self:copy_value(v, of) end
  local declared = v.k ~= "b" and self.cond == 0 and #self.loops == 0 and
    (types.column(of) or v.k == "c") and self:can_declare(sym, node)
  if declared and #sym.assigns > 0 then
    local code = v.t == "na" and self:na_name() or v.d
    name = self:new_local(name, code)
    -- Both a number and a series may end up in it: what it is at the end decides how it is read.
    local out = self:assigned_kind(sym, v) == "c" and const(name, of) or series(name, of)
    out.name = out.k == "d" and name or nil
    out.declared = true
    self.vals[sym] = out
    return nil
  end
  if declared then
    local code = v.d
    if v.k == "d" and v.name == code and not direct_input and code ~= name then
      -- another name for the same series
      code = v.d
    end
    name = self:new_local(name, code)
    local out = self:copy_value(v, of)
    out.d, out.b, out.dp, out.bp, out.bf = name, v.k == "c" and name or nil, P.atom, P.atom, nil
    out.name = v.k == "d" and name or nil
    if v.k == "d" and v.both then out.b, out.both = nil, nil end
    out.source, out.lit, out.text, out.value, out.logic, out.items = nil, nil, nil, nil, nil, nil
    out.constant = nil
    out.x = v.x or of == "int"
    out.lit_value = v.value
    if v.dd then out.dd = name end
    self.vals[sym] = out
    if v.k == "d" then self.memo[v.d] = self.memo[v.d] or name end
    return nil
  end
  local gate = self:declare_running(node, sym, v, of)
  if self.effects ~= before then gate = false end
  return gate
end

function U:copy_value(v, t)
  local out = {}
  for key, x in next, v do out[key] = x end
  out.t = t or v.t
  return out
end

--- Kind of a variable in the body that is assigned again: the worst of its values.
function U:assigned_kind(sym, first)
  local kind = first.k
  local hidden = self.vals[sym]
  self.vals[sym] = first
  for _, a in ipairs(sym.assigns) do
    if self:probe(a.node.e) == "d" then kind = "d" end
  end
  self.vals[sym] = hidden
  return kind
end

-- x = if ..., x = switch ..., x = for ...
function U:declare_structure(node, sym, t)
  local before = self.effects
  local name = self.tr:lua_name(sym)
  local e = node.e
  if self.cond == 0 and #self.loops == 0 and #sym.assigns == 0 and
    (e.k == "if" or e.k == "switch") then
    local v
    local ok = self:try(function()
      local target = { kind = "assign", names = { name }, only_declared = true }
      target.set = function() error(self.tr.NOT_HERE, 0) end
      local at = self:new_local_empty(name)
      target.names[1] = at
      self:structure(e, target)
      if not target.k then error(self.tr.NOT_HERE, 0) end
      local of = t or target.t
      v = target.k == "c" and const(at, of) or series(at, of)
      v.name, v.x = v.k == "d" and at or nil, target.x or of == "int"
    end)
    if ok then
      self.vals[sym] = v
      return nil
    end
  end
  local ser, code = nil, name
  local first, prev
  if sym.hist and self:only_last(sym) then
    code = self:new_local(name, "nil")
    first = #self.decl
    prev = self:keep_last(sym, code)
    name = code
  elseif sym.hist then
    ser = self:new_local(name, "pine.series()")
    first = #self.decl
    code = ser .. "[0]"
    self.stateful, self.every_bar = true, true
  elseif sym.captured and self.is_chart then
    code = self:new_local(name, "nil")
    name = code
  else
    self:b("local " .. name)
  end
  local at = #self.out
  local target = { kind = "assign", set = function(v)
    if ser then
      self:b(ser .. ":set(" .. self:bar(v) .. ")")
    else
      self:b(name .. " = " .. self:bar(v))
    end
  end }
  local gate = self:structure(e, target)
  local of = t or target.t or "?"
  if of == "na" then of = "float" end
  if not target.full and not ser then
    local na = types.na_code(of, self.tr.version)
    if na == "na" then na = self:na_name() end
    if prev or (sym.captured and self.is_chart) then
      -- what it was on the bar before must not stay
      table.insert(self.out, at + 1, self.ind .. name .. " = " .. na)
    else
      self.out[at] = self.out[at] .. " = " .. na
    end
  elseif not target.full then
    table.insert(self.out, at + 1, self.ind .. ser .. ":set(" ..
      (types.nan(of) and self:na_name() or types.na_code(of, self.tr.version)) .. ")")
  end
  if ser then self.decl[first] = self.decl[first]:gsub("pine%.series%(%)", "pine.series(" ..
    self:series_args(of) .. ")") end
  if prev and types.nan(of) then self.decl[first] = self.decl[first] .. " = " .. self:na_name() end
  if prev and of == "bool" then self.decl[first] = self.decl[first] .. " = false" end
  local v = variable(code, of, nil)
  v.prev = prev
  v.ser, v.set = ser, ser
  self.vals[sym] = v
  if ser or prev or self.effects ~= before then return false end
  if gate == false then return false end
  return nil
end

-- Runs of the script inside a bar leave this variable as it is. Such variables are told by their
-- names, which no other symbol may have then.
function U:varip(node, place)
  if node.mode ~= "varip" or self.tr.n_varip[place] then return end
  self.tr.n_varip[place] = true
  self.tr.varip[#self.tr.varip + 1] = '"' .. place .. '"'
end

-- var and varip: set on the first bar that comes here.
function U:declare_var(node, sym, t)
  if node.mode == "varip" and self.tr.shared_names[sym.name] and not sym.lua then
    sym.lua = self.tr:fresh("varip_" .. sym.name)
  end
  local name = self.tr:lua_name(sym)
  local v, lines
  self.cond = self.cond + 1
  v, lines = self:branch(function()
    if structures[node.e.k] then return self:structure_value(node.e) end
    return self:some(node.e)
  end)
  self.cond = self.cond - 1
  v = v or const("na", "na")
  local of = t or v.t
  if of == "na" or of == nil then of = "float" end
  v = self:as_type(v, of)
  self.stateful = self.stateful or not self.is_chart
  local assigned = #sym.assigns > 0
  local late = sym.hist and assigned and v.t ~= "na" and self:only_last(sym) and
    not (self == self.main and not self.nested)
  local init = not late and #lines == 0 and (v.k == "c" and (v.t == "na" and self:na_name() or
    v.d) or v.dd) or nil
  if v.t == "na" and types.nan(of) then init = self:na_name() end
  if init then
    if sym.hist and assigned and self:only_last(sym) and (v.t == "na" or
      (self == self.main and not self.nested)) then
      local place = self:new_local(name, init)
      self:varip(node, place)
      local out = variable(place, of)
      if v.t == "na" then
        out.prev = self:keep_last(sym, place)
      else
        -- It began with a value, but had none before the first bar.
        local na = types.na_code(of, self.tr.version)
        out.prev = self:new_local(self.tr:fresh("prev_" .. sym.name), na == "na" and
          self:na_name() or na)
        self.epilogue[#self.epilogue + 1] = out.prev .. " = " .. place
      end
      self.vals[sym] = out
      self.every_bar = true
      if v.t == "na" then return false end
      return nil
    end
    if sym.hist and assigned then
      local made = self:new_local(name, "pine.series(" .. self:series_args(of, init ~= "nil" and
        init or nil) .. ")")
      self:varip(node, made)
      local out = variable(made .. "[0]", of)
      out.ser, out.set = made, made
      self.vals[sym] = out
      self.every_bar = true
      return nil
    end
    name = self:new_local(name, init)
    self:varip(node, name)
    if not assigned and v.k == "c" then
      local out = const(name, of)
      out.x, out.nn = of == "int", v.nn
      self.vals[sym] = out
    else
      self.vals[sym] = variable(name, of)
      self.vals[sym].dd = not assigned and v.dd and name or nil
    end
    return nil
  end
  self.every_bar = true
  if sym.hist and self:only_last(sym) then
    local place = self:new_local_empty(name)
    self:varip(node, place)
    local out = variable(place, of)
    out.prev = self:keep_last(sym, types.nan(of) and place .. " or " .. self:na_name() or place)
    self:set_once(place, v, lines)
    self.vals[sym] = out
    return false
  end
  if sym.hist then
    local made = self:new_local(name, "pine.series(" .. self:series_args(of) .. ")")
    local flag = self:new_local(self.tr:fresh(sym.name .. "_set"), "false")
    self:varip(node, made)
    self:varip(node, flag)
    self:b("if not " .. flag .. " then")
    self:append(lines)
    self:b("  " .. made .. ":set(" .. self:bar(v) .. ")")
    self:b("  " .. flag .. " = true")
    self:b("end")
    local out = variable(made .. "[0]", of)
    out.ser, out.set = made, made
    self.vals[sym] = out
    return false
  end
  name = self:new_local_empty(name)
  self:varip(node, name)
  self:set_once(name, v, lines)
  self.vals[sym] = variable(name, of)
  return false
end

-- A variable that begins with a value of a bar: nil until it is reached.
function U:set_once(place, v, lines)
  if #lines == 0 then
    self:b("if " .. place .. " == nil then " .. place .. " = " .. self:bar(v) .. " end")
    return
  end
  self:b("if " .. place .. " == nil then")
  self:append(lines)
  self:b("  " .. place .. " = " .. self:bar(v))
  self:b("end")
end

function U:structure_value(e)
  return self:structure(e, nil)
end

-- ---- assignments ---------------------------------------------------------------------------
function kinds:assign(node)
  local target, op = node.target, node.op
  local before = self.effects
  if target.k ~= "name" then
    local o = self:some(target)
    if o.k ~= "b" then
      self:fail(target, "this cannot be assigned")
      return false
    end
    local place = self:bar(o)
    local v
    if structures[node.e.k] then
      v = self:structure_value(node.e)
    else
      v = self:as_type(self:some(node.e), o.t)
    end
    if op ~= ":=" then v = self:arithmetic(op:sub(1, 1), o, v, node) end
    self:b(place .. " = " .. self:bar(v))
    self.effects = self.effects + 1
    return false
  end
  local sym = target.sym
  if not sym then return false end
  local old = self:find_value(sym)
  if not old then return false end
  if old.declared then
    local v = self:some(node.e)
    if old.t == "string" then v = self:as_type(v, old.t) end
    checks.given(self, node, target.v, old.t, v)
    if op ~= ":=" then v = self:arithmetic(op:sub(1, 1), old, v, node) end
    if v.k == "b" then error(self.tr.NOT_HERE, 0) end
    local code = old.d .. " = " .. (v.t == "na" and self:na_name() or v.d)
    -- Within a branch that runs on bars for the sake of its other statements.
    if #self.path > 0 then code = "if " .. table.concat(self.path, " and ") .. " then " .. code ..
      " end" end
    self:d(code)
    old.x = old.x and v.x
    return nil
  end
  local place = old.set or old.b
  if structures[node.e.k] and op == ":=" then
    local to = { kind = "assign" }
    to.set = function(v)
      v = self:as_type(v, old.t)
      if old.set then
        self:b(old.set .. ":set(" .. self:bar(v) .. ")")
      else
        self:b(place .. " = " .. self:bar(v))
      end
    end
    -- A branch that is not there gives na.
    local na = types.na_code(old.t, self.tr.version)
    local at = #self.out
    self:structure(node.e, to)
    if not to.full then
      if na == "na" then na = self:na_name() end
      table.insert(self.out, at + 1, self.ind .. (old.set and old.set .. ":set(" .. na .. ")" or
        place .. " = " .. na))
    end
    if sym.mode or old.set or self.effects ~= before then return false end
    return nil
  end
  local v = self:as_type(structures[node.e.k] and self:structure_value(node.e) or self:some(node.e),
    old.t)
  if v.t == "na" then self:na_name() end
  if v.t == nil then
    self:fail(node.e, "this has no value")
    return false
  end
  if type(v.t) == "table" then
    self:fail(node.e, "this gives " .. #v.t .. " values, a variable takes one")
    return false
  end
  checks.given(self, node, target.v, old.t, v)
  if old.t == "na" or old.t == "?" then old.t = v.t end
  if op ~= ":=" then v = self:arithmetic(op:sub(1, 1), old, v, node) end
  if old.set then
    self:b(old.set .. ":set(" .. self:bar(v) .. ")")
  else
    self:b(place .. " = " .. self:bar(v))
  end
  if sym.mode or old.set or self.effects ~= before then return false end
  return nil
end

-- ---- calls as statements -------------------------------------------------------------------
function U:statement_call(v)
  if v.when then
    self:b("if " .. self:bar(v.when) .. " then " .. v.b .. " end")
    return lift.gate(v.when) or false
  end
  self:b((self:bar(v)))
  if v.standing then return nil end
  return false
end

function kinds:expr(node)
  local e = node.e
  if structures[e.k] then
    e.as_value = false
    return self:structure(e, nil)
  end
  local before = self.effects
  local v = self:expr(e)
  if not v then return nil end
  if v.t == nil then
    if v.b or v.bf then return self:statement_call(v) end
    return nil
  end
  if self.effects ~= before or v.eff then
    -- A call whose value nobody wants; a mere value is left away.
    local code, p = self:bar(v)
    if p == P.atom and code:find("%)$") and not code:find("^%(") then
      self:b(code)
    else
      self:b("local _ = " .. code)
    end
    return false
  end
  return nil
end

function kinds:func() return nil end
function kinds:import() return nil end

function kinds:type(node)
  self:type_name(node.sym.of)
  return nil
end
kinds.enum = kinds.type

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
end

return M
