-- SPDX-License-Identifier: MIT
-- Declarations of several names at once: [a, b] = ...
local core = ...
local lift = core.module("wick.pine.lift")
local types = core.module("wick.pine.typing")
local const, bar, series = lift.const, lift.bar, lift.series
local ipairs, type = ipairs, type
local statements = core.module("wick.pine.emit_stmt")
local kinds, structures = statements.kinds, statements.structures
local variable = core.module("wick.pine.emit_decl").variable

local M = {}
local U = {}

function kinds:tdecl(node)
  local before = self.effects
  local names, n = {}, #node.names
  for i, x in ipairs(node.names) do names[i] = self.tr:lua_name(x.sym) end
  local v
  if structures[node.e.k] then return self:tuple_structure(node, names) end
  v = self:expr(node.e)
  local t = v and v.t
  if t == "?" or t == nil then
    t = {}
    for i = 1, n do t[i] = "float" end
  end
  if type(t) ~= "table" then
    self:fail(node, "this gives one value, not " .. n)
    t = { t }
    for i = 2, n do t[i] = "float" end
  elseif #t ~= n then
    self:fail(node, "this gives " .. #t .. " values, but there are " .. n .. " names")
  end
  local all_columns, hist = true, false
  for i, x in ipairs(node.names) do
    if not types.column(t[i] or "float") then all_columns = false end
    hist = hist or x.sym.hist
  end
  local assigned = false
  for _, x in ipairs(node.names) do
    if #x.sym.assigns > 0 then assigned = true end
  end
  if v and v.k ~= "b" and v.d and not assigned and self.cond == 0 and #self.loops == 0 and
    (all_columns or v.values) then
    self:new_locals(names, v.d)
    for i, x in ipairs(node.names) do
      local out
      if v.values and not types.column(t[i]) then
        out = bar(names[i] .. "[0]", t[i])
        out.ser = names[i]
      else
        out = series(names[i], t[i] or "float")
        out.name = names[i]
      end
      if v.items and v.items[i] and v.items[i].k == "c" and v.k ~= "b" then
        out = const(names[i], t[i])
      end
      out.x = t[i] == "int" or (v.items and v.items[i] and v.items[i].x)
      self.vals[x.sym] = out
    end
    return nil
  end
  -- Series that came along are read now; history is kept for those that want it.
  local code = v and self:bar_tuple(v) or "nil"
  local locals, after = {}, {}
  local top = {}
  for i, x in ipairs(node.names) do
    local of = t[i] or "float"
    if of == "na" then of = "float" end
    if x.sym.hist then
      local made = self:new_local(names[i], "pine.series(" .. self:series_args(of) .. ")")
      local temp = self:temp(names[i] .. "_now")
      locals[i] = temp
      after[#after + 1] = made .. ":set(" .. temp .. ")"
      local out = variable(made .. "[0]", of)
      out.ser, out.set = made, made
      self.vals[x.sym] = out
      self.stateful, self.every_bar = true, true
    elseif x.sym.captured and self.is_chart then
      local made = self:new_local(names[i], types.na_code(of, self.tr.version))
      if types.nan(of) then self:na_name() end
      local temp = self:temp(x.sym.name .. "_now")
      locals[i] = temp
      after[#after + 1] = made .. " = " .. temp
      self.vals[x.sym] = variable(made, of)
    else
      locals[i] = names[i]
      self.vals[x.sym] = variable(names[i], of)
    end
    top[i] = locals[i]
  end
  self:bar_locals(node.names, locals, code)
  for _, l in ipairs(after) do self:b(l) end
  if hist or self.effects ~= before then return false end
  return nil
end

function U:bar_tuple(v)
  return (self:bar(v))
end

function U:tuple_structure(node, names)
  local n = #names
  local temps = {}
  for i = 1, n do temps[i] = names[i] end
  local before = self.effects
  self:b("local " .. table.concat(temps, ", "))
  local target = { kind = "assign" }
  target.set = function(v)
    if v.t == "na" then return end
    self:b(table.concat(temps, ", ") .. " = " .. self:bar_tuple(v))
  end
  local at = #self.out
  self:structure(node.e, target)
  local na = {}
  for i = 1, n do
    local of = type(target.t) == "table" and target.t[i] or "float"
    if of == "na" then of = "float" end
    na[i] = types.na_code(of, self.tr.version)
    if types.nan(of) then self:na_name() end
  end
  self.out[at] = self.out[at] .. " = " .. table.concat(na, ", ")
  local hist = false
  for i, x in ipairs(node.names) do
    local of = type(target.t) == "table" and target.t[i] or "float"
    if of == "na" then of = "float" end
    if x.sym.hist then
      local made = self:new_local(self.tr:fresh(names[i] .. "_past"), "pine.series(" ..
        self:series_args(of) .. ")")
      self:b(made .. ":set(" .. names[i] .. ")")
      local out = variable(names[i], of)
      out.ser = made
      self.vals[x.sym] = out
      self.stateful, self.every_bar, hist = true, true, true
    elseif x.sym.captured and self.is_chart then
      local made = self:new_local(self.tr:fresh(names[i] .. "_seen"),
        types.na_code(of, self.tr.version))
      self:b(made .. " = " .. names[i])
      self.vals[x.sym] = variable(made, of)
    else
      self.vals[x.sym] = variable(names[i], of)
    end
  end
  if hist or self.effects ~= before then return false end
  return nil
end

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
end

return M
