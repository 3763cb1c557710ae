-- SPDX-License-Identifier: MIT
-- Loops, break and continue.
local core = ...
local lift = core.module("wick.pine.lift")
local types = core.module("wick.pine.typing")
local bar = lift.bar
local P = lift.p
local ipairs, type = ipairs, type
local kinds = core.module("wick.pine.emit_stmt").kinds

local M = {}
local U = {}

-- Is the bound the same on every turn? A bound that asks for a size may change while the loop runs.
local function steady(node, loop)
  local k = node.k
  if k == "num" then return true end
  if k == "name" then
    if not node.sym then return true end
    for _, a in ipairs(node.sym.assigns) do
      for _, c in ipairs(a.chain) do
        if c == loop then return false end
      end
    end
    return true
  end
  if k == "bin" then return steady(node.a, loop) and steady(node.b, loop) end
  if k == "un" then return steady(node.a, loop) end
  if k == "call" then
    local name = node.f.builtin
    if name and (name:find("^math%.") or name == "int") then
      for _, e in ipairs(node.args) do
        if not steady(e, loop) then return false end
      end
      return true
    end
    return false
  end
  return k == "index" or k == "member" and false
end

-- Does the body change the size of something? Then a bound is asked again.
local function resizes(list)
  local found = false
  local names = { push = true, pop = true, shift = true, unshift = true, remove = true,
    insert = true, clear = true }
  local function walk(node)
    if found or type(node) ~= "table" then return end
    if node.k == "call" then
      local f = node.f
      local last = f.builtin and f.builtin:match("[^%.]+$") or f.v
      if names[last] or (f.sym and f.sym.kind == "func") then found = true end
    end
    for key, child in next, node do
      if key ~= "sym" and key ~= "def" and type(child) == "table" then walk(child) end
    end
  end
  for _, node in ipairs(list) do walk(node) end
  return found
end

function U:loop(node, target)
  local before = self.effects
  local result, result_name
  if target then
    result_name = self:temp("last")
    self:b("local " .. result_name)
    local at = #self.out
    result = { kind = "assign", set = function(v) self:b(result_name .. " = " .. self:bar(v)) end }
    result.at = at
  end
  local value
  if not target and node.as_value ~= false then
    value = self:temp("last")
    self:b("local " .. value)
    result = { kind = "assign", set = function(v) self:b(value .. " = " .. self:bar(v)) end,
      at = #self.out }
  end
  local gate = self["loop_" .. node.k](self, node, result)
  if self.effects ~= before then gate = false end
  if result and result.t then
    self.out[result.at] = self.out[result.at] .. " = " .. types.na_code(result.t, self.tr.version)
    if types.nan(result.t) then self:na_name() end
  end
  if target then
    self:deliver(bar(result_name, result.t or "na"), target)
  elseif value then
    return bar(value, result.t or "na")
  end
  if gate == false then return false end
  return nil
end

function U:loop_body(node, target)
  local gate
  local _, lines = self:branch(function()
    self.loops[#self.loops + 1] = node
    gate = self:block(node.body, target)
    self.loops[#self.loops] = nil
  end)
  self:append(lines)
  if node.continues then
    -- A break before the label: LuaJIT wants it to be the last statement of a block.
    local n = #self.out
    while n > 0 and self.out[n]:find("^%s*%-%-") do n = n - 1 end
    if n > 0 then self.out[n] = self.out[n]:gsub("^(%s*)break(%s*)", "%1do break end%2", 1) end
    self:b("  ::" .. self:label(1) .. "::")
  end
  return gate
end

function U:loop_for(node, target)
  local from, to = self:expr(node.from), self:expr(node.to)
  local by = node.by and self:expr(node.by)
  local name = self.tr:lua_name(node.sym)
  local v = bar(name, from.t == "int" and (not by or by.t == "int") and "int" or "float")
  v.x, v.nn = v.t == "int", true
  v.pos = from.pos and to.pos
  self.vals[node.sym] = v
  local a, b = self:bar(from), self:bar(to)
  local dynamic = self.tr.version >= 6 and not steady(node.to, node) and resizes(node.body)
  local assigned = #node.sym.assigns > 0
  local step
  if by then
    step = self:alias("step", "pine.step") .. "(" .. a .. ", " .. b .. ", " .. self:bar(by) .. ")"
    if by.lit and from.lit and to.lit then
      step = from.value <= to.value and self:bar(by) or "-" .. self:bar(by)
    end
  elseif from.lit and to.lit then
    step = from.value > to.value and "-1" or nil
  else
    step = self:alias("step", "pine.step") .. "(" .. a .. ", " .. b .. ")"
  end
  if dynamic or assigned then
    -- The bound may move, so it is looked at before every turn.
    local dir = self:temp("dir")
    self:b("local " .. name .. ", " .. dir .. " = " .. a .. ", " .. (step or "1"))
    local bound, pre = self:branch(function()
      return dynamic and (self:bar(self:expr(node.to))) or b
    end)
    self:b("while true do")
    self:append(pre)
    self:b("  if not (" .. dir .. " > 0 and " .. name .. " <= " .. bound .. " or " .. dir ..
      " < 0 and " .. name ..
      " >= " .. bound .. ") then break end")
    local gate = self:loop_body(node, target)
    self:b("  " .. name .. " = " .. name .. " + " .. dir)
    self:b("end")
    return gate
  end
  self:b("for " .. name .. " = " .. a .. ", " .. b .. (step and ", " .. step or "") .. " do")
  local gate = self:loop_body(node, target)
  self:b("end")
  return gate
end

function U:loop_forin(node, target)
  local o = self:expr(node.o)
  local space = types.space(o.t)
  local key = node.key_sym and self.tr:lua_name(node.key_sym)
  local name = self.tr:lua_name(node.sym)
  local kt, vt = "int", types.element(o.t)
  if space == "map" then
    kt, vt = types.entry(o.t)
    if not key then vt = kt end
  elseif space == "matrix" then
    vt = "array<" .. types.element(o.t) .. ">"
  elseif o.t ~= "?" and space ~= "array" and o.t ~= "na" then
    self:fail(node.o, "for ... in takes an array, a matrix or a map, not " .. types.show(o.t))
  end
  if node.key_sym then
    local k = bar(key, kt)
    k.x, k.nn, k.pos = kt == "int", true, true
    self.vals[node.key_sym] = k
  end
  local v = bar(name, vt)
  v.x = vt == "int"
  self.vals[node.sym] = v
  if space == "map" and not key then
    self:b("for " .. name .. " in " .. self:in_bar(o, P.atom) .. ":iter() do")
  else
    self:b("for " .. (key or "_") .. ", " .. name .. " in " .. self:in_bar(o, P.atom) .. ":iter() do")
  end
  local gate = self:loop_body(node, target)
  self:b("end")
  return gate
end

function U:loop_while(node, target)
  local c, lines = self:branch(function() return self:condition(node.c) end)
  if #lines > 0 then
    self:b("while true do")
    self:append(lines)
    local code, p = self:bar(c)
    self:b("  if not " .. lift.wrap(code, p, P.unary) .. " then break end")
  else
    self:b("while " .. self:bar(c) .. " do")
  end
  local gate = self:loop_body(node, target)
  self:b("end")
  return gate
end

kinds["break"] = function(self)
  self:b("break")
end
kinds["continue"] = function(self)
  self:b("goto " .. self:label(0))
end
-- Loops within loops need labels of their own.
function U:label(more)
  local depth = #self.loops + more
  return depth > 1 and "continue" .. depth or "continue"
end

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
end

return M
