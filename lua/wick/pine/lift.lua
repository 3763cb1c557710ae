-- SPDX-License-Identifier: MIT
-- Values of the translator: what a Pine expression is in Lua, and where it can stand.
--
-- A value has a type `t` and a kind `k`: "c" known in the file body (constants, inputs and what is
-- computed from them), "d" a declared series, "b" a value of the bar function. `d` is its code in
-- the
-- body, `b` its code in the bar function; of a declared series the latter is made when it is asked
-- for
-- (`bf`), or by giving the series a name. `dp` and `bp` are the strengths of the outermost
-- operators.
-- `x`: comparisons of it are exact anyway; `nn`: never na; `g`: a mask outside of which the
-- condition
-- is false and computing it does nothing; `eff`: computing it changes a state.
local core = ...
local pairs, ipairs, type = core.pairs, ipairs, type

local M = {}

local ATOM, UNARY, MUL, ADD, CAT, CMP, AND, OR = 10, 8, 7, 6, 5, 3, 2, 1
M.p = { atom = ATOM, unary = UNARY, mul = MUL, add = ADD, cat = CAT, cmp = CMP, ["and"] = AND,
  ["or"] = OR }

function M.const(code, t, p)
  return { k = "c", t = t, d = code, b = code, dp = p or ATOM, bp = p or ATOM }
end

function M.bar(code, t, p)
  return { k = "b", t = t, b = code, bp = p or ATOM }
end

function M.series(code, t, p, bf)
  return { k = "d", t = t, d = code, dp = p or ATOM, bf = bf }
end

function M.wrap(code, p, least)
  return p < least and "(" .. code .. ")" or code
end

local U = {}

--- A name for a declared series that has none, and the series behind it: equal code, one name.
function U:named(v)
  if v.name then return v.name end
  local name = self.memo[v.d]
  if not name then
    if v.dp == ATOM and v.d:find("^[%a_][%w_]*$") then
      name = v.d
    else
      name = self:new_local(self.tr:fresh(v.hint or v.source or
        (v.t == "bool" and "is_true" or "x")), v.d)
    end
    self.memo[v.d] = name
  end
  v.name = name
  return name
end

--- Reads `code`, a series, k bars back.
function M.at(code, k, t)
  if t == "bool" then return code .. "[" .. k .. "] == 1", CMP end
  return code .. "[" .. k .. "]", ATOM
end

--- Code of a value in the bar function, and its strength.
function U:bar(v)
  if not v.b then
    if v.bf then
      v.b, v.bp = v.bf()
    else
      v.b, v.bp = M.at(self:named(v), "0", v.t)
    end
  end
  return v.b, v.bp
end

--- A text that may be nil at run time: what is na is the empty text.
function M.or_empty(code) return "(" .. code .. ' or "")' end

--- The same in brackets when it is weaker than `least`.
function U:in_bar(v, least)
  local code, p = self:bar(v)
  return p < least and "(" .. code .. ")" or code
end

function U:in_body(v, least)
  return v.dp < least and "(" .. v.d .. ")" or v.d
end

local rank = { c = 1, d = 2, b = 3 }
--- The kind of what is computed from two values.
function M.join(a, b)
  return rank[a.k] > rank[b.k] and a.k or b.k
end

function M.worst(list)
  local k = "c"
  for i = 1, #list do
    if rank[list[i].k] > rank[k] then k = list[i].k end
  end
  return k
end

-- ---- when something can happen -------------------------------------------------------------
-- A gate tells for each state of the position on which bars a statement can do something: nil on
-- none,
-- true on all, else a list of masks one of which has to be 1.
local states = { "flat", "long", "short" }
M.states = states
M.always = { flat = true, long = true, short = true }

function M.both(a, b)
  if a and b and a ~= b then return "wick.both(" .. a .. ", " .. b .. ")" end
  return a or b
end

local function any(list)
  if #list == 1 then return list[1] end
  return "wick.either(" .. table.concat(list, ", ") .. ")"
end

--- The gate of a mask.
function M.gate_of(code)
  return { flat = { code }, long = { code }, short = { code } }
end

--- The gate outside of which a condition is false and computing it does nothing; nil when there is
-- none.
function M.gate(v)
  if v.k ~= "b" then return v.t == "bool" and M.gate_of(v.name or v.d) or nil end
  return v.g
end

function M.and_gates(a, b)
  if not (a and b) then return a or b end
  local out = {}
  for _, state in ipairs(states) do
    local x, y = a[state], b[state]
    if x == true then
      out[state] = y
    elseif y == true then
      out[state] = x
    elseif x and y then
      out[state] = { M.both(any(x), any(y)) }
    end
  end
  return out
end

function M.or_gates(list)
  local out = {}
  for _, state in ipairs(states) do
    local seen, masks, all = {}, {}, false
    for i = 1, #list do
      local x = list[i][state]
      if x == true then
        all = true
      elseif x then
        for k = 1, #x do
          if not seen[x[k]] then
            seen[x[k]] = true
            masks[#masks + 1] = x[k]
          end
        end
      end
    end
    out[state] = all or (#masks > 0 and masks) or nil
  end
  return out
end

--- The fields of each_bar for a gate: nil when every bar has to be asked.
function M.wake(g)
  if g.flat == true and g.long == true and g.short == true then return nil end
  local parts, common = {}, {}
  local is_common = {}
  if type(g.flat) == "table" and type(g.long) == "table" and type(g.short) == "table" then
    for _, m in ipairs(g.flat) do
      local found = 0
      for _, state in ipairs { "long", "short" } do
        for _, x in ipairs(g[state]) do
          if x == m then found = found + 1 end
        end
      end
      if found == 2 then
        common[#common + 1] = m
        is_common[m] = true
      end
    end
  end
  if #common > 0 then parts[1] = "when = " .. any(common) end
  for _, state in ipairs(states) do
    local x = g[state]
    if x == true then
      parts[#parts + 1] = "when_" .. state .. " = true"
    elseif x then
      local own = {}
      for _, m in ipairs(x) do
        if not is_common[m] then own[#own + 1] = m end
      end
      if #own > 0 then parts[#parts + 1] = "when_" .. state .. " = " .. any(own) end
    end
  end
  return parts
end

-- Conditions that say no more than which state the position is in.
local position_states = {
  ["strategy.position_size"] = {
    ["=="] = { flat = true }, ["!="] = { long = true, short = true }, [">"] = { long = true },
    ["<"] = { short = true }, [">="] = { flat = true, long = true },
      ["<="] = { flat = true, short = true },
  },
  ["strategy.opentrades"] = {
    ["=="] = { flat = true }, ["!="] = { long = true, short = true },
      [">"] = { long = true, short = true },
  },
}
local mirrored = { [">"] = "<", ["<"] = ">", [">="] = "<=", ["<="] = ">=", ["=="] = "==",
  ["!="] = "!=" }

function M.in_states(holds)
  return { flat = holds.flat or nil, long = holds.long or nil, short = holds.short or nil }
end

--- What a comparison with 0 says of the position, or nil.
function M.position_gate(op, a, b)
  if b.figure then a, b, op = b, a, mirrored[op] end
  local of = a.figure and position_states[a.figure]
  if of and b.lit and b.value == 0 then return of[op] end
end

--- Adds the functions for values to the prototype of units.
function M.open(unit)
  for name, f in pairs(U) do unit[name] = f end
end

return M
