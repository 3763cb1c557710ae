-- SPDX-License-Identifier: MIT
-- Requests of other symbols and timeframes: their expression becomes a function of the requested
-- bars.
local core = ...
local lift = core.module("wick.pine.lift")
local types = core.module("wick.pine.typing")
local const, bar, series = lift.const, lift.bar, lift.series
local ipairs, type = ipairs, type

local M = {}
local U = {}

local function option(self, list, f, name, out, on)
  local i = f.at[name]
  local e = i and list[i]
  if not e then return end
  local v = self:expr(e)
  if v.k ~= "c" then
    self:fail(e, f.name .. ": '" .. name .. "' must be a constant")
    return
  end
  if v.constant == on or (v.lit and v.value == true) then
    out[#out + 1] = name .. " = true"
  elseif not v.lit then
    out[#out + 1] = name .. " = " .. v.d
  end
end

-- ---- timeframes and symbols that change from bar to bar -------------------------------------
-- Version 6 takes them, version 5 with dynamic_requests; what they can be is read off the script, so that all of them are there before
-- the bars run. Codes of the texts an expression can be, nil when it cannot be told.
local texts

local function texts_of_block(self, list, out, depth)
  local last = list and list[#list]
  return last and last.k == "expr" and texts(self, last.e, out, depth)
end

local function elements(self, e, out, depth)
  local sym = e.k == "name" and e.sym
  if sym and sym.kind == "var" and #sym.assigns == 0 then return elements(self, sym.node.e, out, depth) end
  if e.k ~= "call" or e.f.builtin ~= "array.from" then return false end
  for _, a in ipairs(e.args) do
    if not texts(self, a, out, depth) then return false end
  end
  return #e.args > 0
end

function texts(self, e, out, depth)
  if depth > 8 then return false end
  depth = depth + 1
  if e.k == "cond" then return texts(self, e.a, out, depth) and texts(self, e.b, out, depth) end
  if e.k == "switch" then
    for _, c in ipairs(e.cases) do
      if not texts_of_block(self, c.body, out, depth) then return false end
    end
    return true
  end
  if e.k == "if" then
    local other = e.chain and texts(self, e.chain, out, depth) or e.els and texts_of_block(self, e.els, out, depth)
    return texts_of_block(self, e.body, out, depth) and other
  end
  local sym = e.k == "name" and e.sym
  if sym and sym.kind == "param" then
    -- What the call in hand gives it.
    local v = self:find_value(sym)
    if v and v.k ~= "c" then return v.ast ~= nil and texts(v.ast_unit, v.ast, out, depth) end
  end
  if sym and sym.kind == "loop" then
    return sym.node.k == "forin" and sym.node.sym == sym and elements(self, sym.node.o, out, depth)
  end
  if sym and sym.kind == "var" and self:find_value(sym) and self:find_value(sym).k ~= "c" then
    if not sym.node.e or not texts(self, sym.node.e, out, depth) then return false end
    for _, a in ipairs(sym.assigns) do
      if a.node.op ~= ":=" or not texts(self, a.node.e, out, depth) then return false end
    end
    return true
  end
  if e.k ~= "str" and e.k ~= "name" and e.k ~= "member" then return false end
  local v = self:expr(e)
  if not v or v.k ~= "c" or v.t ~= "string" then return false end
  if not out[v.d] then
    out[v.d] = true
    out[#out + 1] = v.d
  end
  return true
end

--- The request for every timeframe (and symbol) it can be of, and the one of this bar.
function U:choice_of_frames(list, f, symbol, frame, v, code)
  if type(v.t) == "table" or not types.column(v.t) then
    self:fail(list[2], f.name .. ": with a timeframe or symbol that changes from bar to bar the value is a " ..
      "number or a bool")
    return const("na", "?")
  end
  local keys = ""
  for _, x in ipairs { frame, symbol } do
    if x.texts then
      code = "pine.request.choice({ " .. table.concat(x.texts, ", ") .. " }, function(" .. x.d .. ")\n  return " ..
        code:gsub("\n", "\n  ") .. "\nend)"
      keys = "[" .. self:bar(x.of) .. "]" .. keys
    end
  end
  local name = self:new_local(self.tr:fresh(frame.texts and "by_timeframe" or "by_symbol"), code)
  local t = v.t == "na" and "float" or v.t
  local out = bar((lift.at(name .. keys, "0", t)), t)
  out.x = v.x
  return out
end

function U:security(node, f, lower)
  if self.tr.version < 5 then
    f = { name = "security", params = {}, at = {} }
    for i, p in ipairs { "symbol", "timeframe", "expression", "gaps", "lookahead" } do
      f.params[i], f.at[p] = { name = p, optional = i > 3 }, i
    end
    f.at.resolution = 2
  end
  local list = self:bind(node, f)
  local wanted = self.request_name
  self.request_name = nil
  if not (list[1] and list[2] and list[3]) then return const("na", "?") end
  local symbol, frame = self:expr(list[1]), self:expr(list[2])
  local function named(v, e, name)
    if v.k == "c" or lower or not (self.tr.version >= 6 or self.tr.dynamic) then return v end
    local found = {}
    if not texts(self, e, found, 0) then return v end
    return { k = "c", d = self.tr:fresh(name), t = "string", texts = found, of = v }
  end
  symbol, frame = named(symbol, list[1], "symbol"), named(frame, list[2], "tf")
  for i, v in ipairs { symbol, frame } do
    if v.k ~= "c" then
      self:fail(list[i], f.name .. ": the " .. (i == 1 and "symbol" or "timeframe") ..
        " must be known before the run (a constant or an input" .. (self.tr.version >= 6 and not lower and
          ", or a choice between them" or "") .. "), it cannot change from bar to bar")
      return const("na", "?")
    end
  end
  local options = {}
  option(self, list, f, "gaps", options, "barmerge.gaps_on")
  option(self, list, f, "lookahead", options, "barmerge.lookahead_on")
  option(self, list, f, "ignore_invalid_symbol", options, true)
  local money = f.at.currency and list[f.at.currency]
  money = money and self:expr(money)
  if money and money.k == "c" and money.t ~= "na" then options[#options + 1] = "currency = " .. money.d end
  -- The expression belongs to the bars of the request.
  local tr = self.tr
  local unit = self:sub_unit(self.module)
  unit.is_chart, unit.chart, unit.request, unit.outer = true, unit, true, self
  unit.home, unit.instances, unit.instance_keys, unit.function_texts, unit.prologue = unit.decl, {},
    {}, {}, {}
  unit.bars = self.chart.request and tr:fresh("htf") or tr.request_bars
  unit.dind = ""
  local v = unit:expr(list[3])
  if v == nil or v.t == nil then
    self:fail(list[3], f.name .. ": the expression has no value")
    return const("na", "?")
  end
  local sym_code = symbol.constant == "syminfo.tickerid" and '""' or symbol.t == "na" and '""' or
    symbol.d
  local lines = { "pine.request." .. (lower and "security_lower_tf" or "security") .. "(" ..
    sym_code .. ", " ..
    frame.d .. ", function(" .. unit.bars .. ")" }
  local tail = ")" 
  if #options > 0 then tail = ", { " .. table.concat(options, ", ") .. " })" end
  local running = #unit.out > 0 or #unit.prologue > 0 or v.k == "b" or
    (type(v.t) ~= "table" and not types.column(v.t) and v.k ~= "c")
  local code
  if not running and #unit.decl == 0 then
    code = lines[1] .. " return " .. (v.t == "na" and self:na_name() or v.d) .. " end" .. tail
  else
    local body = {}
    for _, l in ipairs(unit.decl) do body[#body + 1] = l:find("^%s*$") and "" or "  " .. l end
    while body[#body] and body[#body]:find("^%s*$") do body[#body] = nil end
    if not running then
      body[#body + 1] = "  return " .. v.d
    else
      body[#body + 1] = "  return " .. unit.bars .. ":each_bar(function()"
      for _, l in ipairs(unit.prologue) do body[#body + 1] = "    " .. l end
      for _, l in ipairs(unit.out) do body[#body + 1] = l == "" and l or "  " .. l end
      body[#body + 1] = "    return " .. unit:bar(v)
      body[#body + 1] = "  end)"
    end
    code = lines[1] .. "\n" .. table.concat(body, "\n") .. "\nend" .. tail
  end
  if frame.texts or symbol.texts then
    return self:choice_of_frames(list, f, symbol, frame, v, code)
  end
  local t = v.t
  if lower then
    if type(t) == "table" then
      local out = {}
      for i = 1, #t do out[i] = "array<" .. t[i] .. ">" end
      t = out
    else
      t = "array<" .. t .. ">"
    end
  elseif t == "na" then
    t = "float"
  end
  if type(t) == "table" then
    local out = series(code, t)
    out.values = true
    return out
  end
  if types.column(t) then
    local out = series(code, t)
    local plain = type(frame.text) == "string" and frame.text:lower():gsub("[^%w]", "")
    out.hint = v.hint or (plain and plain ~= "" and "tf_" .. plain) or "other"
    out.x = v.x
    return out
  end
  -- Texts, colours, objects: read bar by bar.
  local name = self:new_local(wanted or tr:fresh("other"), code)
  local out = bar(name .. "[0]", t)
  out.ser, out.requested = name, wanted ~= nil
  return out
end

--- Inside a request a name of the script stands for its own computation on the bars requested.
function U:requested(sym, node)
  local outer = self.outer
  local v = outer:find_value(sym)
  if v and v.k == "c" then return v end
  if sym.kind == "param" then
    if v and v.ast then
      local unit = self
      local save = unit.outer
      unit.outer = v.ast_unit
      local got = unit:expr(v.ast)
      unit.outer = save
      return got
    end
    return v or const("na", "?")
  end
  local decl = sym.node
  -- A source that was chosen is the request's own: one input, whoever reads it.
  local e = decl.k == "decl" and decl.e
  if e and e.k == "call" and e.f.builtin and e.f.builtin:find("^input") and #sym.assigns == 0 and
    v and v.k == "d" and v.d:find("^[%a_][%w_%.]*$") then
    return v
  end
  if sym.mode or #sym.assigns > 0 then
    self:fail(node, "'" .. sym.name ..
      "' changes from bar to bar of the chart and cannot be used in a request; " ..
      "compute it in a function and call that function here")
    return const("na", "?")
  end
  if sym.kind ~= "var" then return v or const("na", "?") end
  self:statement(decl)
  local own = self.vals[sym]
  return own or const("na", "?")
end

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
end

return M
