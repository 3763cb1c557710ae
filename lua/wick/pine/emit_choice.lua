-- SPDX-License-Identifier: MIT
-- c ? a : b, which Lua says with `and` and `or`, with pine.pick, or with a statement.
local core = ...
local lift, types = core.module("wick.pine.lift"), core.module("wick.pine.typing")
local expressions = core.module("wick.pine.emit_expr")
local kinds, negated = expressions.kinds, expressions.negated
local const, bar, series = lift.const, lift.bar, lift.series
local P = lift.p

local M = {}
local U = {}

-- `c and a or b` is right when a is neither nil nor false.
local function truthy(v)
  return types.numeric(v.t) or v.t == "na" or (v.nn and v.t ~= "bool")
end

local function simple(code)
  return code:find("^[%a_][%w_%.]*$") or code:find("^[%a_][%w_%.]*%b[]$") or
    code:find("^%b\"\"$") ~= nil
end

--- Code of c ? a : b from codes and strengths; nil when it takes a statement.
function U:choose(c, cp, a, ap, b, bp, va, vb)
  if va.t == "bool" and (va.lit or vb.lit) then
    if va.lit and va.value then return lift.wrap(c, cp, P["or"]) .. " or " ..
      lift.wrap(b, bp, P["or"]), P["or"] end
    if va.lit then
      local n, np = negated(c, cp)
      return lift.wrap(n, np, P["and"]) .. " and " .. lift.wrap(b, bp, P["and"]), P["and"]
    end
    if vb.value then
      local n, np = negated(c, cp)
      return lift.wrap(n, np, P["or"]) .. " or " .. lift.wrap(a, ap, P["or"]), P["or"]
    end
    return lift.wrap(c, cp, P["and"]) .. " and " .. lift.wrap(a, ap, P["and"]), P["and"]
  end
  if truthy(va) then
    return lift.wrap(c, cp, P["and"]) .. " and " .. lift.wrap(a, ap, P["cmp"]) .. " or " ..
      lift.wrap(b, bp, P["or"]), P["or"]
  end
  if simple(a) and simple(b) then
    return self:alias("pick", "pine.pick") .. "(" .. c .. ", " .. a .. ", " .. b .. ")", P.atom
  end
end

-- na takes the type, and so the code, of the other branch.
function U:as_type(v, t)
  if v.t == "na" and v.d and not types.nan(t) then
    local code = types.na_code(t, self.tr.version)
    local out = const(code == "na" and self:na_name() or code, t)
    out.lit, out.value = t == "bool" or nil, false
    out.no_truth = code == "nil" and t == "bool" or nil -- a bool that is na, before version 6
    return out
  end
  return v
end

-- Code of a branch in a column, where na is NaN whatever the type.
function U:column_code(v) return v.d == "nil" and self:na_name() or v.d end

function kinds:cond(node)
  local c = self:condition(node.c)
  local a, b, la, lb
  if c.k == "c" then
    a, b = self:some(node.a), self:some(node.b)
    la, lb = {}, {}
  else
    a, la = self:operand(function() return self:some(node.a) end)
    b, lb = self:operand(function() return self:some(node.b) end)
  end
  local t = types.join(a.t, b.t)
  a, b = self:as_type(a, t), self:as_type(b, t)
  local k = lift.worst { c, a, b }
  local v
  if k == "d" and not types.column(t) then k = "b" end
  if #la == 0 and #lb == 0 then
    if k == "c" then
      local code, p = self:choose(c.d, c.dp, a.d, a.dp, b.d, b.dp, a, b)
      v = code and const(code, t, p) or const("pine.pick(" .. c.d .. ", " .. a.d .. ", " .. b.d ..
        ")", t)
    elseif k == "d" and c.k == "c" then
      if a.k == "d" and b.k == "d" then
        v = series(lift.wrap(c.d, c.dp, P["and"]) .. " and " .. lift.wrap(a.d, a.dp, P.cmp) ..
          " or " ..
          lift.wrap(b.d, b.dp, P["or"]), t, P["or"])
      else -- a number on one side: iff makes a series of it
        v = series("wick.iff(" .. c.d .. ", " .. self:column_code(a) .. ", " ..
          self:column_code(b) .. ")", t)
      end
    elseif k == "d" and (a.no_truth or b.no_truth) then
      v = series("wick.iff(" .. c.d .. ", " .. self:column_code(a) .. ", " .. self:column_code(b) ..
        ")", t)
      v.no_truth = true
    elseif k == "d" then
      v = series("wick.iff(" .. c.d .. ", " .. a.d .. ", " .. b.d .. ")", t, P.atom, function()
        local x, xp = self:bar(c)
        local y, yp = self:bar(a)
        local z, zp = self:bar(b)
        local code, p = self:choose(x, xp, y, yp, z, zp, a, b)
        if code then return code, p end
        return lift.at(self:named(v), "0", t)
      end)
    else
      local x, xp = self:bar(c)
      local y, yp = self:bar(a)
      local z, zp = self:bar(b)
      local code, p = self:choose(x, xp, y, yp, z, zp, a, b)
      if code then
        v = bar(code, t, p)
        v.pure_cond = c
      end
    end
  end
  if not v then
    local name = self:temp("choice")
    self:b("local " .. name)
    self:b("if " .. self:bar(c) .. " then")
    self:append(la)
    self:b("  " .. name .. " = " .. self:bar(a))
    self:b("else")
    self:append(lb)
    self:b("  " .. name .. " = " .. self:bar(b))
    self:b("end")
    v = bar(name, t)
  end
  v.eff = c.eff or a.eff or b.eff
  v.x = a.x and b.x
  v.nn = a.nn and b.nn
  v.q = c.q and a.q and b.q
  v.colors = t == "color" and { c, a, b } or nil
  if v.k == "b" and t == "bool" and b.lit and not b.value then
    v.g = c.eff and lift.gate(c) or lift.and_gates(lift.gate(c), lift.gate(a))
  end
  return v
end

-- if, switch, for, while as values are in emit_stmt.lua.

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
end

return M
