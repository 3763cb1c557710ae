-- SPDX-License-Identifier: MIT
-- Calls: what is built in, functions and methods of the script, constructors.
local core = ...
local lift, types = core.module("wick.pine.lift"), core.module("wick.pine.typing")
local builtins = core.module("wick.pine.builtins")
local checks, hints = core.module("wick.pine.checks"), core.module("wick.pine.hints")
local const, bar, series = lift.const, lift.bar, lift.series
local P = lift.p
local type, ipairs = type, ipairs

local M = {}
local U = {}

-- ---- arguments -----------------------------------------------------------------------------

--- Nodes of a call by position of the parameter; names are checked.
function U:bind(node, f, skip)
  local list, n = {}, #f.params
  local first = skip or 0
  for i, e in ipairs(node.args) do
    if i + first > n and not f.many then
      self:fail(e, f.name .. " takes " .. (n - first) .. " argument" ..
        (n - first == 1 and "" or "s") .. " at most: " ..
        self:signature(f))
      break
    end
    list[i + first] = e
  end
  local more = f.many and #node.args + first -- str.format(formatString = ..., arg0 = ...): in order
  for _, a in ipairs(node.named or {}) do
    local i = f.at[a.name] or f.at[self.tr.version < 6 and M.old_names[a.name] or a.name]
    if i and a.name == "when" and self.tr.version >= 6 then i = nil end
    if not i and (a.name == "transp" or a.name == "linktoseries") and self.tr.version < 6 then -- gone
    elseif more and not i then
      more = more + 1
      list[more] = a.e
    elseif not i then
      local near, hint = self:near(a.name, f.at), hints.parameter(a.name)
      self:fail(a, f.name .. " has no parameter '" .. a.name .. "'" .. (hint and "; " .. hint or
        near ~= "" and near or ": " .. self:signature(f)))
      self:expr(a.e)
    elseif list[i] then
      self:fail(a, "'" .. a.name .. "' is given twice")
    else
      list[i] = a.e
    end
  end
  for i = first + 1, n do
    if not list[i] and not f.params[i].optional then
      self:fail(node, f.name .. ": '" .. f.params[i].name .. "' is missing: " .. self:signature(f))
      break
    end
  end
  list.n = more or n
  return list
end

-- Parameters whose name changed.
M.old_names = { x = "source", y = "length", series = "source", source = "series", defval = "defval",
  transp = "transp", resolution = "timeframe", type = "type", src = "source", len = "length",
  long = "direction", number = "base", sym = "symbol", occurence = "occurrence" }

function U:signature(f)
  local list = {}
  for _, p in ipairs(f.params) do
    if p.name ~= "when" or self.tr.version < 6 then
      list[#list + 1] = p.name .. (p.optional and "?" or "")
    end
  end
  return f.name .. "(" .. table.concat(list, ", ") .. (f.many and "..." or "") .. ")"
end

local function last_of(values, n)
  while n > 0 and not values[n] do n = n - 1 end
  return n
end

--- Values as a list of codes for the bar function; what is left out at the end is left away.
function U:bar_list(values, n)
  local out = {}
  for i = 1, last_of(values, n) do out[i] = values[i] and (self:bar(values[i])) or "nil" end
  return table.concat(out, ", ")
end

function U:body_list(values, n)
  local out = {}
  for i = 1, last_of(values, n) do out[i] = values[i] and values[i].d or "nil" end
  return table.concat(out, ", ")
end

-- ---- result types --------------------------------------------------------------------------
local rules = {}
rules["@1"] = function(v) return v[1] and v[1].t or "float" end
rules["@2"] = function(v) return v[2] and v[2].t or "float" end
rules["@3"] = function(v) return v[3] and v[3].t or "float" end
rules["@num"] = function(v, n)
  for i = 1, n do
    if v[i] and v[i].t ~= "int" then return "float" end
  end
  return "int"
end
rules["@round"] = function(v) return v[2] and "float" or "int" end
rules["@elem"] = function(v) return types.element(v[1] and v[1].t) end
rules["@elemf"] = function() return "float" end
rules["@from"] = function(v, n)
  local t
  for i = 1, n do
    if v[i] then t = types.join(t, v[i].t) end
  end
  return "array<" .. (type(t) == "string" and t ~= "na" and t or "float") .. ">"
end
rules["@mval"] = function(v)
  local _, value = types.entry(v[1] and v[1].t)
  return value
end
rules["@mkeys"] = function(v) return "array<" .. types.entry(v[1] and v[1].t) .. ">" end
rules["@mvals"] = function(v)
  local _, value = types.entry(v[1] and v[1].t)
  return "array<" .. value .. ">"
end
rules["@marr"] = function(v) return "array<" .. types.element(v[1] and v[1].t) .. ">" end
rules["@mult"] = function(v)
  if v[2] and types.space(v[2].t) == "array" then return "array<float>" end
  return v[1] and v[1].t or "?"
end
rules["@msum"] = function(v)
  if v[2] then return v[1] and v[1].t or "?" end
  return types.element(v[1] and v[1].t)
end
rules["@vwap"] = function(v) return v[3] and { "float", "float", "float" } or "float" end

function U:result(f, v, n)
  local r = f.result
  if r:sub(1, 1) == "@" then return rules[r] and rules[r](v, n) or "?" end
  if r:sub(1, 1) == "[" then
    local list = {}
    for _ in r:gmatch("%a") do list[#list + 1] = "float" end
    return list
  end
  if r == "void" then return nil end
  return r
end

-- ---- calls of what is built in -------------------------------------------------------------
local series_params = { source = true, series = true, source1 = true, source2 = true,
  condition = true, high = true, low = true, anchor = true }
local default_source = { ["ta.highest"] = "high", ["ta.highestbars"] = "high",
  ["ta.lowest"] = "low",
  ["ta.lowestbars"] = "low", ["ta.pivothigh"] = "high", ["ta.pivotlow"] = "low" }
local body_names = { ["math.sum"] = "ta.sum", fixnan = "pine.fixnan" }
local raw_results = { ["ta.highest"] = true, ["ta.lowest"] = true, ["ta.pivothigh"] = true,
  ["ta.pivotlow"] = true,
  ["ta.valuewhen"] = true, ["ta.highestbars"] = true, ["ta.lowestbars"] = true,
  ["ta.barssince"] = true, fixnan = true, ["ta.max"] = true, ["ta.min"] = true }
local plain_lengths = { length = true, leftbars = true, rightbars = true, diLength = true,
  adxSmoothing = true, fastlen = true, slowlen = true, siglen = true, atrPeriod = true,
  short_length = true, long_length = true, occurrence = true }

--- Values of the arguments of a stateful function, its default source put in.
function U:ta_values(node, f)
  local name = f.name
  local args = { args = node.args, named = node.named, line = node.line, col = node.col }
  local values = {}
  if default_source[name] and #node.args < #f.params and #node.args > 0 and
    not (node.named and node.named[1] and
    #node.args + #node.named >= #f.params) then
    args.args = { { k = "name", v = default_source[name], builtin = default_source[name],
      line = node.line, col = node.col } }
    for i, e in ipairs(node.args) do args.args[i + 1] = e end
  end
  local list = self:bind(args, f)
  for i = 1, list.n do
    if list[i] then values[i] = self:expr(list[i]) end
  end
  if default_source[name] then values[1] = values[1] or self:builtin_var(default_source[name], node) end
  for i, p in ipairs(f.params) do
    local v = values[i]
    if v and plain_lengths[p.name] and v.t ~= "int" and not (v.lit and v.t == "int") and
      types.numeric(v.t) then
      if v.lit and v.value % 1 == 0 then
        values[i] = const(("%d"):format(v.value), "int")
      elseif v.k == "c" then
        values[i] = const("pine.int(" .. v.d .. ")", "int")
      elseif v.k == "b" then
        values[i] = bar(self:alias("int", "pine.int") .. "(" .. v.b .. ")", "int")
      end
    end
    if v and p.name == "condition" then values[i] = self:truth(v) end
  end
  checks.numbers(self, node, f, values, list)
  return values, list.n
end

local hints = { crossover = "crossed_over", crossunder = "crossed_under", cross = "crossed" }

--- A name for what a call gives: with its constants, sma_20.
function U:hint_of(name, values, n)
  local parts = { name }
  for i = 1, n do
    local v = values[i]
    if v and v.k == "c" then
      local text = v.lit and (v.text or v.d) or v.d
      if not text:find("^[%w_]+$") or #text > 12 then return name end
      parts[#parts + 1] = text
    end
  end
  return #parts <= 4 and table.concat(parts, "_") or name
end

function U:ta_call(node, f)
  local values, n = self:ta_values(node, f)
  local name = f.name
  local t = self:result(f, values, n)
  local short = name:match("[^%.]+$")
  local raw = raw_results[name]
  if raw then
    local src = (name == "ta.valuewhen") and values[2] or values[1]
    raw = f.result == "int" or (src and src.x)
  end
  -- change of a bool: has it turned?
  if name == "ta.change" and values[1] and values[1].t == "bool" and self.cond == 0 and
    values[1].k ~= "b" then
    local a = values[1]
    return series(self:alias("ne", "pine.ne") .. "(" .. a.d .. ", " ..
      lift.wrap(a.d, a.dp, P.atom) .. "[1])", "bool")
  end
  local lifted = self.cond == 0 and #self.loops == 0 and name ~= "ta.pivot_point_levels"
  local any_series = false
  for i = 1, n do
    local v = values[i]
    if v then
      local is_series = f.params[i] and series_params[f.params[i].name]
      if v.k == "b" or (v.k == "d" and not is_series) then lifted = false end
      if v.k == "d" and is_series then any_series = true end
    end
  end
  if lifted then
    -- A series argument that is a number is made a series of.
    for i = 1, n do
      local v = values[i]
      if v and v.k == "c" and f.params[i] and series_params[f.params[i].name] and
        not (any_series and name:find("cross")) then
        values[i] = series(self:constant(v), v.t)
      end
    end
    local v = series((body_names[name] or name) .. "(" .. self:body_list(values, n) .. ")", t)
    v.hint = hints[short] or self:hint_of(short, values, n)
    v.x, v.nn = raw, t == "bool"
    if type(t) == "table" then v.multi = #t end
    return v
  end
  -- A place in the bar function that keeps its own state.
  self.stateful, self.effects = true, self.effects + 1
  if self.cond == 0 then self.every_bar = true end
  local call = name == "math.sum" and "sum" or short
  local object = self:new_local(self.tr:fresh(short), self:repeated() and
    "pine.call.many(\"" .. call .. "\")" or "pine.call." .. call .. "()")
  local v = bar(object .. "(" .. self:bar_list(values, n) .. ")", t)
  v.eff, v.x = true, raw
  if type(t) == "table" then v.multi = #t end
  return v
end

--- A constant as a series, for functions that want one.
function U:constant(v)
  return "wick.iff(" .. self:source("close") .. ":gt(0), " .. v.d .. ", " .. v.d .. ")"
end

-- Functions of numbers and of series.
function U:pure_call(node, f)
  local list = self:bind(node, f)
  local values = {}
  for i = 1, list.n do
    if list[i] then values[i] = self:expr(list[i]) end
  end
  checks.numbers(self, node, f, values, list)
  return self:pure_values(f, values, list.n)
end

function U:pure_values(f, values, n)
  local k, eff = "c", nil
  for i = 1, n do
    local v = values[i]
    if v then
      if lift.join({ k = k }, v) ~= k then k = v.k end
      eff = eff or v.eff
    end
  end
  local t, name = self:result(f, values, n), f.name
  if name == "nz" and values[1] and values[1].t == "na" then t = values[2] and values[2].t or
    "int" end
  if name == "nz" and values[1] and values[1].t == "bool" and
    self.tr.version >= 6 then return values[1] end
  -- nz(x) of a bool is false where x is na.
  if name == "nz" and values[1] and values[1].t == "bool" and not values[2] then
    values[2] = const("false", "bool")
  end
  if name == "na" and values[1] then
    local a = values[1]
    if a.t == "na" then return const("true", "bool") end
    if a.t == "string" then return self:compare("==", a, const('""', "string")) end
    if a.k == "b" and not types.nan(a.t) and a.t ~= "bool" then
      local v = bar(self:in_bar(a, P.cmp + 1) .. " == nil", "bool", P.cmp)
      v.eff, v.nn = eff, true
      return v
    end
  end
  local code = self:function_name(name)
  local v
  -- A time or a clock that depends on nothing but constants still changes from bar to bar.
  local clock = name == "time" or name == "time_close" or name == "timeframe.change"
  if k == "c" and clock then
    local inner = "pine." .. name .. "(" .. self:body_list(values, n) .. ")"
    v = series(inner, t)
    v.hint = name == "timeframe.change" and "new_period" or "session_time"
    if #self.loops > 0 or self.cond > 0 then v.hint = v.hint end
  elseif name == "timestamp" and k == "d" then
    -- Dates put together from a clock are made bar by bar.
    v = bar(code .. "(" .. self:bar_list(values, n) .. ")", t)
  elseif k == "c" then
    v = const(code .. "(" .. self:body_list(values, n) .. ")", t)
    v.q = true
    for i = 1, n do
      if values[i] and not values[i].q then v.q = nil end
    end
  elseif k == "d" then
    v = series(code .. "(" .. self:body_list(values, n) .. ")", t, P.atom, function()
      return code .. "(" .. self:bar_list(values, n) .. ")", P.atom
    end)
    v.hint = name:match("[^%.]+$")
  else
    v = bar(code .. "(" .. self:bar_list(values, n) .. ")", t)
  end
  v.eff = eff
  v.nn = t == "bool" or nil
  if name == "math.max" or name == "math.min" or name == "nz" or name == "math.abs" then
    v.x = true
    for i = 1, n do
      if values[i] and not values[i].x then v.x = nil end
    end
  else
    v.x = t == "int"
  end
  if name == "nz" then v.nn = not values[2] or values[2].nn end
  return v
end

--- How a function of Pine is called in Lua: array.get, math.max, nz.
function U:function_name(name)
  local space, last = name:match("^(.*)%.([^%.]+)$")
  if not space then return self:alias(name == "na" and "isna" or name, "pine." .. name) end
  if last == "repeat" then last = "rep" end
  return self:ns(space) .. "." .. last
end

local named_tables = { n = true }

-- Drawings between points of the chart have parameters of their own.
local by_point = {
  ["line.new"] = "first_point second_point xloc extend color style width force_overlay",
  ["label.new"] = "point text xloc yloc color style textcolor size textalign tooltip text_font_family force_overlay text_formatting",
  ["box.new"] = "top_left bottom_right border_color border_width border_style extend xloc bgcolor text text_size text_color " ..
    "text_halign text_valign text_wrap text_font_family force_overlay text_formatting",
}

local function point_form(self, node, f)
  local list = by_point[f.name]
  if not list then return f end
  local first = node.args[1]
  local start = list:match("%S+")
  local points = false
  for _, a in ipairs(node.named or {}) do
    if a.name == start then points = true end
  end
  if not points and not (first and self:type_only(first) == "chart.point") then return f end
  local g = { name = f.name, params = {}, at = {}, result = f.result, class = f.class }
  local needed = f.name == "label.new" and 1 or 2
  for p in list:gmatch("%S+") do
    g.params[#g.params + 1] = { name = p, optional = #g.params >= needed }
    g.at[p] = #g.params
  end
  return g
end

-- Functions of values: constants stay constants, everything else is for the bar function.
function U:value_call(node, f, this)
  local first = this and 1 or 0
  if f.class == "n" then f = point_form(self, node, f) end
  local list = self:bind(node, f, first)
  local values = { this }
  for i = first + 1, list.n do
    if list[i] then values[i] = self:expr(list[i]) end
  end
  local n, name = list.n, f.name
  local space = name:match("^(%a+)%.")
  checks.collection(self, list[1] or node, f, values[1])
  local t = self:result(f, values, n)
  local k, eff = "c", nil
  for i = 1, n do
    local v = values[i]
    if v then
      k = lift.join({ k = k }, v)
      eff = eff or v.eff
    end
  end
  local code, dd
  if named_tables[f.class] then
    code = self:function_name(name) .. "(" .. self:positional_and_named(node, f, values, this) ..
      ")"
  else
    local start = self:function_name(name)
    if values[1] and (space == "array" or space == "map" or space == "matrix") and
      types.space(values[1].t) == space and
      f.params[1] and f.params[1].name:find("^id") and name ~= "array.from" then
      local rest = {}
      for i = 2, n do rest[i - 1] = values[i] or false end
      local inner = self:bar_list(rest, n - 1)
      code = self:in_bar(values[1], P.atom) .. ":" .. name:match("[^%.]+$") .. "(" .. inner .. ")"
    else
      code = start .. "(" .. self:bar_list(values, n) .. ")"
    end
    if k == "c" then dd = start .. "(" .. self:body_list(values, n) .. ")" end
  end
  if f.class == "v" and k == "c" and dd then
    local v = const(dd, t)
    v.nn = t == "string" or t == "color"
    return v
  end
  if t == "string" and space == "map" then code = lift.or_empty(code) end
  local v = bar(code, t)
  v.eff = eff or (f.class ~= "v" and f.class ~= "n") or nil
  v.dd = dd
  v.nn = t == "string" and name ~= "str.match" or types.space(t) ~= nil and name:find("new") ~= nil
  v.x = t == "int"
  if name:find("%.size$") or name == "str.length" then v.pos, v.nn = true, true end
  if f.class == "e" or f.class == "n" then self.effects = self.effects + 1 end
  if name == "array.from" or name:find("new") or name == "array.copy" then v.fresh = true end
  return v
end

--- Arguments by position, then those by name in a table.
function U:positional_and_named(node, f, values, this)
  local parts = {}
  if this then parts[1] = (self:bar(this)) end
  for i = 1, #node.args do
    local v = values[i + (this and 1 or 0)]
    parts[#parts + 1] = v and (self:bar(v)) or "nil"
  end
  -- What has to be given stands in its place, also where the script gave it by name.
  local named, placed = {}, #parts
  while f.params[placed + 1] and not f.params[placed + 1].optional and values[placed + 1] do
    placed = placed + 1
    parts[placed] = (self:bar(values[placed]))
  end
  for _, a in ipairs(node.named or {}) do
    local i = f.at[a.name]
    if i and i > placed and values[i] then
      named[#named + 1] = self.tr:field(a.name) .. " = " .. (self:bar(values[i]))
    end
  end
  if #named > 0 then parts[#parts + 1] = "{ " .. table.concat(named, ", ") .. " }" end
  return table.concat(parts, ", ")
end

-- array.new<T>(), map.new<K,V>(), matrix.new<T>()
function U:collection(node, f)
  local space = f.name:match("^%a+")
  local targs = {}
  for i, a in ipairs(node.targs or {}) do targs[i] = self:canonical(a) end
  local list = self:bind(node, f)
  local values = {}
  for i = 1, list.n do
    if list[i] then values[i] = self:expr(list[i]) end
  end
  local of = targs[1] or "float"
  if space == "array" or space == "matrix" then
    local at = space == "array" and 2 or 3
    if values[at] then values[at] = self:as_type(values[at], of) end
  end
  local t, start
  if space == "map" then
    t = "map<" .. (targs[1] or "?") .. "," .. (targs[2] or "?") .. ">"
    start = "pine.map.new(" .. (types.numeric(targs[2]) and '"float"' or "")
    local v = bar(start:gsub("^pine%.map", self:ns("map")) .. ")", t)
    v.dd, v.fresh, v.nn = v.b, true, true
    return v
  end
  t = space .. "<" .. of .. ">"
  local scalar = { float = "new_float", int = "new_int", bool = "new_bool", string = "new_string",
    color = "new_color" }
  local lead = ""
  if space == "array" then
    start = self:ns("array") .. "." .. (scalar[of] or "new")
  else
    start = self:ns("matrix") .. ".new"
    if types.nan(of) then lead = '"float", ' end
    if of == "bool" then lead = '"bool", ' end
  end
  local k = "c"
  for i = 1, list.n do
    if values[i] then k = lift.join({ k = k }, values[i]) end
  end
  local function close(inner)
    if inner == "" then lead = lead:gsub(", $", "") end
    return start .. "(" .. lead .. inner .. ")"
  end
  local v = bar(close(self:bar_list(values, list.n)), t)
  if k == "c" then v.dd = close(self:body_list(values, list.n)) end
  v.fresh, v.nn = true, true
  self.effects = self.effects + 1
  return v
end

-- ---- dispatch ------------------------------------------------------------------------------
function U:call(node)
  local f = node.f
  if f.unknown then
    for _, e in ipairs(node.args) do self:expr(e) end
    return const("na", "?")
  end
  if f.builtin then return self:builtin_call(node, f.builtin) end
  if f.sym and f.sym.kind == "func" then return self:user_call(node, f.sym.defs) end
  if f.k == "member" then
    local owner = f.o.sym
    if owner and owner.kind == "type" then
      if f.v == "new" then return self:construct(node, owner.of) end
      if f.v == "copy" and node.args[1] then return self:copy_of(self:expr(node.args[1])) end
    end
    return self:method_call(node, f)
  end
  if f.k == "name" and not f.sym then return const("na", "?") end
  self:fail(node, "this is no function")
  return const("na", "?")
end

function U:builtin_call(node, name)
  local f = builtins.func(name)
  if not f then
    local var = builtins.var(name)
    self:fail(node, "'" .. name .. "' is " .. (var and "a variable, not a function" or
      "a namespace, not a function"))
    return const("na", "?")
  end
  local special = self.special[name]
  if special then return special(self, node, f) end
  if f.class == "t" then return self:ta_call(node, f) end
  if f.class == "p" then return self:pure_call(node, f) end
  if f.class == "x" then
    self:fail(node, self.refused[name] or (name .. " is not supported"))
    return const("na", f.result)
  end
  if (name == "array.new" or name == "map.new" or
    name == "matrix.new") then return self:collection(node, f) end
  return self:value_call(node, f)
end

local type_spaces = { "array", "map", "matrix", "line", "label", "box", "table", "linefill", "polyline" }

function U:method_call(node, f)
  local this = self:expr(f.o)
  if this and this.unknown then return this end
  local defs = self:methods_for(f.v, this.t)
  if defs then return self:user_call(node, defs, this) end
  if f.v == "copy" and self:type_of(this.t) then return self:copy_of(this) end
  local space = types.space(this.t)
  if space then
    local b = builtins.func(space .. "." .. f.v)
    if b then return self:value_call(node, b, this) end
    local pool = {}
    for _, name in ipairs(builtins.names) do
      local m = name:match("^" .. space .. "%.([%w_]+)$")
      if m then pool[m] = true end
    end
    self:fail(f, "a value of type " .. types.show(this.t) .. " has no method '" .. f.v .. "'" ..
      self:near(f.v, pool))
    return const("na", "?")
  end
  if this.t == "?" or this.t == "na" or this.t == nil then
    local any = self:methods_for(f.v, nil)
    if any then return self:user_call(node, any, this) end
    for _, name in ipairs(type_spaces) do
      local b = builtins.func(name .. "." .. f.v)
      if b then
        local known = { k = this.k, b = (self:bar(this)), bp = P.atom, t = name == "array" and
          "array<float>" or name }
        return self:value_call(node, b, known)
      end
    end
  end
  self:fail(f, "a value of type " .. types.show(this.t) .. " has no method '" .. f.v .. "'")
  return const("na", "?")
end

function M.open(unit)
  for name, f in core.pairs(U) do unit[name] = f end
end

return M
