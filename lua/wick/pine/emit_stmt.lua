-- SPDX-License-Identifier: MIT
-- Statements. Each gives what gates it: nil when it does nothing but compute, a mask outside of
-- which
-- it does nothing, false when it has to run on every bar.
local core = ...
local lift, types = core.module("wick.pine.lift"), core.module("wick.pine.typing")
local builtins = core.module("wick.pine.builtins")
local const, bar, series = lift.const, lift.bar, lift.series
local P = lift.p
local ipairs, type = ipairs, type

local M = {}
local U, kinds = {}, {}
local structures = { ["if"] = true, switch = true, ["for"] = true, forin = true, ["while"] = true }

-- ---- kinds of expressions without code ---------------------------------------------------------
local rank = { c = 1, d = 2, b = 3 }
local function worse(a, b) return rank[a] > rank[b] and a or b end

--- What kind an expression will have: needed before code is made.
function U:probe(node)
  local k = node.k
  if k == "num" or k == "str" or k == "bool" or k == "color" then return "c" end
  if k == "name" or k == "member" then
    if node.builtin then
      local var = builtins.var(node.builtin)
      local class = var and var.class
      if class == "c" or class == "k" then return "c" end
      return (class == "d" or class == "p" or class == "t") and "d" or "b"
    end
    local sym = node.sym
    if k == "name" and sym then
      local v = self:find_value(sym)
      return v and v.k or "b"
    end
    if k == "member" and node.o.sym and node.o.sym.kind == "enum" then return "c" end
    return "b"
  end
  if k == "un" then return self:probe(node.a) end
  if k == "bin" then
    local kind = "c"
    while node.k == "bin" do
      kind = worse(kind, self:probe(node.b))
      node = node.a
    end
    return worse(kind, self:probe(node))
  end
  if k == "cond" then
    local c = self:probe(node.c)
    local rest = worse(self:probe(node.a), self:probe(node.b))
    return worse(c, rest)
  end
  if k == "index" then
    local i = self:probe(node.i)
    return i == "c" and self:probe(node.o) or "b"
  end
  if k == "call" then
    local name = node.f.builtin
    if not name then
      local kind = "c"
      if not (node.f.sym and node.f.sym.kind == "func") then return "b" end
      for _, e in ipairs(node.args) do kind = worse(kind, self:probe(e)) end
      for _, a in ipairs(node.named or {}) do kind = worse(kind, self:probe(a.e)) end
      if kind == "b" then return "b" end
      local got
      local ok = self:try(function()
        got = self:user_call(node, node.f.sym.defs).k
        error(self.tr.NOT_HERE, 0)
      end)
      return ok and "b" or got or "b"
    end
    local f = builtins.func(name)
    if not f then return "b" end
    if name:find("^input") then return name == "input.source" and "d" or "c" end
    if name == "iff" or name == "request.security" or f.class == "p" or f.class == "t" or
      f.class == "v" then
      local kind = "c"
      for _, e in ipairs(node.args) do kind = worse(kind, self:probe(e)) end
      for _, a in ipairs(node.named or {}) do kind = worse(kind, self:probe(a.e)) end
      if kind == "c" and (f.class == "t" or name:find("^time")) then return "d" end
      if kind == "d" and f.class == "v" then return "b" end
      return kind
    end
  end
  return "b"
end

--- Runs f, which may raise NOT_HERE: then everything it wrote is taken back. True when it went
-- well.
function U:try(f)
  local tr, chart = self.tr, self.chart
  local save = { out = self.out, decl = self.decl, dind = self.dind, ind = self.ind,
    memo = self.memo,
    pending = self.pending, effects = self.effects, every = self.every_bar,
      stateful = self.stateful,
    cond = self.cond, trail = self.pending_trail, want = self.want_input, plot = self.want_plot }
  local n_home, n_diags, n_names, n_keys, n_decl, n_out =
    #chart.home, #tr.diags, #tr.fresh_names, #chart.instance_keys, #self.decl, #self.out
  local n_epilogue = #self.main.epilogue
  local n_prologue, n_inputs, n_given = #chart.prologue, #tr.input_list, #tr.given_list
  self.memo = setmetatable({}, { __index = save.memo })
  local ok, err = pcall(f)
  if ok then
    for k, v in next, self.memo do save.memo[k] = v end
    self.memo = save.memo
    return true
  end
  if err ~= tr.NOT_HERE then error(err, 0) end
  local function cut(list, n)
    for i = #list, n + 1, -1 do list[i] = nil end
  end
  cut(save.decl, n_decl)
  cut(save.out, n_out)
  cut(chart.home, n_home)
  cut(tr.diags, n_diags)
  cut(chart.prologue, n_prologue)
  cut(self.main.epilogue, n_epilogue)
  for i = #tr.fresh_names, n_names + 1, -1 do
    tr:give_back(tr.fresh_names[i])
    tr.fresh_names[i] = nil
  end
  for i = #tr.given_list, n_given + 1, -1 do
    tr.given[tr.given_list[i]] = nil
    tr.given_list[i] = nil
  end
  for i = #tr.input_list, n_inputs + 1, -1 do
    tr.inputs[tr.input_list[i]] = nil
    tr.input_list[i] = nil
  end
  for i = #chart.instance_keys, n_keys + 1, -1 do
    local undo = chart.instance_keys[i]
    undo.from[undo.key] = nil
    chart.instance_keys[i] = nil
  end
  self.out, self.decl, self.dind, self.ind, self.memo = save.out, save.decl, save.dind, save.ind,
    save.memo
  self.pending, self.effects, self.every_bar, self.stateful = save.pending, save.effects,
    save.every, save.stateful
  self.cond, self.pending_trail, self.want_input, self.want_plot = save.cond, save.trail, save.want,
    save.plot
  return false
end

-- ---- targets -------------------------------------------------------------------------------
-- Where the value of a block goes: { kind = "return" | "assign" | "dreturn" | "dassign" }.

local function join_result(target, v)
  target.t = types.join(v.t, target.t)
  target.k = target.k and (rank[v.k] > rank[target.k] and v.k or target.k) or v.k
  if target.x == nil then target.x = v.x or false end
  target.x = target.x and v.x or false
  if target.kind == "dreturn" and self then return end
end

function U:deliver(v, target)
  if v == nil then v = const("na", "na") end
  if v.t == nil then -- an order or another call without a value
    if v.b then self:statement_call(v) end
    return
  end
  join_result(target, v)
  local kind = target.kind
  if kind == "return" then
    if #self.out == 0 and not self.nested and v.k ~= "b" then
      self.answer = v
      return
    end
    v = self:as_type(v, target.t)
    self:b("return " .. self:bar(v))
  elseif kind == "dreturn" or kind == "dassign" then
    if v.k == "b" or (type(v.t) ~= "table" and not types.column(v.t) and
      v.k == "d") then error(self.tr.NOT_HERE, 0) end
    local code = v.d
    if v.t == "na" then code = self:na_name() end
    if kind == "dreturn" then
      self:d("return " .. code)
    else
      self:d(table.concat(target.names, ", ") .. " = " .. code)
    end
  else
    v = self:as_type(v, target.t)
    target.set(v)
  end
end

-- ---- blocks --------------------------------------------------------------------------------
function U:comments(node)
  self.tr.at_line = self.module == self.main.module and node.line or 0
  -- A function's go where the function is written.
  if node.k == "func" then return end
  if node.lead then
    self.pending = self.pending or {}
    for _, c in ipairs(node.lead) do self.pending[#self.pending + 1] = c end
  end
  self.pending_trail = node.trail
end

function U:block(list, target)
  local gates, all = {}, true
  local n = #list
  local before = self.last_line
  for i, node in ipairs(list) do
    -- Paragraphs of the source stay paragraphs.
    local first = node.lead and node.line - #node.lead or node.line
    if before and first > before + 1 then self.gap = true end
    self:comments(node)
    local gate
    if i == n and target then
      gate = self:value_statement(node, target)
    else
      gate = self:statement(node)
    end
    before = node.last
    if gate then
      gates[#gates + 1] = gate
    elseif gate == false then
      all = false
    end
  end
  if n == 0 and target then self:deliver(nil, target) end
  if not all then return false end
  return #gates > 0 and lift.or_gates(gates) or nil
end

function U:statement(node)
  return kinds[node.k](self, node)
end

function U:value_statement(node, target)
  local before = self.effects
  if node.k == "expr" then
    if structures[node.e.k] then return self:structure(node.e, target) end
    local v = self:expr(node.e)
    local gate
    if v and v.t == nil and v.b then
      gate = v.when and lift.gate(v.when) or false
    elseif self.effects ~= before then
      gate = false
    end
    self:deliver(v, target)
    return gate
  end
  local gate = self:statement(node)
  if node.k == "decl" then
    self:deliver(self:find_value(node.sym) or const("na", "na"), target)
  elseif node.k == "assign" and node.target.sym then
    self:deliver(self:find_value(node.target.sym) or const("na", "na"), target)
  elseif node.k == "tdecl" then
    self:deliver(self:find_value(node.names[#node.names].sym) or const("na", "na"), target)
  elseif node.k ~= "break" and node.k ~= "continue" then
    self:deliver(nil, target)
  end
  return gate
end

--- Runs f with its lines kept apart; they are indented one level deeper.
function U:branch(f)
  local out, ind, nested, around = self.out, self.ind, self.nested, self.around
  self.out, self.ind, self.nested, self.around = {}, ind .. "  ", true, nil
  self.cond = self.cond + 1
  local a, b = f()
  local lines = self.out
  self.cond = self.cond - 1
  self.out, self.ind, self.nested, self.around = out, ind, nested, around
  return a, lines, b
end

--- A part of an expression that is computed on some bars only. It remembers the statement it is part
--- of: histories of expressions belong to that (see kinds:index).
function U:operand(f)
  local around = self.around or
    { out = self.out, ind = self.ind, nested = self.nested, cond = self.cond }
  return self:branch(function()
    self.around = around
    return f()
  end)
end

--- Runs f as if it stood before the statement in hand.
function U:before_statement(f)
  local at, keep = self.around,
    { out = self.out, ind = self.ind, nested = self.nested, cond = self.cond, around = self.around }
  self.out, self.ind, self.nested, self.cond, self.around = at.out, at.ind, at.nested, at.cond, nil
  local v = f()
  self.out, self.ind, self.nested, self.cond, self.around = keep.out, keep.ind, keep.nested, keep.cond,
    keep.around
  return v
end

function U:append(lines)
  for _, l in ipairs(lines) do self.out[#self.out + 1] = l end
end

-- ---- if and switch -------------------------------------------------------------------------

-- The branches of an if chain or a switch: { c = function() -> condition, body, trail }.
local function branches_of(node)
  local list = {}
  if node.k == "if" then
    local at = node
    while at do
      list[#list + 1] = { node = at.c, body = at.body, trail = at.trail }
      if at.els then list[#list + 1] = { body = at.els, trail = at.els_trail } end
      at = at.chain
    end
  else
    for _, c in ipairs(node.cases) do
      list[#list + 1] = { node = c.c, on = node.on and true, body = c.body, trail = c.trail,
        lead = c.lead }
    end
  end
  return list
end

function U:case_condition(b, subject)
  if not b.on then return self:condition(b.node) end
  return self:compare("==", subject, self:expr(b.node))
end

-- All conditions are known in the body: the statement stands there, when what it does can too.
function U:declared_branches(node, list, target, subject)
  local tr = self.tr
  local within = target and (target.kind == "dreturn" or target.kind == "dassign")
  local returns = target and (target.kind == "return" or target.kind == "dreturn")
  local dtarget = target and { kind = returns and "dreturn" or "dassign", names = target.names }
  if target and target.kind == "assign" and not target.names then error(tr.NOT_HERE, 0) end
  if target and target.kind == "return" and (self.nested or #self.out > 0) then error(tr.NOT_HERE,
    0) end
  local made, has_else = {}, false
  local out = self.out
  for i, b in ipairs(list) do
    local c
    if b.node then
      c = self:case_condition(b, subject)
      if c.k ~= "c" then error(tr.NOT_HERE, 0) end
    else
      has_else = true
    end
    local decl, dind, memo = self.decl, self.dind, self.memo
    self.decl, self.dind, self.out = {}, dind .. "  ", {}
    self.memo = setmetatable({}, { __index = memo })
    self.in_declared = (self.in_declared or 0) + 1
    self.pending_trail = nil
    self:block(b.body, dtarget)
    self.in_declared = self.in_declared - 1
    if #self.out > 0 then error(tr.NOT_HERE, 0) end
    made[i] = { c = c, lines = self.decl }
    self.decl, self.dind, self.memo, self.out = decl, dind, memo, out
    if not b.node then break end
  end
  for i, m in ipairs(made) do
    self:d(m.c and ((i == 1 and "if " or "elseif ") .. m.c.d .. " then") or "else")
    for _, l in ipairs(m.lines) do self.decl[#self.decl + 1] = l end
  end
  if #made > 0 then self:d("end") end
  if dtarget then
    if within then
      join_result(target, dtarget)
    else
      target.t, target.k, target.x = dtarget.t, dtarget.k, dtarget.x
    end
    if dtarget.kind == "dreturn" then
      if not has_else then self:d("return " .. types.na_code(dtarget.t, tr.version)) end
      self.answer = { returned = true, t = dtarget.t, k = dtarget.k == "c" and "c" or "d",
        x = dtarget.x }
      if type(dtarget.t) ~= "table" and not has_else then self.answer.k = "d" end
    end
  end
end

function U:structure(node, target)
  if node.k ~= "if" and node.k ~= "switch" then return self:loop(node, target) end
  local list = branches_of(node)
  local constant = self.cond == 0 and #self.loops == 0 and (not node.on or
    self:probe(node.on) == "c")
  if constant then
    for _, b in ipairs(list) do
      if b.node and self:probe(b.node) ~= "c" then constant = false end
    end
  end
  local v
  local temp_target
  if not target and node.as_value ~= false then
    -- The value of an expression: a name of its own.
    temp_target = true
  end
  if constant then
    local name
    local ok = self:try(function()
      local subject = node.on and self:expr(node.on)
      local to = target
      if temp_target then
        name = self.tr:fresh("choice")
        self:d("local " .. name)
        to = { kind = "assign", names = { name } }
      end
      self:declared_branches(node, list, to, subject)
      if temp_target then
        v = to.k == "c" and const(name, to.t) or series(name, to.t)
        v.name = v.k == "d" and name or nil
      end
    end)
    if ok then return temp_target and v or nil end
  end
  local made_name
  if temp_target then
    made_name = self:temp("choice")
    local name = made_name
    self:b("local " .. name)
    target = { kind = "assign", set = function(x) self:b(name .. " = " .. self:bar(x)) end,
      first = #self.out, name = name }
  end
  local gate = self:running_branches(node, list, target)
  if temp_target then
    local line = self.out[target.first]
    if not target.full then
      self.out[target.first] = line .. " = " .. types.na_code(target.t, self.tr.version)
      if types.nan(target.t) then self:na_name() end
    end
    v = bar(made_name, target.t or "?")
    return v
  end
  return gate
end

function U:running_branches(node, list, target)
  local subject
  if node.on then
    subject = self:expr(node.on)
    local code, p = self:bar(subject)
    if p < P.atom or code:find("[%(%)]") then
      local name = self:temp("case")
      self:b("local " .. name .. " = " .. code)
      local plain = bar(name, subject.t)
      plain.x, plain.nn = subject.x, subject.nn
      subject = plain
    end
  end
  local gates, all, ends, has_else = {}, true, 1, false
  local base, constant = self.ind, true -- all conditions so far are known in the body
  local denied -- those of the branches above
  for i, b in ipairs(list) do
    local gate
    if b.node then
      local c, lines
      if i == 1 then
        c, lines = self:case_condition(b, subject), {}
      else
        c, lines = self:branch(function()
          if constant then self.cond = self.cond - 1 end
          local got = self:case_condition(b, subject)
          if constant then self.cond = self.cond + 1 end
          return got
        end)
      end
      if #lines > 0 then
        self:b("else")
        self.ind = self.ind .. "  "
        ends = ends + 1
        self.cond = self.cond + 1
      end
      self:append(lines)
      local first = i == 1 or #lines > 0
      constant = constant and c.k == "c"
      self.pending_trail = b.trail or (i == 1 and self.pending_trail or nil)
      self:b((first and "if " or "elseif ") .. self:bar(c) .. " then")
      local body_gate
      if constant then self.path[#self.path + 1] = (denied and denied .. " and " or "") ..
        lift.wrap(c.d, c.dp, P.cmp) end
      local _, body = self:branch(function()
        if constant then self.cond = self.cond - 1 end
        body_gate = self:block(b.body, target)
        if constant then self.cond = self.cond + 1 end
      end)
      if constant then
        self.path[#self.path] = nil
        denied = (denied and denied .. " and " or "") .. "not (" .. c.d .. ")"
      end
      self:append(body)
      gate = lift.gate(c)
      if not gate then
        if c.eff or body_gate == false then
          gate = false
        else
          gate = body_gate
        end
      elseif body_gate and not c.eff then
        gate = c.k == "c" and body_gate or lift.and_gates(gate, body_gate)
      end
      if body_gate == nil and not c.eff then gate = nil end
    else
      has_else = true
      self.pending_trail = b.trail
      if i == 1 then
        self:b("do")
      else
        self:b("else")
      end
      local body_gate
      if constant then self.path[#self.path + 1] = denied or "true" end
      local _, body = self:branch(function()
        if constant then self.cond = self.cond - 1 end
        body_gate = self:block(b.body, target)
        if constant then self.cond = self.cond + 1 end
      end)
      if constant then self.path[#self.path] = nil end
      -- An else that does nothing is left out, unless there is something to say about it.
      if #body == 0 and i > 1 and self.out[#self.out]:find("^%s*else$") then
        self.out[#self.out] = nil
      end
      self:append(body)
      gate = body_gate
    end
    if gate then
      gates[#gates + 1] = gate
    elseif gate == false then
      all = false
    end
    if not b.node then break end
  end
  if #list == 0 then return nil end
  for i = ends, 1, -1 do
    self:b("end")
    if i > 1 then
      self.ind = self.ind:sub(3)
      self.cond = self.cond - 1
    end
  end
  self.ind = base
  if target then
    target.full = has_else
    if not has_else and target.kind == "return" and target.t then
      local code = types.na_code(target.t, self.tr.version)
      if type(target.t) == "table" then
        local t = {}
        for i = 1, #target.t do t[i] = types.na_code(target.t[i], self.tr.version) end
        code = table.concat(t, ", ")
      end
      if code:find("na") then self:na_name() end
      self:b("return " .. code)
    end
  end
  if not all then return false end
  return #gates > 0 and lift.or_gates(gates) or nil
end

M.kinds, M.structures = kinds, structures

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
end

return M
