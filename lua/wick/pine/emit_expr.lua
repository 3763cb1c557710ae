-- SPDX-License-Identifier: MIT
-- Expressions: operators, names, history, conditions. Every function takes a node and gives a value
-- (lift.lua).
local core = ...
local lift, types = core.module("wick.pine.lift"), core.module("wick.pine.typing")
local builtins = core.module("wick.pine.builtins")
local checks = core.module("wick.pine.checks")
local const, bar, series, join = lift.const, lift.bar, lift.series, lift.join
local P = lift.p
local type, ipairs = type, ipairs

local M = {}
local U, kinds = {}, {}
local in_states, position_gate = lift.in_states, lift.position_gate

function U:expr(node)
  return kinds[node.k](self, node)
end

--- A value where one is needed: a plot or an order has none.
function U:some(node)
  local v = self:expr(node)
  if v and v.t ~= nil then return v end
  self:fail(node, "this has no value")
  return const("na", "na")
end

-- ---- literals ------------------------------------------------------------------------------
local function quote(text)
  return '"' .. text:gsub('[\\"%c]', function(c)
    if c == "\n" then return "\\n" end
    if c == "\t" then return "\\t" end
    if c == '"' or c == "\\" then return "\\" .. c end
    return ("\\%03d"):format(c:byte())
  end) .. '"'
end
M.quote = quote

function kinds:num(node)
  local v = const(node.v, node.int and "int" or "float", node.neg and P.unary or P.atom)
  v.x, v.nn, v.lit, v.q, v.value = true, true, true, true, tonumber(node.v)
  v.pos = not node.neg
  return v
end

function kinds:str(node)
  local v = const(quote(node.v), "string")
  v.nn, v.lit, v.text = true, true, node.v
  return v
end

function kinds:bool(node)
  local v = const(node.v and "true" or "false", "bool")
  v.lit, v.nn, v.value = true, true, node.v
  return v
end

function kinds:color(node)
  local v = const(self:ns("color") .. ".hex(" .. quote(node.v) .. ")", "color")
  v.nn = true
  return v
end

function kinds:tuple(node)
  local items, t = {}, {}
  for i, e in ipairs(node.items) do
    items[i] = self:some(e)
    t[i] = items[i].t
  end
  return self:tuple_of(items, t)
end

--- Several values as one: code is a list with commas.
function U:tuple_of(items, t)
  local k = lift.worst(items)
  local v = { k = k, t = t, items = items, dp = P.atom }
  if k ~= "b" then
    local d = {}
    for i = 1, #items do d[i] = items[i].d end
    v.d = table.concat(d, ", ")
    v.k = "d"
  end
  v.bf = function()
    local b = {}
    for i = 1, #items do b[i] = self:bar(items[i]) end
    return table.concat(b, ", "), P.atom
  end
  return v
end

-- ---- names ---------------------------------------------------------------------------------
local raw_sources = { open = true, high = true, low = true, close = true, volume = true }
local never_negative = { bar_index = true, time = true, hour = true, minute = true, second = true,
  dayofweek = true, dayofmonth = true, month = true, year = true, weekofyear = true,
    time_close = true,
  volume = true, last_bar_index = true }
local exact_figures = { ["strategy.position_size"] = true }

--- A variable or constant that is built in.
function U:builtin_var(name, node)
  local var = builtins.var(name)
  if not var then
    if name == "na" then return const("na", "na") end
    self:fail(node, "'" .. name .. "' is a namespace or a function, not a value")
    return const("na", "?")
  end
  local class, v = var.class, nil
  if class == "d" then
    v = series(self:source(name), var.type)
    v.name = v.d
    v.x, v.nn, v.pos = raw_sources[name] or var.type == "int", true, never_negative[name]
    v.source = name
  elseif class == "k" then
    v = const(quote(name:match("[^%.]+$")), "string")
    v.lit, v.nn, v.constant = true, true, name
  elseif class == "c" then
    if name == "na" then
      v = const(self:na_name(), "na")
      v.lit_na = true
      return v
    end
    local code = var.code == "0" and "0" or var.code and self.tr.strategy .. var.code:sub(2) or
      self:pine_name(name)
    v = const(code, var.type)
    v.x, v.nn, v.constant = var.type == "int", not name:find("^syminfo"), name
  elseif class == "p" then
    local code = self:pine_name(name)
    v = series(code, var.type)
    v.b, v.bp, v.both = code, P.atom, true
  elseif class == "t" then
    v = series(name .. "()", var.type)
    v.hint = name:match("[^%.]+$")
  elseif class == "b" then
    local code = self:figure(name, var)
    v = bar(var.type == "string" and lift.or_empty(code) or code, var.type)
    v.x = var.type == "int" or exact_figures[name]
    v.nn = v.x or name == "strategy.equity"
    v.figure = name
  else
    -- bid and ask are na on TradingView too, but for bars of one tick.
    v = const(self:na_name(), "na")
  end
  return v
end

--- A figure of the account: strategy.NAME is s.NAME.
function U:figure(name, var)
  if var.code then return self.tr.strategy .. var.code:sub(2) end
  local tail = name:match("^strategy%.(.*)$")
  if tail then return self.tr.strategy .. "." .. tail:gsub("%.", "_") end
  return self:pine_name(name)
end

function kinds:name(node)
  if node.builtin then return self:builtin_var(node.builtin, node) end
  local sym = node.sym
  if not sym then
    local v = const("na", "?")
    v.unknown = true
    return v
  end
  if sym.kind == "func" or sym.kind == "type" or sym.kind == "enum" or sym.kind == "import" then
    self:fail(node, "'" .. sym.name .. "' is a " .. (sym.kind == "func" and "function" or
      sym.kind) .. ", not a value")
    return const("na", "?")
  end
  return self:value_of(sym, node)
end

function kinds:member(node)
  if node.builtin then return self:builtin_var(node.builtin, node) end
  if node.unknown then return const("na", "?") end
  local o = node.o
  if node.sym and node.sym.kind == "var" then return self:value_of(node.sym, node) end
  local enum = o.sym and o.sym.kind == "enum" and o.sym
  if enum then
    local of = enum.of
    if not of.at[node.v] then
      self:fail(node, "enum " .. enum.name .. " has no member '" .. node.v .. "'" ..
        self:near(node.v, of.at))
    end
    local v = const(self:type_name(of) .. "." .. self.tr:field(node.v), "enum:" ..
      self:type_name(of))
    v.nn = true
    return v
  end
  local obj = self:expr(o)
  local of = self:type_of(obj.t)
  local t = "?"
  if node.shadowed and not of and obj.t ~= "chart.point" then
    return self:builtin_var(node.shadowed, node)
  end
  if of then
    local i = of.at[node.v]
    if not i then
      self:fail(node, "type " .. of.name .. " has no field '" .. node.v .. "'" ..
        self:near(node.v, of.at))
    else
      t = self:canonical(of.fields[i].type, of.module)
    end
  elseif obj.t == "chart.point" then
    t = node.v == "price" and "float" or "int"
  elseif obj.t ~= "?" and obj.t ~= nil and obj.t ~= "na" then
    self:fail(node, "a value of type " .. types.show(obj.t) .. " has no fields; '" .. node.v ..
      "' needs brackets when it is a method")
  end
  local v = bar(self:in_bar(obj, P.atom) .. "." .. self.tr:field(node.v), t)
  v.x = t == "int"
  return v
end

-- ---- operators -----------------------------------------------------------------------------

--- A condition: numbers are true when they are neither na nor 0.
function U:truth(v)
  if not types.numeric(v.t) then
    if v.t == "na" then return const("false", "bool") end
    return v
  end
  local f = self:alias("bool", "pine.bool")
  local out
  if v.k == "b" then
    out = bar(f .. "(" .. self:bar(v) .. ")", "bool")
  elseif v.k == "c" then
    out = const(f .. "(" .. v.d .. ")", "bool")
  else
    out = series(f .. "(" .. v.d .. ")", "bool", P.atom, function()
      return f .. "(" .. self:bar(v) .. ")", P.atom
    end)
  end
  out.eff = v.eff
  return out
end

function U:condition(node)
  return self:truth(self:some(node))
end

local strengths = { ["+"] = P.add, ["-"] = P.add, ["*"] = P.mul, ["/"] = P.mul, ["%"] = P.mul }

local function chain(code, op, right)
  return code .. " " .. op .. " " .. right
end

-- a op b; the right operand of the same strength keeps its brackets: sums are not associative.
local function infix(op, p, a, ap, b, bp)
  return chain(lift.wrap(a, ap, p), op, lift.wrap(b, bp, p + 1))
end

function U:arithmetic(op, a, b, node)
  local t = "float"
  if a.t == "int" and b.t == "int" and op ~= "/" then t = "int" end
  if a.t == "string" or b.t == "string" then
    if op ~= "+" then self:fail(node, "texts can only be added") end
    for _, x in ipairs { a, b } do
      if op == "+" and (types.numeric(x.t) or x.t == "bool" or x.t == "color") then
        self:fail(node, "a text and " .. types.a(x.t) .. " cannot be added; write str.tostring(...)")
      end
    end
    local k = join(a, b)
    if k == "d" then k = "b" end
    if k == "c" then
      local v = const(infix("..", P.cat, a.d, a.dp, b.d, b.dp), "string", P.cat)
      v.nn = a.nn and b.nn
      return v
    end
    local left, lp = self:bar(a)
    local right, rp = self:bar(b)
    local v = bar(chain(lift.wrap(left, lp, P.cat), "..", lift.wrap(right, rp, P.cat + 1)),
      "string", P.cat)
    v.nn, v.eff = a.nn and b.nn, a.eff or b.eff
    return v
  end
  for _, x in ipairs { a, b } do
    if x.t == "bool" or x.t == "color" or type(x.t) == "table" or types.space(x.t) then
      self:fail(node, "'" .. op .. "' takes numbers, not " .. types.show(x.t))
    end
  end
  local k, p = join(a, b), strengths[op]
  local whole = op == "/" and self.tr.version < 6 and a.q and b.q and a.t == "int" and b.t == "int"
  local v
  if op == "%" then
    local plain = a.pos and b.pos and t == "int"
    if k == "c" and plain then
      v = const(infix("%", p, a.d, a.dp, b.d, b.dp), t, p)
    elseif k == "c" then
      v = const("wick.mod(" .. a.d .. ", " .. b.d .. ")", t)
    else
      local function code()
        local x, xp = self:bar(a)
        local y, yp = self:bar(b)
        if plain then return infix("%", p, x, xp, y, yp), p end
        return self:alias("mod", t == "int" and "pine.mod" or "wick.mod") .. "(" .. x .. ", " ..
          y .. ")", P.atom
      end
      if k == "d" then
        v = series("wick.mod(" .. a.d .. ", " .. b.d .. ")", t, P.atom, code)
      else
        v = bar(code(), t)
        v.bp = plain and p or P.atom
      end
    end
    v.pos = a.pos and b.pos
  elseif whole then
    v = const("pine.int(" .. infix(op, p, a.d, a.dp, b.d, b.dp) .. ")", "int")
    v.q, v.x, v.nn, t = true, true, true, "int"
  elseif k == "c" then
    v = const(infix(op, p, a.d, a.dp, b.d, b.dp), t, p)
    v.q = a.q and b.q
  elseif k == "d" then
    v = series(infix(op, p, a.d, a.dp, b.d, b.dp), t, p, function()
      local x, xp = self:bar(a)
      local y, yp = self:bar(b)
      return infix(op, p, x, xp, y, yp), p
    end)
  else
    local x, xp = self:bar(a)
    local y, yp = self:bar(b)
    v = bar(infix(op, p, x, xp, y, yp), t, p)
  end
  if op == "+" or op == "*" then v.pos = a.pos and b.pos end
  v.x = t == "int" and a.x and b.x
  v.nn = v.x and a.nn and b.nn
  v.eff = a.eff or b.eff
  return v
end

local compare_names = { ["=="] = "eq", ["!="] = "ne", ["<"] = "lt", ["<="] = "le", [">"] = "gt",
  [">="] = "ge" }

-- A bool beside a number: before version 6 the number is a truth, now it is a mistake.
local function as_truth(self, v, node)
  if self.tr.version >= 6 then
    if node then
      self:fail(node, "a bool cannot be compared with a number; use the bool as it is")
    end
    return v
  end
  if v.lit then
    local out = const(v.value ~= 0 and "true" or "false", "bool")
    out.lit, out.nn, out.value = true, true, v.value ~= 0
    return out
  end
  return self:truth(v)
end

function U:compare(op, a, b, node)
  if a.t == "bool" and types.numeric(b.t) then
    b = as_truth(self, b, node)
  elseif b.t == "bool" and types.numeric(a.t) then
    a = as_truth(self, a, node)
  end
  checks.compared(self, node, op, a, b)
  local f = compare_names[op]
  local lua = op == "!=" and "~=" or op
  local numbers = types.number_like(a.t) and types.number_like(b.t)
  local plain
  if numbers then
    plain = a.x and b.x and (op ~= "!=" or (a.nn and b.nn))
  elseif a.t == "bool" or b.t == "bool" then
    plain = true
  else
    -- nil equals nil in Lua; na equals nothing.
    plain = (a.nn or b.nn) and op == "==" or (a.nn and b.nn)
    if a.t == "string" and b.t == "string" then plain = true end -- na is the empty text
    if a.t == "na" or b.t == "na" then plain = false end
  end
  local k = join(a, b)
  local function called(x, y) return self:alias(f, "pine." .. f) .. "(" .. x .. ", " .. y .. ")" end
  local function in_bar()
    -- b == true, b == false
    local x, xp = self:bar(a)
    local y, yp = self:bar(b)
    if plain then return infix(lua, P.cmp, x, xp == P.cmp and 0 or xp, y, yp), P.cmp end
    return called(x, y), P.atom
  end
  local v
  if k == "c" then
    v = plain and const(infix(lua, P.cmp, a.d, a.dp, b.d, b.dp), "bool", P.cmp) or
      const(called(a.d, b.d), "bool")
  elseif k == "d" then
    v = series(called(a.d, b.d), "bool", P.atom, in_bar)
  else
    local code, p = in_bar()
    v = bar(code, "bool", p)
  end
  v.eff = a.eff or b.eff
  v.nn = true
  v.holds = position_gate(op, a, b)
  if v.holds then v.g = in_states(v.holds) end
  return v
end

local function negated(code, p)
  local left = code:match("^([%a_][%w_%.]*%b[]) == 1$")
  if left then return left .. " ~= 1", P.cmp end
  left = code:match("^([%a_][%w_%.]*) == nil$")
  if left then return left .. " ~= nil", P.cmp end
  return "not " .. lift.wrap(code, p, P.unary), P.unary
end

function kinds:un(node)
  local a = self:some(node.a)
  if node.op == "+" then return a end
  if node.op == "-" then
    local v
    local function minus(code, p) return "-" .. (code:sub(1, 1) == "-" and "(" .. code .. ")" or
      lift.wrap(code, p, P.unary)) end
    if a.k == "c" then
      v = const(minus(a.d, a.dp), a.t, P.unary)
    elseif a.k == "d" then
      v = series(minus(a.d, a.dp), a.t, P.unary, function() return minus(self:bar(a)), P.unary end)
    else
      v = bar(minus(self:bar(a)), a.t, P.unary)
    end
    v.x, v.nn, v.eff, v.q = a.x, a.nn, a.eff, a.q
    return v
  end
  a = self:truth(a)
  local v
  if a.k == "c" then
    v = const("not " .. lift.wrap(a.d, a.dp, P.unary), "bool", P.unary)
  elseif a.k == "d" then
    v = series("wick.negate(" .. a.d .. ")", "bool", P.atom,
      function() return negated(self:bar(a)) end)
    v.hint = "not_" .. (a.d:match("^[%a_][%w_]*$") or "true")
  else
    local code, p = negated(self:bar(a))
    v = bar(code, "bool", p)
    if a.holds then
      v.holds = { flat = not a.holds.flat, long = not a.holds.long, short = not a.holds.short }
      v.g = in_states(v.holds)
    end
  end
  v.eff, v.nn = a.eff, true
  return v
end

--- A value computed here and now, under a name.
function U:kept(v)
  local code = self:bar(v)
  if code:find("^[%a_][%w_]*$") then return v end
  local name = self:temp("now")
  self:b("local " .. name .. " = " .. code)
  local out = bar(name, v.t)
  out.g = v.g
  return out
end

-- and, or: version 6 computes the right side only when the left does not decide.
function U:logic(op, a, right)
  local lazy = self.tr.version >= 6 and a.k ~= "c"
  local b, lines
  if lazy then
    b, lines = self:operand(function() return self:truth(self:some(right)) end)
  else
    b = self:truth(self:some(right))
  end
  local p = op == "and" and P["and"] or P["or"]
  local k = join(a, b)
  local v
  -- Before version 6 both sides are computed, whatever the left says.
  if not lazy and b.eff and k == "b" and a.k ~= "c" then a, b = self:kept(a), self:kept(b) end
  if lines and #lines > 0 then
    -- The right side needs statements of its own.
    local name = self:temp(op == "and" and "both" or "either")
    self:b("local " .. name .. " = " .. self:bar(a))
    self:b("if " .. (op == "and" and name or "not " .. name) .. " then")
    self:append(lines)
    self:b("  " .. name .. " = " .. self:bar(b))
    self:b("end")
    v = bar(name, "bool")
  elseif k == "c" then
    v = const(chain(lift.wrap(a.d, a.dp, p), op, lift.wrap(b.d, b.dp, p)), "bool", p)
  else
    local function in_bar()
      local x, xp = self:bar(a)
      local y, yp = self:bar(b)
      return lift.wrap(x, xp, p) .. " " .. op .. " " .. lift.wrap(y, yp, p), p
    end
    if k == "d" then
      local f = op == "and" and "wick.both(" or "wick.either("
      -- a and b and c is one call
      local left = a.d
      if a.logic == op then left = a.d:sub(#f + 1, -2) end
      v = series(f .. left .. ", " .. b.d .. ")", "bool", P.atom, in_bar)
      v.logic = op
    else
      local code, cp = in_bar()
      v = bar(code, "bool", cp)
    end
  end
  v.nn = true
  v.eff = a.eff or b.eff
  if v.k == "b" then
    local ga, gb = lift.gate(a), lift.gate(b)
    if op == "and" then
      if a.eff then
        v.g = ga
      else
        v.g = lift.and_gates(ga, gb)
      end
    else
      v.g = ga and gb and lift.or_gates { ga, gb } or nil
    end
  end
  return v
end

function kinds:bin(node)
  -- Chains lean to the left: unrolled, so that a thousand operands need no thousand levels.
  local list = {}
  while node.k == "bin" do
    list[#list + 1] = node
    node = node.a
  end
  local v = self:some(node)
  for i = #list, 1, -1 do
    local n = list[i]
    local op = n.op
    if op == "and" or op == "or" then
      v = self:logic(op, self:truth(v), n.b)
    elseif compare_names[op] then
      v = self:compare(op, v, self:some(n.b), n)
    else
      v = self:arithmetic(op, v, self:some(n.b), n)
    end
  end
  return v
end

M.kinds, M.negated = kinds, negated

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
  for _, k in ipairs { "if", "switch", "for", "forin", "while" } do
    kinds[k] = function(self, node) return self:structure(node) end
  end
  kinds.call = function(self, node) return self:call(node) end
end

return M
